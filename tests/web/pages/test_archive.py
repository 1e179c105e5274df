"""Archived discussions are only read; one that is going to be deleted is for facilitators alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from synth.permissions import Role
from synth.store import JobState, NewJob, Place, Step, open_jobs, open_store
from tests.web.people import SLUG, People, people_of
from web.jobs.folder import JobFolder
from web.jobs.upkeep import Upkeep

AT = f"/d/{SLUG}"


@pytest.fixture
def people(db: Path) -> People:
    return people_of(db)


def test_an_archived_discussion_is_read_and_not_changed(people: People) -> None:
    facilitator, reader = people.client(Role.FACILITATOR), people.client(Role.VISITOR)
    assert facilitator.post(f"{AT}/archive", data={"archived": "yes"}).status_code == 303
    assert "Archived on" in reader.get(f"{AT}/").text
    front = reader.get("/").text
    assert front.index('id="archived"') < front.index(SLUG)
    assert reader.get("/api/discussions").json["items"][0]["archived_at"]  # type: ignore[index]
    for role, address in (
        (Role.HARVESTER, f"{AT}/take"),
        (Role.SYNTHESIZER, f"{AT}/correct/ideas/1/rename"),
        (Role.FACILITATOR, f"{AT}/build"),
        (Role.OWNER, f"{AT}/sign-off"),
    ):
        answer = people.client(role).post(address)
        assert answer.status_code in {403, 404}, address
        if answer.status_code == 403:
            assert "archived" in answer.text
    assert facilitator.get(f"{AT}/settings").status_code == 200
    facilitator.post(f"{AT}/archive", data={"archived": "no"})
    assert 'id="archived"' not in reader.get("/").text
    assert facilitator.post(f"{AT}/archive", data={"archived": "?"}).status_code == 400


def test_what_is_going_to_be_deleted_is_told_hidden_and_taken_back(
    people: People, db: Path
) -> None:
    facilitator = people.client(Role.FACILITATOR)
    page = facilitator.get(f"{AT}/deletion").text
    assert "6 messages" in page
    assert "3 ideas" in page
    assert facilitator.post(f"{AT}/deletion").status_code == 422
    assert facilitator.post(f"{AT}/deletion", data={"sure": "yes"}).status_code == 303
    for role in (Role.VISITOR, Role.PARTICIPANT, Role.SYNTHESIZER):
        client = people.client(role)
        for address in (f"{AT}/", f"{AT}/deletion", f"/embed/{SLUG}", f"/api/d/{SLUG}"):
            assert client.get(address).status_code == 404, (role, address)
        assert SLUG not in client.get("/").text + client.get("/api/discussions").text
    for role in (Role.FACILITATOR, Role.OWNER):
        assert "is deleted on" in people.client(role).get(f"{AT}/").text
        assert f"{AT}/deletion" in people.client(role).get("/").text
    assert facilitator.post(f"{AT}/build").status_code == 403
    facilitator.post(f"{AT}/deletion/back")
    assert people.client(Role.VISITOR).get(f"{AT}/").status_code == 200
    told = [entry.verb for entry in _audit(db)]
    assert told[:2] == ["took deletion back", "asked deletion"]
    assert "deletion of the discussion begun" in people.client(Role.OWNER).get("/people").text


def test_jobs_that_work_on_an_archived_discussion_are_seen_and_stopped(
    people: People, db: Path
) -> None:
    with open_store(db) as store:
        found = store.discussions.named(SLUG)
    folder = JobFolder.beside(db)
    folder.make()
    with open_jobs(folder.jobs_file) as jobs:
        number = jobs.add(NewJob(kind="build", title="x", asked_by="member:99", settings={}))
        place = Place(discussion_id=found.id, slug=SLUG, title="x", step=Step.FULL)
        jobs.queue(number, place)
        jobs.take(list(Step))
    facilitator = people.client(Role.FACILITATOR)
    facilitator.post(f"{AT}/archive", data={"archived": "yes"})
    assert people.client(Role.SYNTHESIZER).get(f"/jobs/{number}").status_code == 404
    assert facilitator.get(f"/jobs/{number}").status_code == 200
    assert "1 job" in facilitator.get(f"{AT}/deletion").text
    facilitator.post(f"{AT}/deletion", data={"sure": "yes"})
    with open_jobs(folder.jobs_file) as jobs:
        assert (job := jobs.get(number)) is not None
        assert job.ends_as is JobState.CANCELLED


def test_at_the_end_it_goes(people: People, db: Path) -> None:
    people.app.config["GRACE"] = timedelta(0)
    people.client(Role.FACILITATOR).post(f"{AT}/deletion", data={"sure": "yes"})
    Upkeep(db, JobFolder.beside(db)).look()
    assert people.client(Role.OWNER).get(f"{AT}/").status_code == 404
    with open_store(db) as store:
        assert store.discussions.all() == []


def _audit(db: Path):  # type: ignore[no-untyped-def]
    with open_store(db) as store:
        return store.audit.last()


def test_the_name_is_changed_and_the_address_stays(people: People) -> None:
    facilitator = people.client(Role.FACILITATOR)
    was = {"was": "The market square"}
    facilitator.post(f"{AT}/title", data=was | {"title": " The  square "})
    assert '<h1 dir="auto">The square</h1>' in facilitator.get(f"{AT}/").text
    answer = facilitator.post(f"{AT}/title", data=was | {"title": "Mine"})
    assert answer.status_code == 409, "somebody changed it meanwhile"
    facilitator.post(f"{AT}/title", data={"title": ""})
    assert "Write a name" in facilitator.get(f"{AT}/settings").text
