"""Uploads and jobs; the build itself is tested with the pipeline."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from synth.errors import ModelMissing
from synth.pipeline import BuildReport
from synth.settings import CLUSTERERS, ClustererName, Progress, Settings
from synth.store import Store
from web.jobs import Jobs, JobState
from web.pages.uploads import safe_name, title_of_file
from web.worker import MapCounts, Order, Report, StageState, Work, WorkerProcess, tell

CSV = b"id,text,author\n1,The bridge is old.,ann\n2,Then repair it.,bo\n3,,cy\n"


class Builds:
    """Stands for the build: notes its settings and reports one stage."""

    def __init__(self) -> None:
        self.settings: list[Settings] = []

    def __call__(
        self, store: Store, discussion_id: int, settings: Settings, *, progress: Progress
    ) -> BuildReport:
        self.settings.append(settings)
        with progress.stage("Cut", total=2, unit="messages") as stage:
            stage.advance(2)
        return BuildReport(
            run_id=1, is_unchanged=False, n_passages=2, n_ideas=1, n_top=1, share_placed=1.0,
            n_suggestions=0, lineage={}, timings={},
        )  # fmt: skip


class WorkHere:
    """A worker without a process, so that a test can replace the build."""

    def run(self, order: Order, listen: Callable[[Report], None]) -> Report:
        return Work(order).run()

    def stop(self) -> None:
        """Nothing to end."""


@pytest.fixture
def works_here(app: Flask) -> None:
    app.extensions["jobs"] = Jobs(Path(app.config["DB"]), worker=WorkHere())


@pytest.fixture
def builds(works_here: None, monkeypatch: pytest.MonkeyPatch) -> Builds:
    made = Builds()
    monkeypatch.setattr("web.worker.build", made)
    return made


def send(client: FlaskClient, *files: tuple[bytes, str], **form: str) -> Any:
    data = {"files": [(io.BytesIO(body), name) for body, name in files], **form}
    return client.post("/upload", data=data, content_type="multipart/form-data")


def ended(app: Flask, number: int = 1) -> JobState:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state: JobState | None = app.extensions["jobs"].get(number)
        assert state is not None
        if state.is_over:
            return state
        time.sleep(0.02)
    raise AssertionError("the job did not end")


def test_an_upload_becomes_a_discussion(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    answer = send(client, (CSV, "old_bridge.csv"), quality="draft")
    assert (answer.status_code, answer.location) == (303, "/jobs/1")
    state = ended(app)
    assert (state.state, state.error) == ("done", "")
    found = store.discussions.named("old-bridge")
    assert (found.title, found.n_messages) == ("Old bridge", 2)
    assert builds.settings == [Settings(quality="draft")]
    page = client.get("/jobs/1").text
    assert "2 new messages" in page
    assert "/d/old-bridge/" in page
    assert "What could not be read" in page
    assert "synth-upload-" not in page
    assert "http-equiv" not in page


def test_two_files_go_into_a_discussion_that_is_there(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    more = CSV.replace(b"1,The", b"7,This").replace(b"2,Then", b"8,So").replace(b"3,", b"9,")
    send(client, (CSV, "a.csv"), (more, "b.csv"), into="the-market-square")
    assert ended(app).state == "done"
    assert store.discussions.named("the-market-square").n_messages == 10
    assert len(store.discussions.all()) == 1


def test_a_file_that_nobody_can_read_leaves_nothing_behind(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    send(client, (b"\x00\x01\x02", "photo.jpg"), title="My photo")
    state = ended(app)
    assert (state.state, state.is_kept) == ("failed", False)
    assert state.error.startswith("photo.jpg")
    assert "My photo" not in [d.title for d in store.discussions.all()]
    page = client.get("/jobs/1").text
    assert "Nothing was kept." in page
    assert "/d/my-photo" not in page
    assert builds.settings == []


def test_messages_stay_when_only_the_map_fails(
    app: Flask,
    client: FlaskClient,
    store: Store,
    works_here: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_model(*_: object, **__: object) -> BuildReport:
        raise ModelMissing("e5-small: not installed; use --quality draft")

    monkeypatch.setattr("web.worker.build", no_model)
    send(client, (CSV, "old_bridge.csv"))
    state = ended(app)
    assert (state.state, state.is_kept) == ("failed", True)
    assert state.error == "e5-small: not installed; use --quality draft"
    assert store.discussions.named("old-bridge").n_messages == 2


def test_the_upload_is_removed_afterwards(
    app: Flask, client: FlaskClient, builds: Builds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    send(client, (CSV, "old_bridge.csv"))
    ended(app)
    deadline = time.monotonic() + 10
    while list(tmp_path.glob("synth-upload-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.glob("synth-upload-*")) == []


def test_the_work_is_done_in_a_process_of_its_own(
    app: Flask, client: FlaskClient, store: Store
) -> None:
    send(client, (CSV, "old_bridge.csv"), quality="draft")
    state = ended(app)
    assert (state.state, state.error) == ("done", "")
    assert state.imported is not None
    assert state.imported.n_added == 2
    assert state.built is not None
    assert state.built.n_passages == 2
    assert len(state.problems) == 1
    assert {stage.name for stage in state.stages} >= {"Import", "Cut"}
    assert store.discussions.named("old-bridge").n_messages == 2


def test_a_file_that_the_process_cannot_read_is_told_in_one_line(
    app: Flask, client: FlaskClient, store: Store
) -> None:
    send(client, (b"\x00\x01\x02", "photo.jpg"), title="My photo")
    state = ended(app)
    assert (state.state, state.is_kept) == ("failed", False)
    assert state.error.startswith("photo.jpg")
    assert "\n" not in state.error


class KilledProcess(WorkerProcess):
    """A worker whose process is killed as soon as it runs, as the system does without memory."""

    def run(self, order: Order, listen: Callable[[Report], None]) -> Report:
        def kill() -> None:
            while self._process is None:
                time.sleep(0.001)
            os.kill(self._process.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        report = super().run(order, listen)
        killer.join()
        return report


def test_a_process_that_dies_is_told_in_one_line(
    app: Flask, client: FlaskClient, store: Store
) -> None:
    app.extensions["jobs"] = Jobs(Path(app.config["DB"]), worker=KilledProcess())
    send(client, (CSV, "old_bridge.csv"), title="Killed")
    state = ended(app)
    assert (state.state, state.is_kept) == ("failed", False)
    assert "SIGKILL" in state.error
    assert "\n" not in state.error
    assert "Killed" not in [d.title for d in store.discussions.all()]
    send(client, (CSV, "again.csv"))
    assert ended(app, 2).state == "failed"


def test_what_waits_does_not_begin_once_the_viewer_ends(app: Flask, client: FlaskClient) -> None:
    jobs = Jobs(Path(app.config["DB"]), worker=WorkHere())
    app.extensions["jobs"] = jobs
    jobs.close()
    send(client, (CSV, "old_bridge.csv"))
    state = jobs.get(1)
    assert state is not None
    assert state.state == "waiting"


class Told(Exception):
    """Stands for the end of the process."""


def test_a_process_that_nobody_listens_to_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(code: int) -> None:
        raise Told(code)

    monkeypatch.setattr("os._exit", end)
    monkeypatch.setattr("web.worker.EVERY", 0)
    order = Order(db=str(tmp_path / "x.db"), discussion_id=1, uploads=None, settings=Settings())
    read_end, write_end = os.pipe()
    os.close(read_end)
    out = os.fdopen(write_end, "wb")
    with pytest.raises(Told):
        tell(Work(order), out, threading.Event())
    with pytest.raises(BrokenPipeError):
        out.close()


def test_what_is_at_work_ends_with_the_viewer(app: Flask, client: FlaskClient) -> None:
    worker = WorkerProcess()
    jobs = app.extensions["jobs"] = Jobs(Path(app.config["DB"]), worker=worker)
    send(client, (CSV, "old_bridge.csv"))
    while worker._process is None:
        time.sleep(0.001)
    jobs.close()
    state = ended(app)
    assert state.state == "failed"
    assert "SIGTERM" in state.error


def test_a_report_is_read_as_it_was_written() -> None:
    stage = StageState(name="Embed", unit="passages", done=50, total=None, seconds=1.5)
    built = MapCounts(n_ideas=3, n_passages=50, is_unchanged=False)
    report = Report(stages=(stage,), built=built, problems=("été.csv: row 3: no text",))
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_no_file_is_said(client: FlaskClient) -> None:
    answer = client.post("/upload", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose a file" in answer.text


def test_a_map_is_made_anew(app: Flask, client: FlaskClient, builds: Builds) -> None:
    answer = client.post("/d/the-market-square/build", data={"quality": "full"})
    assert answer.location == "/jobs/1"
    assert ended(app).state == "done"
    assert builds.settings == [Settings(quality="full")]


@pytest.mark.parametrize("clusterer", CLUSTERERS)
def test_a_clusterer_can_be_chosen(
    app: Flask, client: FlaskClient, builds: Builds, clusterer: ClustererName
) -> None:
    for page in ("/upload", "/d/the-market-square/about"):
        assert f'<option value="{clusterer}"' in client.get(page).text
    client.post("/d/the-market-square/build", data={"clusterer": clusterer})
    assert ended(app).state == "done"
    send(client, (CSV, "old_bridge.csv"), clusterer=clusterer)
    assert ended(app, 2).state == "done"
    assert builds.settings == [Settings(clusterer=clusterer)] * 2


def test_sides_can_be_left_to_the_platform(app: Flask, client: FlaskClient, builds: Builds) -> None:
    client.post("/d/the-market-square/build", data={"sides": "stated"})
    assert ended(app).state == "done"
    client.post("/d/the-market-square/build", data={"sides": "read"})
    assert ended(app, 2).state == "done"
    assert [one.sides for one in builds.settings] == [False, True]


def test_a_clusterer_that_is_not_there_is_refused(
    client: FlaskClient, store: Store, builds: Builds
) -> None:
    before = store.discussions.all()
    for answer in (
        client.post("/d/the-market-square/build", data={"clusterer": "dbscan"}),
        send(client, (CSV, "old_bridge.csv"), clusterer="dbscan"),
    ):
        assert answer.status_code == 422
        assert "There is no such clusterer." in answer.text
    assert store.discussions.all() == before
    assert builds.settings == []


def test_a_running_job_reloads_itself(app: Flask, client: FlaskClient) -> None:
    running = JobState(
        id=5,
        slug="s",
        title="T",
        state="running",
        stages=(StageState(name="Embed", unit="passages", done=50, total=100, seconds=10.0),),
    )

    app.extensions["jobs"]._states[5] = running
    page = client.get("/jobs/5").text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "5 a second" in page
    assert "about 10 s left" in page


def test_an_unknown_job_is_not_found(client: FlaskClient) -> None:
    assert client.get("/jobs/77").status_code == 404


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("talk.mbox", "talk.mbox"),
        ("../../etc/passwd", "etc_passwd"),
        ("été 2024.csv", "ete_2024.csv"),
        ("会議.csv", "upload-1.csv"),
        ("a/b.tar.gz", "a_b.tar.gz"),
        ("", "upload-1"),
    ],
)
def test_file_names_are_made_safe_and_keep_their_ending(given: str, kept: str) -> None:
    assert safe_name(given, 1) == kept


def test_a_title_is_made_of_the_file_name() -> None:
    assert title_of_file("town_hall-2024.mbox.gz") == "Town hall 2024"
    assert title_of_file(".csv") == "Discussion"
