"""Builds: what people decided stays, what has not changed is left, nothing is lost half-way."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from synth import parallel
from synth.errors import ModelMissing
from synth.pipeline import (
    build,
    corpus_reader,
    idea_map,
    import_files,
    importing,
    run,
    write_results,
)
from synth.records import ExtractState, Nature, Origin, Span
from synth.settings import Settings
from synth.store import ExtractChange, Store
from tests.synth.small_discussion import read_csv, rows, write_csv

BUILD = import_module("synth.pipeline.build")
"""The module: the package has a function of the same name."""

DRAFT = Settings(quality="draft")
ONE = 1
TABLES = ("messages.csv", "ideas.csv", "placements.csv", "extracts.csv")


def results(store: Store, folder: Path) -> dict[str, bytes]:
    write_results(store, ONE, folder, names=False)
    return {name: (folder / name).read_bytes() for name in TABLES}


def test_a_map_is_there(built: Store) -> None:
    ideas = built.ideas.outline(ONE)
    assert 2 <= sum(idea.level == 1 for idea in ideas) <= 15
    assert all(idea.title and idea.origin is Origin.MACHINE for idea in ideas)
    placements = built.ideas.placements(ONE)
    assert len(placements) == len(built.passages.all(ONE))
    parents = {idea.parent_id for idea in ideas}
    assert all(p.idea_id not in parents for p in placements if p.idea_id is not None)
    run = built.runs.last(ONE)
    assert run is not None
    assert (run.state, run.seed, run.settings["quality"]) == ("done", 0, "draft")
    assert run.model["name"] == "draft"
    assert run.timings
    assert all(e.state is ExtractState.SUGGESTED for e in built.extracts.all(ONE))


def test_unchanged_input_is_left_alone_and_a_forced_rebuild_gives_the_same(
    built: Store, tmp_path: Path
) -> None:
    before = results(built, tmp_path / "before")
    report = build(built, ONE, DRAFT)
    assert report.is_unchanged
    assert report.n_ideas == len(built.ideas.outline(ONE))
    forced = build(built, ONE, DRAFT, force=True)
    assert not forced.is_unchanged
    assert forced.lineage["kept"] == forced.n_ideas
    assert forced.lineage["born"] == forced.lineage["gone"] == 0
    assert results(built, tmp_path / "after") == before


def test_other_settings_or_messages_build_anew(built: Store, tmp_path: Path) -> None:
    assert not build(built, ONE, replace(DRAFT, suggest=2)).is_unchanged
    assert len(built.extracts.all(ONE)) == 2
    newer = rows(43)
    import_files(built, ONE, [write_csv(tmp_path / "town.csv", newer)])
    report = build(built, ONE, replace(DRAFT, suggest=2))
    assert not report.is_unchanged
    assert report.lineage["kept"] >= 1
    assert {m.id for m in built.messages.all(ONE)} == {
        p.message_id for p in built.ideas.placements(ONE)
    }


def test_what_people_decided_survives_a_rebuild(built: Store) -> None:
    taken, rejected = built.extracts.all(ONE)[:2]
    built.extracts.decide(
        taken.id,
        ExtractChange(state=ExtractState.TAKEN, nature=Nature.SOLUTION, tags=("bus",), note="Yes."),
        actor="harvester",
    )
    built.extracts.decide(
        rejected.id, ExtractChange(state=ExtractState.REJECTED), actor="harvester"
    )
    message = next(m for m in built.messages.all(ONE) if m.id != taken.message_id)
    own = built.extracts.take(
        message.id, Span(start=0, end=12), nature=Nature.EXAMPLE, tags=("own",), actor="harvester"
    )
    build(built, ONE, DRAFT)
    after = {e.id: e for e in built.extracts.all(ONE)}
    assert after[own.id] == own
    assert after[taken.id].state is ExtractState.TAKEN
    assert (after[taken.id].nature, after[taken.id].tags) == (Nature.SOLUTION, ("bus",))
    assert after[taken.id].note == "Yes."
    assert after[rejected.id].state is ExtractState.REJECTED
    for decided in (taken, rejected):
        again = [
            e
            for e in after.values()
            if e.origin is Origin.MACHINE
            and e.message_id == decided.message_id
            and (e.start, e.end) == (decided.start, decided.end)
        ]
        assert again == []


@pytest.mark.parametrize(
    ("error", "state"), [(KeyboardInterrupt, "interrupted"), (OSError, "failed")]
)
def test_an_interrupted_build_leaves_the_map_as_it_was(
    built: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    state: str,
) -> None:
    before = results(built, tmp_path / "before")

    def stop(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(BUILD, "extracts_of", stop)
        with pytest.raises(error):
            build(built, ONE, DRAFT, force=True)
    assert results(built, tmp_path / "after") == before
    assert built.runs.last(ONE, state=state) is not None
    assert build(built, ONE, DRAFT).is_unchanged


def test_an_empty_discussion_has_an_empty_map(
    store: Store, discussion_id: int, tmp_path: Path
) -> None:
    report = build(store, discussion_id, DRAFT)
    assert (report.n_passages, report.n_ideas, report.share_placed) == (0, 0, 0.0)
    write_results(store, discussion_id, tmp_path / "out", names=False)
    assert read_csv(tmp_path / "out" / "ideas.csv") == []
    assert "no ideas yet" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_small_discussions(store: Store, discussion_id: int, tmp_path: Path, n: int) -> None:
    import_files(store, discussion_id, [write_csv(tmp_path / "few.csv", rows(n))])
    build(store, discussion_id, DRAFT)
    write_results(store, discussion_id, tmp_path / "out", names=False)
    placements = read_csv(tmp_path / "out" / "placements.csv")
    assert {row["source_id"] for row in placements} == {str(i + 1) for i in range(n)}
    ideas = {row["idea_id"] for row in read_csv(tmp_path / "out" / "ideas.csv")}
    assert {row["idea_id"] for row in placements} <= ideas | {""}


def test_a_model_that_is_not_there_is_one_line(imported: Store, discussion_id: int) -> None:
    with pytest.raises(ModelMissing) as caught:
        build(imported, discussion_id, Settings(model="nothing-of-that-name"))
    assert "\n" not in str(caught.value)
    assert "nothing-of-that-name" in str(caught.value)
    assert imported.runs.last(discussion_id, state="failed") is None  # nothing was begun
    assert imported.ideas.outline(discussion_id) == []


def test_all_suggestions_score_every_sentence(built: Store) -> None:
    build(built, ONE, replace(DRAFT, suggest="all"))
    found = built.extracts.all(ONE)
    assert len(found) >= sum(1 for _ in built.messages.all(ONE))
    texts = {m.id: m.text for m in built.messages.all(ONE)}
    assert all(texts[e.message_id][e.start : e.end] == e.quote for e in found)


def test_the_map_does_not_depend_on_how_the_work_is_shared_out(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(name: str) -> dict[str, bytes]:
        out = tmp_path / name
        run([samples / "velo_ecole.csv"], db=tmp_path / f"{name}.db", out=out, settings=DRAFT)
        return {path.name: path.read_bytes() for path in sorted(out.glob("*.csv"))}

    monkeypatch.setattr(importing, "BATCH", 20)
    monkeypatch.setattr(parallel, "n_processes", lambda: 1)
    alone = made("alone")
    monkeypatch.setattr(parallel, "n_processes", lambda: 2)
    for module in (importing, corpus_reader):
        monkeypatch.setattr(module, "N_ALONE", 0)
    monkeypatch.setattr(corpus_reader, "PORTION", 5)
    monkeypatch.setattr(idea_map, "LARGE", 0)
    assert made("shared") == alone
    assert "extracts.csv" in alone
