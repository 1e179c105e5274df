"""The worker with real processes: begun, cancelled, killed, and taken up again."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from flask import Flask

from synth.parallel import new_python
from synth.settings import Settings
from synth.store import Discussion, JobState, Step, open_store
from tests.browser.conftest import write_export
from tests.web.processes import free_port
from tests.web.working_here import job
from web import create_app
from web.jobs.command import workers
from web.jobs.control import Jobs
from web.jobs.report import Order, Report
from web.jobs.work import Work, tell
from web.jobs.worker import is_at_work, run_worker

DRAFT = Settings(quality="draft")
N_KILLS = 20
PATIENCE = 120.0


class Export:
    """A small export as it comes with a request."""

    def __init__(self, path: Path, n_messages: int = 40) -> None:
        words = ("the bridge", "the market", "the library", "the school")
        rows = [
            f"{n},{words[n % 4].capitalize()} needs a better way in for all of {n}.,v{n % 7}"
            for n in range(n_messages)
        ]
        path.write_text("id,text,author\n" + "\n".join(rows) + "\n", encoding="utf-8")
        self.filename = path.name
        self._bytes = path.read_bytes()

    @property
    def stream(self) -> BinaryIO:
        return io.BytesIO(self._bytes)


@pytest.fixture
def viewer(tmp_path: Path) -> Flask:
    return create_app({"DB": str(tmp_path / "town.db"), "TESTING": True})


def jobs_of(viewer: Flask) -> Jobs:
    found: Jobs = viewer.extensions["jobs"]
    return found


def ask(viewer: Flask, export: Export, title: str = "Town") -> int:
    """Upload an export into a new discussion."""

    def opens() -> Discussion:
        with open_store(viewer.config["DB"]) as store:
            return store.discussions.add(title)

    return jobs_of(viewer).upload(
        [export], DRAFT, opens=opens, is_first=True, title=title, asked_by="ann"
    )


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.01)


@contextmanager
def working(viewer: Flask) -> Iterator[None]:
    """A worker in a thread of the test."""
    stop = threading.Event()
    jobs = jobs_of(viewer)
    arguments = (Path(viewer.config["DB"]), jobs.folder, stop)
    thread = threading.Thread(target=run_worker, args=arguments)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def counts(viewer: Flask) -> tuple[int, int, int]:
    """Discussions, messages, and runs or sources that are said to go on."""
    with open_store(viewer.config["DB"]) as store:
        there = store.discussions.all()
        n_open = sum(
            source.state == "running" for found in there for source in store.sources.all(found.id)
        )
        return len(there), sum(found.n_messages for found in there), n_open


def processes_of(viewer: Flask) -> list[int]:
    """Processes that carry out an order, or look after the jobs, of this viewer."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"MARK={viewer.config['DB']}".encode() in environment:
                found.append(int(entry.name))
    return found


@pytest.fixture
def marked(viewer: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The processes of this viewer are known by their environment."""
    monkeypatch.setenv("MARK", viewer.config["DB"])
    monkeypatch.setattr("web.jobs.command.PAUSES", (0.2,))
    return viewer


def test_a_worker_beside_the_viewer_makes_the_map(viewer: Flask, tmp_path: Path) -> None:
    number = ask(viewer, Export(tmp_path / "town.csv"))
    assert not is_at_work(jobs_of(viewer).folder)
    with workers(viewer):
        until(lambda: job(viewer, number).job.is_over)
        assert is_at_work(jobs_of(viewer).folder)
    status = job(viewer, number)
    assert (status.job.state, status.job.error) == (JobState.DONE, "")
    assert status.report.imported is not None
    assert status.report.imported.n_added == 40
    assert status.report.built is not None
    assert {stage.name for stage in status.report.stages} >= {"Import", "Cut"}
    assert not is_at_work(jobs_of(viewer).folder)


def test_nothing_of_a_worker_runs_once_the_viewer_has_ended(marked: Flask, tmp_path: Path) -> None:
    number = ask(marked, Export(tmp_path / "town.csv", 4000))
    with workers(marked):
        until(lambda: job(marked, number).report.stages)
        assert len(processes_of(marked)) >= 2
        begun = time.monotonic()
    assert time.monotonic() - begun < 6
    until(lambda: not processes_of(marked))
    status = job(marked, number)
    assert status.job.state is JobState.WAITING
    assert "suspended" in [line.event for line in status.log]
    assert status.has_files


def test_a_cancelled_import_stops_and_leaves_nothing(viewer: Flask, tmp_path: Path) -> None:
    number = ask(viewer, Export(tmp_path / "town.csv", 20_000))
    with working(viewer):
        until(lambda: job(viewer, number).report.stages)
        jobs_of(viewer).cancel(number, actor="ann")
        until(lambda: job(viewer, number).job.is_over)
    assert job(viewer, number).job.state is JobState.CANCELLED
    assert counts(viewer) == (0, 0, 0)
    assert not list(jobs_of(viewer).folder.uploads.glob("job-*"))


def test_a_worker_that_waits_goes_on_when_the_first_one_ends(viewer: Flask, tmp_path: Path) -> None:
    number = ask(viewer, Export(tmp_path / "town.csv"))
    with working(viewer):
        until(lambda: is_at_work(jobs_of(viewer).folder))
        second = threading.Event()
        arguments = (Path(viewer.config["DB"]), jobs_of(viewer).folder, second)
        waiting = threading.Thread(target=run_worker, args=arguments)
        waiting.start()
    until(lambda: job(viewer, number).job.is_over)
    second.set()
    waiting.join()
    assert job(viewer, number).job.state is JobState.DONE


def test_the_worker_command_carries_out_jobs_and_stops(viewer: Flask, tmp_path: Path) -> None:
    number = ask(viewer, Export(tmp_path / "town.csv"))
    arguments = ("-m", "synth", "worker", "--db", viewer.config["DB"])
    command, environment = new_python(*arguments)
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        until(lambda: job(viewer, number).job.is_over)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert job(viewer, number).job.state is JobState.DONE


def test_killed_at_any_moment_the_work_goes_on_and_nothing_is_lost(
    marked: Flask, tmp_path: Path
) -> None:
    """Twenty times one of its processes, or all, are killed; the worker is always started again."""
    export = Export(tmp_path / "town.csv")
    chance = random.Random(12)
    n_done = 0
    with workers(marked):
        number = ask(marked, export, "Town 0")
        for n in range(N_KILLS):
            time.sleep(chance.uniform(0.05, 1.2))  # a random moment is what is tried
            there = processes_of(marked)
            victims = there if n % 4 == 0 else chance.sample(there, min(1, len(there)))
            for victim in victims:
                with_suppressed_kill(victim)
            n_open = counts(marked)[1] % 40
            assert n_open == 0, "half an export is stored"
            if job(marked, number).job.is_over:
                n_done += 1
                number = ask(marked, export, f"Town {n_done}")
        until(lambda: job(marked, number).job.is_over)
    stories = [status.job for status in jobs_of(marked).last()]
    assert all(one.state in {JobState.DONE, JobState.INTERRUPTED} for one in stories)
    with open_store(marked.config["DB"]) as store:
        for one in stories:
            found = store.discussions.find(one.title)
            if one.state is JobState.DONE:
                assert found is not None
                assert found.n_messages == 40
                assert found.n_ideas >= 1
            else:
                assert one.error
    assert counts(marked)[2] == 0


def with_suppressed_kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


class Told(Exception):
    """Stands for the end of the process."""


def test_a_process_that_nobody_listens_to_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(code: int) -> None:
        raise Told(code)

    monkeypatch.setattr("os._exit", end)
    monkeypatch.setattr("web.jobs.work.EVERY", 0)
    order = Order(db=str(tmp_path / "x.db"), discussion_id=1, uploads=None, settings=Settings())
    read_end, write_end = os.pipe()
    os.close(read_end)
    out = os.fdopen(write_end, "wb")
    with pytest.raises(Told):
        tell(Work(order), out, threading.Event())
    with pytest.raises(BrokenPipeError):
        out.close()


def test_the_worker_does_not_load_the_engine(tmp_path: Path) -> None:
    """Its memory stays small however much its processes take."""
    code = (
        "import sys, web.jobs.command, web.jobs.worker; "
        "print(sorted({'flask', 'scipy', 'sklearn', 'spacy', 'onnxruntime'} & set(sys.modules)))"
    )
    command, environment = new_python("-c", code)
    assert subprocess.check_output(command, env=environment, text=True).strip() == "[]"


def test_a_map_that_people_correct_while_it_is_made_is_made_again(
    viewer: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synth.errors import Overtaken
    from synth.pipeline import BuildReport

    tried: list[int] = []

    def build(*_: object, **__: object) -> BuildReport:
        tried.append(1)
        if len(tried) < 3:
            raise Overtaken("the map was corrected while it was being built; build it again")
        return BuildReport(
            run_id=1, is_unchanged=False, n_passages=2, n_ideas=1, n_top=1, share_placed=1.0,
            n_suggestions=0, lineage={}, timings={},
        )  # fmt: skip

    monkeypatch.setattr("synth.pipeline.build", build)
    with open_store(viewer.config["DB"]) as store:
        found = store.discussions.add("Town")
    order = Order(
        db=viewer.config["DB"], discussion_id=found.id, uploads=None, settings=DRAFT,
        step=Step.DRAFT,
    )  # fmt: skip
    report: Report = Work(order).run()
    assert (report.state, len(tried)) == ("done", 3)


def test_a_killed_server_leaves_no_process_and_its_jobs_go_on_when_it_is_back(
    marked: Flask, tmp_path: Path
) -> None:
    number = ask(marked, Export(tmp_path / "town.csv", 1500))
    arguments = ("-m", "synth", "serve", "--db", marked.config["DB"], "--port", str(free_port()))
    command, environment = new_python(*arguments)
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        until(lambda: job(marked, number).report.stages)
        server.kill()
    until(lambda: not processes_of(marked))
    assert counts(marked) in {(1, 0, 0), (1, 1500, 0)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        until(lambda: job(marked, number).job.is_over)
        server.terminate()
        assert server.wait(20) == 0
    assert job(marked, number).job.state is JobState.DONE
    assert counts(marked) == (1, 1500, 0)
    until(lambda: not processes_of(marked))


@pytest.mark.slow
def test_the_full_map_takes_the_place_of_the_draft_and_keeps_what_people_decided(
    viewer: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synth.corrections import rename_idea

    monkeypatch.setattr("web.jobs.work.N_AT_ONCE", 10)
    export = tmp_path / "town_talk.csv"
    write_export(export)
    with open_store(viewer.config["DB"]) as store:
        found = store.discussions.add("Town talk")
        folder = tmp_path / "uploads"
        folder.mkdir()
        export.rename(folder / "town_talk.csv")
        order = Order(
            db=viewer.config["DB"],
            discussion_id=found.id,
            uploads=str(folder),
            settings=Settings(quality="full"),
        )
        draft = Work(order).run()
        assert (draft.state, draft.step) == ("paused", Step.FULL)
        assert draft.drafted is not None
        before = {idea.id: idea for idea in store.ideas.outline(found.id)}
        chosen = max(before.values(), key=lambda idea: idea.n_messages)
        rename_idea(store, found.id, chosen.id, title="What people renamed", actor="ann")
        full = Work(replace(order, step=Step.FULL, report=draft)).run()
        assert full.state == "done"
        assert full.built is not None
        after = {idea.id: idea for idea in store.ideas.outline(found.id)}
        last = store.runs.last(found.id)
    assert after[chosen.id].title == "What people renamed"
    assert len(set(before) & set(after)) * 2 >= len(before)
    assert last is not None
    assert last.settings["quality"] == "full"
