"""What is masked, who sees an original, and what an erasure tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.masks import Finding, Findings, Masking, MaskKind
from synth.permissions import Role
from synth.store import Store, open_store
from tests.web.people import SLUG, People, people_of
from web import create_app

AT = f"/d/{SLUG}"
SECRET = "Rents are far"


@pytest.fixture
def people(db: Path) -> People:
    return people_of(db)


@pytest.fixture
def masked_id(people: People, store: Store) -> int:
    """A message that says ``SECRET`` behind a mask."""
    message_id = list(store.messages.all(store.discussions.named(SLUG).id))[1].id
    (original,) = store.masks.originals([message_id])
    start = original.text.index(SECRET)
    finding = Finding(start=start, end=start + len(SECRET), kind=MaskKind.EMAIL, shown="[e-mail]")
    assert store.masks.rewrite(original, Findings(text=(finding,)), masking=Masking.CONTACTS)
    return message_id


def test_no_disk_keeps_an_original_where_nobody_signs_in(db: Path) -> None:
    client = create_app({"DB": str(db), "WTF_CSRF_ENABLED": False}).test_client()
    answer = client.post(f"/d/{SLUG}/messages/1/original", data={"reason": "check"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_a_facilitator_sees_an_original_for_a_reason_and_it_is_noted(
    people: People, store: Store, masked_id: int
) -> None:
    facilitator = people.client(Role.FACILITATOR)
    thread = facilitator.get(f"{AT}/messages/{masked_id}", follow_redirects=True).text
    assert "[e-mail] too high" in thread
    assert SECRET not in thread
    address = f"{AT}/messages/{masked_id}/original"
    assert f'href="{address}"' in thread
    assert SECRET not in facilitator.get(address).text
    assert facilitator.post(address).status_code == 422
    assert not [one for one in store.audit.last() if one.verb == "saw original"]
    shown = facilitator.post(address, data={"reason": "check"})
    assert f"<mark>{SECRET}</mark> too high" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    (entry,) = [one for one in store.audit.last() if one.verb == "saw original"]
    assert entry.actor == people.members[Role.FACILITATOR].actor
    assert entry.facts == {"message": masked_id, "reason": "check"}
    assert SECRET not in str(entry)
    assert "original of a message seen" in people.client(Role.OWNER).get("/people").text


def test_nobody_else_is_led_to_it_or_finds_it(people: People, masked_id: int) -> None:
    for role in (Role.VISITOR, Role.PARTICIPANT, Role.SYNTHESIZER):
        client = people.client(role)
        for address in (
            f"{AT}/messages/{masked_id}",
            f"{AT}/search?q=rents&mode=words",
            f"/api/d/{SLUG}/search?q=rents&mode=words",
            f"/api/d/{SLUG}/messages",
            f"{AT}/messages/{masked_id}/words",
            f"{AT}/key",
            f"{AT}/ideas/1",
        ):
            told = client.get(address, follow_redirects=True).text
            assert SECRET not in told, address
            assert "/original" not in told
        denied = client.post(f"{AT}/messages/{masked_id}/original", data={"reason": "check"})
        assert denied.status_code in {401, 403}


def test_what_is_masked_is_chosen_and_a_job_does_it(people: People, store: Store) -> None:
    facilitator = people.client(Role.FACILITATOR)
    page = facilitator.get(f"{AT}/privacy").text
    assert 'value="contacts" checked' in page
    assert facilitator.post(f"{AT}/privacy", data={"masking": "all"}).status_code == 400
    saved = facilitator.post(f"{AT}/privacy", data={"masking": "names"})
    assert saved.headers["Location"].startswith("/jobs/")
    assert store.discussions.named(SLUG).masking is Masking.NAMES
    assert "changed masking" in [one.verb for one in store.audit.last()]
    again = facilitator.post(f"{AT}/privacy", data={"masking": "names"})
    assert again.headers["Location"] == f"{AT}/privacy"
    assert "6 messages are not masked like this yet" in facilitator.get(f"{AT}/privacy").text


def test_an_erasure_tells_what_it_removed_and_no_word_of_it(people: People, db: Path) -> None:
    participant, facilitator = people.client(Role.PARTICIPANT), people.client(Role.FACILITATOR)
    with open_store(db) as store:
        here = store.discussions.named(SLUG).id
        bo = store.participants.find(here, "Bo Lind")
        assert bo is not None
        store.claims.put(people.members[Role.PARTICIPANT].id, bo)
    assert facilitator.get(f"{AT}/erase?who=Nobody+Here").status_code == 404
    confirm = facilitator.get(f"{AT}/erase?who=Bo+Lind").text
    assert "Participant 558" in confirm
    assert "2 messages will be emptied" in confirm
    assert facilitator.post(f"{AT}/erase", data={"who": "Bo Lind"}).status_code == 404
    done = facilitator.post(f"{AT}/erase", data={"who": "Participant 558"})
    assert done.headers["Location"].startswith("/jobs/")
    with open_store(db) as store:
        (record,) = store.erasures.of(here)
    assert record.removed == {
        "messages": 2, "passages": 2, "extracts": 1, "quotes": 3, "originals": 2,
        "titles": 3, "names": 1,
    }  # fmt: skip
    assert b"Rents are far" not in db.read_bytes()
    for told in (facilitator.get(f"{AT}/privacy").text, participant.get(f"{AT}/mine").text):
        assert "Participant 558" in told
        assert '<td>Key passages</td><td class="n">1</td>' in told
        assert "Bo Lind" not in told
    assert f'href="{AT}/mine"' in participant.get(f"{AT}/threads").text
    assert "Participant 558" not in people.client(Role.HARVESTER).get(f"{AT}/mine").text
