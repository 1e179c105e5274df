"""Hiding messages in the browser: counted openly, read by moderators alone, in no answer."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from synth.permissions import Role
from synth.pipeline import write_results
from synth.store import open_store
from tests.web.people import SLUG, People, people_of

AT = f"/d/{SLUG}"
WORDS = "stay by the river"
ADDRESSES = (
    *(f"{AT}/", f"{AT}/map", f"{AT}/outline", f"{AT}/ideas/1", f"{AT}/threads", f"{AT}/threads/1"),
    *(f"{AT}/key", f"{AT}/overview", f"{AT}/since?since=2024-01-01", f"{AT}/search?q=river"),
    *(f"{AT}/search?author=Participant+1", f"{AT}/unplaced", f"{AT}/repeated", f"{AT}/history"),
    *(f"{AT}/messages/1/words", f"{AT}/point?text=stalls", f"{AT}/policy", f"/embed/{SLUG}"),
    *(f"/api{AT}/messages", f"/api{AT}/messages/1", f"/api{AT}/threads/1", f"/api{AT}/ideas"),
    *(f"/api{AT}/extracts", f"/api{AT}/search?q=river", f"/api{AT}/map", f"/api{AT}/threads"),
)


@pytest.fixture
def people(db: Path) -> People:
    with open_store(db) as store:
        store._db.execute(
            "UPDATE ideas SET title = 'The stalls should stay by the river' WHERE id = 1"
        )
        store._db.conn.commit()
    return people_of(db)


def test_hidden_words_are_in_no_answer(people: People, db: Path, tmp_path: Path) -> None:
    reader, facilitator = people.client(Role.PARTICIPANT), people.client(Role.FACILITATOR)
    before = {address: reader.get(address) for address in ADDRESSES}
    assert sum(WORDS in answer.text for answer in before.values()) > 8, "they are looked for"
    assert f"{AT}/messages/1/hide" in facilitator.get(f"{AT}/threads/1").text
    assert "/hide" not in reader.get(f"{AT}/threads/1").text
    form = {"reason": "insult", "note": "again"}
    answer = facilitator.post(f"{AT}/messages/1/hide", data=form)
    assert answer.location.endswith("#m1")
    for role in (Role.VISITOR, Role.PARTICIPANT, Role.SYNTHESIZER):
        for address in ADDRESSES:
            told = people.client(role).get(address)
            assert WORDS not in told.text, (role, address)
            assert told.status_code in {200, 302}, address
    with open_store(db) as store:
        paths = write_results(store, 1, tmp_path / "out", names=False)
    assert not any(WORDS in path.read_text() for path in paths)
    assert "Messages hidden by the facilitators" in (tmp_path / "out/report.html").read_text()
    thread = reader.get(f"{AT}/threads/1").text
    assert "Hidden by the facilitators" in thread
    assert "insults" in thread
    assert "1 message hidden by the facilitators" in reader.get(f"{AT}/overview").text
    counted = reader.get(f"/api{AT}/overview").get_json()["hidden"]
    assert counted == [{"reason": "insult", "n_messages": 1}]
    listed = facilitator.get(f"{AT}/moderation").text
    assert WORDS in listed
    assert "again" in listed
    facilitator.post(f"{AT}/moderation/show", data={"message": "1"})
    assert WORDS in reader.get(f"{AT}/threads/1").text
    rows = list(csv.DictReader(io.StringIO(facilitator.get(f"{AT}/moderation.csv").text)))
    assert [(r["who"], r["action"], r["message_id"], r["reason"]) for r in rows] == [
        ("Facilitator", "hid", "1", "insult"),
        ("Facilitator", "showed", "1", "insult"),
    ]
    assert WORDS not in str(rows)


def test_all_of_a_participant_and_forms_that_say_nothing(people: People, db: Path) -> None:
    facilitator = people.client(Role.FACILITATOR)
    assert facilitator.post(f"{AT}/messages/1/hide").status_code == 422
    assert facilitator.post(f"{AT}/moderation/show").status_code == 400
    assert facilitator.post(f"{AT}/messages/77/hide", data={"reason": "hate"}).status_code == 404
    facilitator.post(f"{AT}/messages/1/hide", data={"reason": "hate", "which": "all"})
    with open_store(db) as store:
        assert set(store.hidden.rulings(1)) == {1, 4, 6}
        (one,) = store.hidden.participants(1)
    assert f'value="{one.participant_id}"' in facilitator.get(f"{AT}/moderation").text
    facilitator.post(f"{AT}/moderation/show", data={"participant": str(one.participant_id)})
    assert "Nothing is hidden." in facilitator.get(f"{AT}/moderation").text


def test_the_policy_is_the_usual_one_until_facilitators_write_theirs(people: People) -> None:
    reader, facilitator = people.client(Role.VISITOR), people.client(Role.FACILITATOR)
    assert f"{AT}/policy" in reader.get(f"{AT}/ideas/1").text
    assert "Opinions are never a reason" in reader.get(f"{AT}/policy").text
    assert "Une opinion n’est jamais" in reader.get(f"{AT}/policy?lang=fr").text
    facilitator.post(f"{AT}/policy", data={"policy": "Be <b>kind</b>.\r\n\r\nOr else."})
    page = reader.get(f"{AT}/policy?lang=en").text
    assert "Be &lt;b&gt;kind&lt;/b&gt;." in page
    assert "Opinions are never" not in page
    assert facilitator.post(f"{AT}/policy", data={"policy": "x" * 5001}).status_code == 422
