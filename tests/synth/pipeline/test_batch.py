"""Batches: a job that fails is alone with it, and finished work is not done again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from synth.pipeline import batch, expand_globs, run_batch
from synth.settings import Settings
from tests.synth.small_discussion import read_csv, rows, write_csv

DRAFT = Settings(quality="draft", clusterer="hdbscan", seed=3)
RUN = """
import pathlib, sys
source, out = sys.argv[1:3]
words = pathlib.Path(source).read_text(encoding="utf-8")
if "broken" in words:
    print("some progress", file=sys.stderr)
    sys.exit("synth: the input is broken; mend it")
out = pathlib.Path(out)
(out / "run.json").write_text("{}", encoding="utf-8")
with (out / "times.txt").open("a", encoding="utf-8") as file:
    file.write("once\\n")
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the main job, in a process of its own like the real one."""
    import sys

    def command(source: str, folder: Path, settings: Settings) -> list[str]:
        return [sys.executable, "-c", RUN, source, str(folder)]

    monkeypatch.setattr(batch, "_command", command)


@pytest.fixture
def inputs(tmp_path: Path) -> Sequence[str]:
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, words in (("a", "fine"), ("b", "broken"), ("c", "fine")):
        (folder / f"{name}.csv").write_text(words, encoding="utf-8")
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_is_listed_and_leaves_the_others_alone(
    inputs: Sequence[str], tmp_path: Path, workers: int
) -> None:
    out = tmp_path / "out"
    jobs = run_batch(inputs, out=out, settings=DRAFT, workers=workers)
    assert [job.state for job in jobs] == ["done", "failed", "done"]
    assert jobs[1].error == "synth: the input is broken; mend it"
    assert "some progress" in (out / "b" / "error.txt").read_text(encoding="utf-8")
    listed = json.loads((out / "batch.json").read_text(encoding="utf-8"))
    assert [(job["source"], job["state"]) for job in listed] == [
        (source, job.state) for source, job in zip(inputs, jobs, strict=True)
    ]


@pytest.mark.usefixtures("quick")
def test_finished_work_is_done_again_only_when_something_changed(
    inputs: Sequence[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"

    def states(settings: Settings = DRAFT) -> list[str]:
        return [job.state for job in run_batch(inputs, out=out, settings=settings)]

    assert states() == ["done", "failed", "done"]
    Path(inputs[1]).write_text("mended", encoding="utf-8")
    assert states() == ["skipped", "done", "skipped"]
    assert not (out / "b" / "error.txt").exists()
    Path(inputs[0]).write_text("fine, with more", encoding="utf-8")
    assert states() == ["done", "skipped", "skipped"]
    assert states(replace(DRAFT, seed=4)) == ["done"] * 3
    assert states(replace(DRAFT, clusterer="leiden", seed=4)) == ["done"] * 3
    times = (out / "c" / "times.txt").read_text(encoding="utf-8").split()
    assert len(times) == 3


@pytest.mark.usefixtures("quick")
def test_inputs_of_one_name_get_folders_of_their_own(tmp_path: Path) -> None:
    sources = []
    for place in ("north", "south"):
        (tmp_path / place).mkdir()
        path = tmp_path / place / "export.csv"
        path.write_text(place, encoding="utf-8")
        sources.append(str(path))
    jobs = run_batch([*sources, str(tmp_path / "gone.csv")], out=tmp_path / "out", settings=DRAFT)
    assert [Path(job.folder).name for job in jobs] == ["export", "export-2", "gone"]
    assert [job.state for job in jobs] == ["done", "done", "failed"]
    assert "gone.csv" in jobs[2].error


def test_globs_are_opened_and_plain_names_left(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "odd[1].csv"):
        (tmp_path / name).touch()
    found = expand_globs([str(tmp_path / "?.csv"), str(tmp_path / "odd[1].csv"), "missing.csv"])
    assert [Path(path).name for path in found] == ["a.csv", "b.csv", "odd[1].csv", "missing.csv"]


def test_the_real_job_in_a_process_of_its_own(tmp_path: Path) -> None:
    good = write_csv(tmp_path / "town.csv", rows(12))
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"")
    jobs = run_batch([str(good), str(bad)], out=tmp_path / "out", settings=DRAFT, workers=2)
    assert [job.state for job in jobs] == ["done", "failed"]
    assert jobs[1].error == f"synth: {bad}: is empty; export it again"
    assert len(read_csv(tmp_path / "out" / "town" / "messages.csv")) == 12
    run = json.loads((tmp_path / "out" / "town" / "run.json").read_text(encoding="utf-8"))
    assert (run["seed"], run["settings"]["quality"]) == (3, "draft")
    assert run["settings"]["clusterer"] == "hdbscan"
    assert {"hdbscan", "scikit-network"} <= run["versions"].keys()
