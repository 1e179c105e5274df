"""Uploads and jobs on the pages; the build itself is tested with the pipeline."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from synth.errors import ModelMissing, StoreProblem
from synth.permissions import Role
from synth.pipeline import BuildReport
from synth.settings import CLUSTERERS, ClustererName, Progress, Settings
from synth.store import JobState, Step, Store, open_jobs, open_store
from tests.web.people import people_of
from tests.web.working_here import Dead, Here, Stuck, carry_out, job, worker_of
from web.jobs.endings import written
from web.jobs.process import Carrier
from web.jobs.report import Order, Report, StageState
from web.pages.uploads import title_of_file

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


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Builds:
    made = Builds()
    monkeypatch.setattr("synth.pipeline.build", made)
    return made


def send(client: FlaskClient, *files: tuple[bytes, str], **form: str) -> Any:
    data = {"files": [(io.BytesIO(body), name) for body, name in files], **form}
    return client.post("/upload", data=data, content_type="multipart/form-data")


def ended(app: Flask, number: int = 1) -> JobState:
    carry_out(app)
    return job(app, number).job.state


def uploaded(app: Flask) -> list[Path]:
    """Everything in the folder of uploads."""
    folder = app.extensions["jobs"].folder.uploads
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_upload_becomes_a_discussion(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    answer = send(client, (CSV, "old_bridge.csv"), quality="draft")
    assert (answer.status_code, answer.location) == (303, "/jobs/1")
    assert len(uploaded(app)) == 1
    assert ended(app) is JobState.DONE
    found = store.discussions.named("old-bridge")
    assert (found.title, found.n_messages) == ("Old bridge", 2)
    assert builds.settings == [Settings(quality="draft")]
    page = client.get("/jobs/1").text
    assert "2 new messages" in page
    assert "/d/old-bridge/" in page
    assert "What could not be read" in page
    assert "job-" not in page.replace("job-state", "").replace("job-log", "")
    assert "http-equiv" not in page
    assert uploaded(app) == []


def test_two_files_go_into_a_discussion_that_is_there(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    more = CSV.replace(b"1,The", b"7,This").replace(b"2,Then", b"8,So").replace(b"3,", b"9,")
    send(client, (CSV, "a.csv"), (more, "b.csv"), into="the-market-square")
    assert ended(app) is JobState.DONE
    assert store.discussions.named("the-market-square").n_messages == 10
    assert len(store.discussions.all()) == 1


def test_a_file_that_nobody_can_read_leaves_nothing_behind(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    send(client, (b"\x00\x01\x02", "photo.jpg"), title="My photo")
    assert ended(app) is JobState.FAILED
    status = job(app)
    assert (status.is_kept, status.may_restart) == (False, False)
    assert status.job.error.startswith("photo.jpg")
    assert "\n" not in status.job.error
    assert "My photo" not in [d.title for d in store.discussions.all()]
    page = client.get("/jobs/1").text
    assert "Nothing was kept." in page
    assert "/d/my-photo" not in page
    assert builds.settings == []
    assert uploaded(app) == []


def test_an_empty_discussion_that_was_there_before_stays(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    store.discussions.add("To be filled")
    send(client, (b"\x00\x01\x02", "photo.jpg"), into="to-be-filled")
    assert ended(app) is JobState.FAILED
    assert store.discussions.find("to-be-filled") is not None


def test_the_next_discussion_is_not_taken_for_the_one_that_failed(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    send(client, (b"\x00\x01\x02", "photo.jpg"), title="My photo")
    carry_out(app)
    send(client, (CSV, "old_bridge.csv"))
    carry_out(app)
    assert job(app, 1).job.discussion_id is None
    assert not job(app, 1).is_kept
    assert job(app, 2).job.discussion_id == store.discussions.named("old-bridge").id


def test_messages_stay_when_only_the_map_fails(
    app: Flask, client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_model(*_: object, **__: object) -> BuildReport:
        raise ModelMissing("e5-small: not installed; use --quality draft")

    monkeypatch.setattr("synth.pipeline.build", no_model)
    send(client, (CSV, "old_bridge.csv"))
    assert ended(app) is JobState.FAILED
    status = job(app)
    assert (status.is_kept, status.may_restart) == (True, True)
    assert status.job.error == "e5-small: not installed; use --quality draft"
    assert store.discussions.named("old-bridge").n_messages == 2


def test_a_map_that_failed_is_made_by_the_same_job_again(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_model(*_: object, **__: object) -> BuildReport:
        raise ModelMissing("e5-small: not installed; use --quality draft")

    with monkeypatch.context() as patch:
        patch.setattr("synth.pipeline.build", no_model)
        send(client, (CSV, "old_bridge.csv"))
        carry_out(app)
    assert "Start again" in client.get("/jobs/1").text
    made = Builds()
    monkeypatch.setattr("synth.pipeline.build", made)
    answer = client.post("/jobs/1/restart")
    assert (answer.status_code, answer.location) == (303, "/jobs/1")
    assert ended(app) is JobState.DONE
    assert made.settings == [Settings(quality="full")]
    assert job(app).report.imported is not None
    assert [line.event for line in job(app).log] == [
        "asked", "begun", "failed", "restarted", "begun", "done",
    ]  # fmt: skip


def test_a_large_upload_has_a_draft_map_first(
    app: Flask, client: FlaskClient, builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.jobs.work.N_AT_ONCE", 1)
    send(client, (CSV, "old_bridge.csv"))
    worker = worker_of(app, lambda order: (Stuck if order.step is Step.FULL else Here)(order))
    while job(app).job.step is not Step.FULL:
        worker.look()
    assert builds.settings == [Settings(quality="draft")]
    page = client.get("/jobs/1").text
    assert "The draft map: 1 idea in 2 passages." in page
    assert "Open “Old bridge”" in page
    assert "Cancel" in page
    worker.stop()
    assert ended(app) is JobState.DONE
    assert builds.settings == [Settings(quality="draft"), Settings(quality="full")]
    steps = [stage.step for stage in job(app).report.stages]
    assert list(dict.fromkeys(steps)) == ["import", "draft", "full"]


def test_a_full_map_that_stands_is_not_replaced_by_a_draft(
    app: Flask,
    client: FlaskClient,
    store: Store,
    builds: Builds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.jobs.work.N_AT_ONCE", 1)
    found = store.discussions.named("the-market-square")
    run_id = store.runs.begin(
        found.id, kind="build", seed=0, settings={"quality": "full"}, versions={}
    )
    store.runs.finish(run_id, state="done")
    send(client, (CSV, "a.csv"), into="the-market-square")
    client.post("/d/the-market-square/build", data={"quality": "full"})
    carry_out(app)
    assert builds.settings == [Settings(quality="full")] * 2


def test_a_process_that_dies_is_begun_again_and_then_told(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    send(client, (CSV, "old_bridge.csv"), title="Killed")
    jobs: list[Order] = []

    def start(order: Order) -> Dead:
        jobs.append(order)
        return Dead(order)

    worker = worker_of(app, start)
    while job(app).job.state is not JobState.INTERRUPTED:
        worker.look()
    assert [order.step for order in jobs] == ["import"] * 3 + ["tidy"] * 3
    assert "SIGKILL" in job(app).job.error
    assert "\n" not in job(app).job.error
    assert job(app).may_restart
    page = client.get("/jobs/1").text
    assert "The files are still here" in page
    client.post("/jobs/1/restart")
    assert ended(app) is JobState.DONE
    assert store.discussions.named("killed").n_messages == 2
    assert uploaded(app) == []


def test_what_was_interrupted_too_often_is_tidied_up(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    send(client, (CSV, "old_bridge.csv"), title="Killed")
    with open_jobs(app.extensions["jobs"].folder.jobs_file) as jobs:
        jobs.end_as(1, JobState.INTERRUPTED, error="killed")
    assert ended(app) is JobState.INTERRUPTED
    assert "Killed" not in [d.title for d in store.discussions.all()]
    assert not job(app).is_kept
    client.post("/jobs/1/restart")
    assert ended(app) is JobState.DONE
    assert store.discussions.named("killed").n_messages == 2


def test_a_running_job_is_cancelled_by_its_button(
    app: Flask, client: FlaskClient, store: Store
) -> None:
    send(client, (CSV, "old_bridge.csv"))
    begun: list[Stuck] = []

    def start(order: Order) -> Carrier:
        if order.step is Step.TIDY:
            return Here(order)
        begun.append(Stuck(order))
        return begun[-1]

    worker = worker_of(app, start)
    worker.look()
    assert 'action="/jobs/1/cancel"' in client.get("/jobs/1").text
    assert client.post("/jobs/1/cancel").location == "/jobs/1"
    assert "It is being stopped." in client.get("/jobs/1").text
    worker.look()
    assert begun[0].is_killed
    worker.look()
    assert job(app).job.state is JobState.CANCELLED
    assert "Old bridge" not in [d.title for d in store.discussions.all()]
    assert uploaded(app) == []
    page = client.get("/jobs/1").text
    assert "It was cancelled." in page
    assert "Nothing was kept." in page


def test_a_waiting_job_is_cancelled_at_once(app: Flask, client: FlaskClient, store: Store) -> None:
    send(client, (CSV, "old_bridge.csv"))
    client.post("/jobs/1/cancel")
    assert job(app).job.state is JobState.CANCELLED
    assert "Old bridge" not in [d.title for d in store.discussions.all()]
    assert uploaded(app) == []


def test_a_job_that_is_over_is_not_cancelled(
    app: Flask, client: FlaskClient, builds: Builds
) -> None:
    send(client, (CSV, "old_bridge.csv"))
    carry_out(app)
    client.post("/jobs/1/cancel")
    assert job(app).job.state is JobState.DONE
    client.post("/jobs/1/restart")
    assert job(app).job.state is JobState.DONE


def test_what_runs_when_the_worker_stops_goes_on_with_the_next(
    app: Flask, client: FlaskClient, builds: Builds
) -> None:
    send(client, (CSV, "old_bridge.csv"))
    first = worker_of(app, Stuck)
    first.look()
    first.stop()
    assert job(app).job.state is JobState.WAITING
    assert "goes on when that is started again" in client.get("/jobs/1").text
    assert ended(app) is JobState.DONE


def test_what_a_killed_worker_left_goes_on_with_the_next(
    app: Flask, client: FlaskClient, builds: Builds
) -> None:
    send(client, (CSV, "old_bridge.csv"))
    worker_of(app, Stuck).look()
    assert job(app).job.state is JobState.RUNNING
    worker_of(app).recover()
    assert job(app).job.state is JobState.WAITING
    assert ended(app) is JobState.DONE
    assert [line.event for line in job(app).log] == ["asked", "begun", "resumed", "begun", "done"]


def test_a_job_whose_worker_is_killed_again_and_again_is_given_up(
    app: Flask, client: FlaskClient, builds: Builds
) -> None:
    send(client, (CSV, "old_bridge.csv"))
    for _ in range(3):
        worker_of(app, Stuck).look()
        worker_of(app).recover()
    assert ended(app) is JobState.INTERRUPTED
    assert job(app).may_restart


def test_left_overs_of_a_crash_go_when_a_worker_begins(
    app: Flask, client: FlaskClient, builds: Builds
) -> None:
    send(client, (CSV, "old_bridge.csv"))
    folder = app.extensions["jobs"].folder
    for left in ("job-0123", "another"):
        (folder.uploads / left).mkdir()
        (folder.uploads / left / "x.csv").write_bytes(CSV)
    worker_of(app).recover()
    there = {path.parent.name for path in uploaded(app)}
    assert "job-0123" not in there
    assert "another" in there
    assert ended(app) is JobState.DONE


def test_no_file_is_said(client: FlaskClient) -> None:
    answer = client.post("/upload", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose a file" in answer.text


def test_a_map_is_made_anew(app: Flask, client: FlaskClient, builds: Builds) -> None:
    answer = client.post("/d/the-market-square/build", data={"quality": "full"})
    assert answer.location == "/jobs/1"
    assert ended(app) is JobState.DONE
    assert builds.settings == [Settings(quality="full")]


@pytest.mark.parametrize("clusterer", CLUSTERERS)
def test_a_clusterer_can_be_chosen(
    app: Flask, client: FlaskClient, builds: Builds, clusterer: ClustererName
) -> None:
    for page in ("/upload", "/d/the-market-square/about"):
        assert f'<option value="{clusterer}"' in client.get(page).text
    client.post("/d/the-market-square/build", data={"clusterer": clusterer})
    assert ended(app) is JobState.DONE
    send(client, (CSV, "old_bridge.csv"), clusterer=clusterer)
    assert ended(app, 2) is JobState.DONE
    assert builds.settings == [Settings(clusterer=clusterer)] * 2


def test_sides_can_be_left_to_the_platform(app: Flask, client: FlaskClient, builds: Builds) -> None:
    client.post("/d/the-market-square/build", data={"sides": "stated"})
    assert ended(app) is JobState.DONE
    client.post("/d/the-market-square/build", data={"sides": "read"})
    assert ended(app, 2) is JobState.DONE
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
    client.post("/d/the-market-square/build", data={"quality": "full"})
    stage = StageState(
        name="Embed", unit="passages", done=50, total=100, seconds=10.0, step=Step.FULL
    )
    with open_jobs(app.extensions["jobs"].folder.jobs_file) as jobs:
        jobs.take([Step.FULL])
        jobs.tell(1, step=Step.FULL, report=written(Report(step=Step.FULL, stages=(stage,))))
    page = client.get("/jobs/1").text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "5 a second" in page
    assert "about 10 s left" in page


def test_progress_is_not_hidden_by_an_answer_that_was_kept(app: Flask, client: FlaskClient) -> None:
    client.post("/d/the-market-square/build", data={"quality": "full"})
    program = app.test_client()
    assert program.get("/api/jobs/1").get_json()["state"] == "waiting"
    with open_jobs(app.extensions["jobs"].folder.jobs_file) as jobs:
        jobs.take([Step.FULL])
    assert program.get("/api/jobs/1").get_json()["state"] == "running"


def test_without_a_worker_the_page_says_so(app: Flask, client: FlaskClient) -> None:
    client.post("/d/the-market-square/build", data={"quality": "full"})
    assert "start “synth worker”" in client.get("/jobs/1").text


def test_the_list_of_jobs_names_what_runs_and_what_is_over(
    app: Flask, client: FlaskClient, builds: Builds
) -> None:
    assert "None." in client.get("/jobs").text
    send(client, (CSV, "old_bridge.csv"))
    carry_out(app)
    client.post("/d/the-market-square/build", data={"quality": "full"})
    page = client.get("/jobs").text
    running, over = page.split("<h2>Over</h2>")
    assert re.search(r'href="/jobs/2">\s*The market square', running)
    assert "waiting" in running
    assert re.search(r'href="/jobs/1">\s*Old bridge', over)
    assert "done" in over
    listed = client.get("/api/jobs").get_json()["items"]
    assert [one["id"] for one in listed] == [2, 1]


def test_the_page_of_a_job_is_french_for_who_reads_french(
    app: Flask, client: FlaskClient, builds: Builds
) -> None:
    send(client, (CSV, "old_bridge.csv"))
    carry_out(app)
    for address, words in (("/jobs/1?lang=fr", "Journal"), ("/jobs?lang=fr", "Tâches")):
        assert words in client.get(address).text


def test_an_unknown_job_is_not_found(client: FlaskClient) -> None:
    assert client.get("/jobs/77").status_code == 404


def test_a_title_is_made_of_the_file_name() -> None:
    assert title_of_file("town_hall-2024.mbox.gz") == "Town hall 2024"
    assert title_of_file(".csv") == "Discussion"


def test_a_job_is_seen_by_who_asked_and_by_the_facilitators_of_its_discussion(
    db: Path, builds: Builds
) -> None:
    people = people_of(db)
    facilitator = people.client(Role.FACILITATOR)
    owner = people.client(Role.OWNER)
    send(facilitator, (CSV, "a.csv"), into="the-market-square")
    send(owner, (CSV, "old_bridge.csv"))
    carry_out(people.app)
    seen = {
        role: [people.client(role).get(f"/jobs/{number}").status_code for number in (1, 2)]
        for role in Role
    }
    assert seen[Role.OWNER] == [200, 200]
    assert seen[Role.FACILITATOR] == [200, 404]
    assert seen[Role.SYNTHESIZER] == [404, 404]
    assert seen[Role.VISITOR] == [404, 404]
    assert "asked for by Facilitator" in facilitator.get("/jobs/1").text
    assert "Old bridge" not in facilitator.get("/jobs").text
    assert [one["id"] for one in facilitator.get("/api/jobs").get_json()["items"]] == [1]


def test_a_job_of_a_discussion_that_went_is_not_shown_over_the_next_of_that_name(
    db: Path, builds: Builds
) -> None:
    people = people_of(db)
    send(people.client(Role.OWNER), (b"\x00\x01\x02", "photo.jpg"), title="My photo")
    carry_out(people.app)
    with open_store(db) as store:
        again = store.discussions.add("My photo")
        member = people.members[Role.FACILITATOR]
        store.memberships.set_role(member.id, again.id, Role.FACILITATOR, actor="test")
    assert people.client(Role.FACILITATOR).get("/jobs/1").status_code == 404


def test_who_may_no_longer_upload_starts_no_job_again(db: Path, builds: Builds) -> None:
    people = people_of(db)
    facilitator = people.client(Role.FACILITATOR)
    send(facilitator, (CSV, "a.csv"), into="the-market-square")
    facilitator.post("/jobs/1/cancel")
    facilitator.post("/d/the-market-square/build")
    facilitator.post("/jobs/2/cancel")
    with open_store(db) as store:
        found = store.discussions.named("the-market-square")
        member, other = people.members[Role.FACILITATOR], people.members[Role.SYNTHESIZER]
        store.memberships.set_role(other.id, found.id, Role.FACILITATOR, actor="test")
        store.memberships.set_role(member.id, found.id, Role.HARVESTER, actor="test")
    assert facilitator.get("/jobs/2").status_code == 200
    assert facilitator.post("/jobs/2/restart").status_code == 403
    assert job(people.app, 2).job.state is JobState.CANCELLED


def test_nothing_is_added_to_a_discussion_that_was_archived_while_the_job_waited(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    found = store.discussions.named("the-market-square")
    n_before = store.messages.count(found.id)
    send(client, (CSV, "a.csv"), into=found.slug)
    store.discussions.archive(found.id, is_archived=True, actor="x")
    assert ended(app, 1) is JobState.FAILED
    assert "archived" in job(app, 1).job.error
    assert store.messages.count(found.id) == n_before


def test_what_waits_for_a_discussion_that_failed_ends_too(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    send(client, (b"\x00\x01\x02", "photo.jpg"), title="My photo")
    send(client, (CSV, "a.csv"), into="my-photo")
    assert ended(app, 2) is JobState.FAILED
    assert "no longer there" in job(app, 2).job.error
    assert uploaded(app) == []


def test_what_waits_for_a_discussion_that_was_removed_says_so(
    app: Flask, client: FlaskClient, store: Store, builds: Builds
) -> None:
    found = store.discussions.add("Soon gone")
    send(client, (CSV, "a.csv"), into="soon-gone")
    store.discussions.discard_empty(found.id)
    assert ended(app) is JobState.FAILED
    assert "no longer there" in job(app).job.error
    assert builds.settings == []


def test_a_disk_without_room_interrupts_a_job_and_keeps_its_files(
    app: Flask,
    client: FlaskClient,
    store: Store,
    builds: Builds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreProblem("town.db: database or disk is full; make room")

    with monkeypatch.context() as patch:
        patch.setattr("synth.pipeline.import_files", full)
        send(client, (CSV, "old_bridge.csv"))
        assert ended(app) is JobState.INTERRUPTED
    assert "disk is full" in client.get("/jobs/1").text
    assert "Old bridge" not in [d.title for d in store.discussions.all()]
    assert len(uploaded(app)) == 1
    client.post("/jobs/1/restart")
    assert ended(app) is JobState.DONE
    assert store.discussions.named("old-bridge").n_messages == 2
    assert uploaded(app) == []
