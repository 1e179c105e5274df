"""Members are asked for consent; a refusal hides what they wrote, and can be changed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from synth.cli import main
from synth.permissions import Role
from synth.records import HiddenReason
from synth.store import Offer, open_store
from synth.store.consents import ConsentMode
from tests.web.people import PASSWORD, SLUG, People, people_of

AT = f"/d/{SLUG}"
WORDS = "stay by the river"


@pytest.fixture
def people(db: Path) -> People:
    return people_of(db)


def _join(people: People, db: Path) -> tuple[FlaskClient, str]:
    """Somebody new who takes up an invitation as Ann Carter; where they are led."""
    with open_store(db) as store:
        found = store.discussions.named(SLUG)
        ann = store.participants.find(found.id, "Ann Carter")
        offer = Offer(role=Role.HARVESTER, discussion_id=found.id, participant_id=ann)
        _made, token = store.invitations.make(offer, actor="person")
    client = people.app.test_client()
    form = {"name": "Ann", "password": PASSWORD, "again": PASSWORD}
    answer = client.post(f"/invitation/{token}", data=form)
    assert answer.status_code == 303, answer.text
    return client, answer.location


def _hidden(db: Path) -> set[HiddenReason]:
    with open_store(db) as store:
        return {one.reason for one in store.hidden.rulings(1).values()}


def test_who_claims_messages_is_asked_and_can_refuse_and_consent(people: People, db: Path) -> None:
    facilitator, reader = people.client(Role.FACILITATOR), people.client(Role.VISITOR)
    facilitator.post(f"{AT}/consent/settings", data={"mode": "asked", "text": "First text."})
    ann, location = _join(people, db)
    assert location == f"{AT}/consent"
    assert "First text." in ann.get(location).text
    assert f"{AT}/consent" in ann.get(f"{AT}/").text, "a notice until they answer"
    assert "You are asked whether" not in reader.get(f"{AT}/").text
    assert WORDS in reader.get(f"{AT}/threads/1").text, "no answer changes nothing"
    ann.post(f"{AT}/consent", data={"answer": "no"})
    assert WORDS not in reader.get(f"{AT}/threads/1").text
    assert "no consent" in reader.get(f"{AT}/policy").text
    assert "You are asked whether" not in ann.get(f"{AT}/").text
    with open_store(db) as store:
        (kept_out,) = store.hidden.participants(1)
    form = {"participant": str(kept_out.participant_id)}
    assert facilitator.post(f"{AT}/moderation/show", data=form).status_code == 409
    ann.post(f"{AT}/consent", data={"answer": "yes", "version": "1"})
    assert WORDS in reader.get(f"{AT}/threads/1").text
    again = {"mode": "required", "text": "Second text.", "again": "yes"}
    facilitator.post(f"{AT}/consent/settings", data=again)
    assert WORDS not in reader.get(f"{AT}/threads/1").text, "the consent was to another text"
    ann.post(f"{AT}/consent", data={"answer": "yes", "version": "1"})
    assert WORDS not in reader.get(f"{AT}/threads/1").text, "they have not seen the second text"
    assert 'name="version" value="2"' in ann.get(f"{AT}/consent").text
    ann.post(f"{AT}/consent", data={"answer": "yes", "version": "2"})
    assert WORDS in reader.get(f"{AT}/threads/1").text
    rows = list(csv.DictReader(io.StringIO(facilitator.get(f"{AT}/consents.csv").text)))
    assert [(r["member"], r["answer"], r["version"]) for r in rows] == [
        ("Ann", "no", "1"),
        ("Ann", "yes", "1"),
        ("Ann", "yes", "2"),
    ]
    with open_store(db) as store:
        assert store.consents.text(1, 1) == "First text.", "what they consented to is kept"


def test_only_with_consent_hides_who_does_not_answer(people: People, db: Path) -> None:
    facilitator = people.client(Role.FACILITATOR)
    facilitator.post(f"{AT}/consent/settings", data={"mode": "required", "text": ""})
    assert _hidden(db) == set(), "nobody has claimed a message"
    ann, _location = _join(people, db)
    assert _hidden(db) == {HiddenReason.NO_CONSENT}
    assert "What you wrote in this discussion is published" in ann.get(f"{AT}/consent").text
    assert "Ce que vous avez écrit" in ann.get(f"{AT}/consent?lang=fr").text
    facilitator.post(f"{AT}/consent/settings", data={"mode": "off", "text": ""})
    assert _hidden(db) == set()
    assert ann.post(f"{AT}/consent", data={"answer": "yes"}).status_code == 404


def test_a_refusal_outlasts_what_moderators_show_again(people: People, db: Path) -> None:
    facilitator = people.client(Role.FACILITATOR)
    facilitator.post(f"{AT}/messages/1/hide", data={"reason": "rules", "which": "all"})
    facilitator.post(f"{AT}/consent/settings", data={"mode": "asked", "text": ""})
    ann, _location = _join(people, db)
    ann.post(f"{AT}/consent", data={"answer": "no"})
    with open_store(db) as store:
        (kept_out,) = store.hidden.participants(1)
        assert kept_out.ruling.reason is HiddenReason.RULES
    facilitator.post(f"{AT}/moderation/show", data={"participant": str(kept_out.participant_id)})
    assert _hidden(db) == {HiddenReason.NO_CONSENT}


def test_a_refusal_holds_until_its_author_takes_it_back(people: People, db: Path) -> None:
    facilitator, reader = people.client(Role.FACILITATOR), people.client(Role.VISITOR)
    facilitator.post(f"{AT}/consent/settings", data={"mode": "asked", "text": "A text."})
    ann, _location = _join(people, db)
    ann.post(f"{AT}/consent", data={"answer": "no"})
    show = ["moderate", "show", "--participant", "Ann Carter", "--db", str(db)]
    assert "does not consent" in CliRunner().invoke(main, show).output
    facilitator.post(f"{AT}/consent/settings", data={"mode": "off", "text": "A text."})
    assert WORDS not in reader.get(f"{AT}/threads/1").text, "asking nobody takes no refusal back"
    assert "You refused" in ann.get(f"{AT}/consent").text
    ann.post(f"{AT}/consent", data={"answer": "yes", "version": "1"})
    assert WORDS in reader.get(f"{AT}/threads/1").text
    again = {"mode": "required", "text": "A text.", "again": "yes"}
    facilitator.post(f"{AT}/consent/settings", data=again)
    assert WORDS not in reader.get(f"{AT}/threads/1").text, "asked again with the same text"
    ann.post(f"{AT}/consent", data={"answer": "yes", "version": "2"})
    form = {"reason": "no_consent", "which": "all"}
    answer = facilitator.post(f"{AT}/messages/1/hide", data=form)
    assert answer.status_code == 422, "that is for the author to say"


def test_what_is_not_kept(people: People, db: Path) -> None:
    facilitator = people.client(Role.FACILITATOR)
    assert facilitator.post(f"{AT}/consent/settings").status_code == 400
    long = {"mode": "asked", "text": "x" * 5001}
    assert facilitator.post(f"{AT}/consent/settings", data=long).status_code == 422
    with open_store(db) as store:
        assert store.consents.policy(1).mode is ConsentMode.OFF
        store.consents.set_policy(1, ConsentMode.ASKED, "", asks_again=False, actor="x")
    assert (
        people.client(Role.OWNER).post(f"{AT}/consent", data={"answer": "yes"}).status_code == 404
    )
    assert people.client(Role.PARTICIPANT).post(f"{AT}/consent").status_code == 400
