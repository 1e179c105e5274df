"""Correcting on the pages: each kind of correction, its note with Undo, two people at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from werkzeug.test import TestResponse

from synth.corrections import (
    hide_idea,
    link_ideas,
    lock_idea,
    move_idea,
    pin_passages,
    rename_idea,
    sign_off,
    undo_correction,
)
from synth.corrections.wanted import Kind
from synth.permissions import Role
from synth.records import IdeaStatus, LinkKind, Lock, Origin, Unplaced
from synth.store import Store
from synth.store.members import Members
from tests.web.people import People, people_of
from web import create_app

AT = "/d/the-market-square"
ONE = 1
STALLS, HOSTILE, TABLES = 1, 2, 3
"""The ideas: the second stands under the first."""
SCRIPT = {"Accept": "application/json"}
FORMS: Mapping[Kind, tuple[str, Mapping[str, object]]] = {
    Kind.RENAME: (f"ideas/{STALLS}", {"text": " Market  stalls "}),
    Kind.DESCRIBE: (f"ideas/{STALLS}", {"text": "What people say of the stalls."}),
    Kind.MERGE: (f"ideas/{HOSTILE}", {"other": TABLES}),
    Kind.SPLIT: (f"ideas/{TABLES}", {"title-1": "Near the school", "in-1": "5"}),
    Kind.MOVE: (f"ideas/{TABLES}", {"other": STALLS}),
    Kind.LINK: (f"ideas/{STALLS}", {"other": TABLES, "link": "opposes"}),
    Kind.CONFIRM: (f"ideas/{STALLS}", {}),
    Kind.HIDE: (f"ideas/{TABLES}", {}),
    Kind.LOCK: (f"ideas/{STALLS}", {}),
    Kind.PLACE: ("passages/4", {"other": HOSTILE}),
    Kind.KEEP: ("passages/4", {}),
    Kind.ASIDE: ("passages/4", {"reason": "thanks"}),
    Kind.UNPLACE: ("passages/4", {}),
    Kind.TOGETHER: ("passages/4", {"other": 5}),
    Kind.APART: ("passages/4", {"other": 3}),
}
"""Address of the target, and what its form says."""


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = ("ideas", "placements", "passage_links", "idea_links", "idea_cores", "retired_ideas")
    return {
        table: sorted(store._db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        for table in tables
    }


def send(
    client: FlaskClient, kind: Kind, *, version: int, address: str = "", **values: object
) -> TestResponse:
    target, fields = FORMS[kind]
    return client.post(
        f"{AT}/{address or target}/correct/{kind.value}",
        data={"version": version, **fields, **values},
    )


def is_as_asked(store: Store, kind: Kind) -> bool:
    """Whether the map holds what the form of that kind asked for."""
    ideas = {idea.id: idea for idea in store.ideas.outline(ONE)}
    at = {p.passage_id: p for p in store.ideas.placements(ONE)}
    links = store.corrections.links(ONE)
    checks = {
        Kind.RENAME: lambda: ideas[STALLS].title == "Market stalls",
        Kind.DESCRIBE: lambda: ideas[STALLS].summary.startswith("What people say"),
        Kind.MERGE: lambda: TABLES not in ideas and at[5].idea_id == HOSTILE,
        Kind.SPLIT: lambda: ideas[at[5].idea_id or 0].title == "Near the school",
        Kind.MOVE: lambda: ideas[TABLES].parent_id == STALLS,
        Kind.LINK: lambda: store.corrections.idea_links(ONE)[0].kind is LinkKind.OPPOSES,
        Kind.CONFIRM: lambda: ideas[STALLS].status is IdeaStatus.CONFIRMED,
        Kind.HIDE: lambda: ideas[TABLES].status is IdeaStatus.HIDDEN,
        Kind.LOCK: lambda: {ideas[STALLS].locked_by, ideas[HOSTILE].locked_by} == {Lock.PERSON},
        Kind.PLACE: lambda: at[4].idea_id == HOSTILE,
        Kind.KEEP: lambda: (at[4].idea_id, at[4].origin) == (TABLES, Origin.PERSON),
        Kind.ASIDE: lambda: (at[4].idea_id, at[4].reason) == (None, Unplaced.THANKS),
        Kind.UNPLACE: lambda: (at[4].idea_id, at[4].reason) == (None, None),
        Kind.TOGETHER: lambda: links[0].is_together,
        Kind.APART: lambda: not links[0].is_together,
    }
    return bool(checks[kind]())


def text_of(page: str, selector: str) -> str:
    found = LexborHTMLParser(page).css_first(selector)
    return " ".join(found.text().split()) if found else ""


@pytest.mark.parametrize("kind", FORMS)
def test_a_correction_is_in_force_at_once_and_its_note_takes_it_back(
    kind: Kind, client: FlaskClient, store: Store
) -> None:
    before = rows_of(store)
    answer = send(client, kind, version=0)
    assert answer.status_code == 303
    assert is_as_asked(store, kind)
    page = client.get(answer.location)
    note = LexborHTMLParser(page.text).css_first(".toast")
    assert note is not None
    assert note.css_first("button").text() == "Undo"
    undo = note.css_first("form").attributes["action"]
    undone = client.post(undo, data={"then": answer.location})
    assert undone.status_code == 303
    assert "Taken back." in client.get(undone.location).text
    assert rows_of(store) == before


@pytest.mark.parametrize("kind", FORMS)
def test_a_script_is_told_what_was_done(kind: Kind, client: FlaskClient, store: Store) -> None:
    target, fields = FORMS[kind]
    answer = client.post(
        f"{AT}/{target}/correct/{kind.value}", data={"version": 0, **fields}, headers=SCRIPT
    )
    told = json.loads(answer.text)
    assert set(told) == {"said", "undo", "address"}
    assert client.get(told["address"]).status_code == 200
    undone = client.post(told["undo"], headers=SCRIPT)
    assert json.loads(undone.text)["said"] == "Taken back."


def test_what_is_refused_is_said_beside_the_form_with_what_was_asked(
    client: FlaskClient, store: Store
) -> None:
    answer = send(client, Kind.RENAME, version=0, text="   ")
    assert answer.status_code == 422
    assert text_of(answer.text, "#correct-problem") == "The title is empty; say one."
    answer = send(client, Kind.LINK, version=0, other="")
    assert "Nothing was chosen" in answer.text
    answer = send(client, Kind.MOVE, version=0, other="")
    assert answer.status_code == 422, "an idea goes to the top only where that was chosen"
    french = client.post(
        f"{AT}/ideas/{STALLS}/correct/merge?lang=fr", data={"other": HOSTILE, "version": 0}
    )
    assert "sont l’une sous l’autre" in text_of(french.text, "#correct-problem")
    assert "Stalls by the river" in text_of(french.text, "#correct-problem")
    assert store.corrections.history(ONE) == []


def test_two_people_at_once_see_what_the_other_did_and_nothing_is_lost(
    client: FlaskClient, store: Store
) -> None:
    form = client.get(f"{AT}/ideas/{STALLS}/correct/rename").text
    version = LexborHTMLParser(form).css_first("input[name=version]").attributes["value"]
    rename_idea(store, ONE, STALLS, title="Theirs", actor="Ana")
    answer = send(client, Kind.RENAME, version=int(version or 0), text="Mine")
    assert answer.status_code == 409
    conflict = text_of(answer.text, "#correct-conflict")
    assert "Ana renamed “Stalls by the river” to “Theirs”." in conflict
    page = LexborHTMLParser(answer.text)
    assert page.css_first("#correct-text").attributes["value"] == "Mine"
    assert text_of(answer.text, "button[type=submit]") == "Do it anyway"
    assert [one.actor for one in store.corrections.history(ONE)] == ["Ana"]
    version = page.css_first("input[name=version]").attributes["value"]
    assert send(client, Kind.RENAME, version=int(version or 0), text="Mine").status_code == 303
    assert [one.actor for one in store.corrections.history(ONE)] == ["person", "Ana"]


def test_what_others_did_elsewhere_is_no_conflict(client: FlaskClient, store: Store) -> None:
    rename_idea(store, ONE, TABLES, title="Theirs", actor="Ana")
    pin_passages(store, ONE, [5], HOSTILE, actor="Ana")
    assert send(client, Kind.RENAME, version=0).status_code == 303
    assert send(client, Kind.CONFIRM, version=0).status_code == 303
    assert send(client, Kind.KEEP, version=0).status_code == 303


def test_what_was_taken_back_meanwhile_is_no_conflict(client: FlaskClient, store: Store) -> None:
    rename_idea(store, ONE, STALLS, title="Theirs", actor="Ana")
    undo_correction(store, ONE, actor="Ana")
    assert send(client, Kind.RENAME, version=0).status_code == 303
    first = store.corrections.version(ONE)
    undo_correction(store, ONE, actor="Ana")
    answer = send(client, Kind.RENAME, version=first, text="Mine")
    assert answer.status_code == 409
    assert "Ana took back: Somebody renamed" in text_of(answer.text, "#correct-conflict")


@pytest.mark.parametrize("kind", [Kind.PLACE, Kind.KEEP, Kind.ASIDE, Kind.TOGETHER])
def test_a_passage_that_another_person_moved_meanwhile_is_a_conflict(
    kind: Kind, client: FlaskClient, store: Store
) -> None:
    pin_passages(store, ONE, [4], STALLS if kind is Kind.MERGE else HOSTILE, actor="Ana")
    answer = send(client, kind, version=0)
    assert answer.status_code == 409
    assert "Ana moved the passage “Cafés need room" in text_of(answer.text, "#correct-conflict")


def test_the_history_tells_who_did_what_and_what_stands_on_it(
    client: FlaskClient, store: Store
) -> None:
    rename_idea(store, ONE, STALLS, title="First", actor="Ana")
    rename_idea(store, ONE, STALLS, title="Second", actor="Bo")
    pin_passages(store, ONE, [5], HOSTILE, actor="Bo")
    page = client.get(f"{AT}/history").text
    steps = [" ".join(one.text().split()) for one in LexborHTMLParser(page).css(".steps li")]
    assert "Bo moved the passage “Des tables, oui, mais pas devant l’école.” from" in steps[0]
    assert "Bo renamed “First” to “Second”." in steps[1]
    assert "Cannot be taken back alone; on it stands: Bo renamed" in steps[2]
    assert "Take back" not in steps[2]
    mine = client.get(f"{AT}/history?by=Ana").text
    assert "Ana renamed" in mine
    assert "Bo moved" not in mine
    about = client.get(f"{AT}/history?idea={TABLES}&lang=fr").text
    assert "Bo a déplacé de « Room for tables » vers" in about
    assert "Ana a renommé" not in about


def test_a_step_on_which_another_one_stands_is_not_undone(
    client: FlaskClient, store: Store
) -> None:
    rename_idea(store, ONE, STALLS, title="First", actor="Ana")
    first = store.corrections.version(ONE)
    rename_idea(store, ONE, STALLS, title="Second", actor="Bo")
    answer = client.post(f"{AT}/corrections/{first}/undo", headers=SCRIPT)
    assert answer.status_code == 422
    assert "cannot be undone alone" in json.loads(answer.text)["problem"]
    idea = store.ideas.get(STALLS)
    assert idea is not None
    assert idea.title == "Second"


def test_links_are_told_on_both_pages_and_hidden_ideas_can_be_found_again(
    client: FlaskClient, store: Store
) -> None:
    link_ideas(store, ONE, STALLS, TABLES, kind=LinkKind.QUESTIONS, actor="Ana")
    assert "This idea questions Room for tables" in text_of(
        client.get(f"{AT}/ideas/{STALLS}").text, ".links"
    )
    assert "This idea is questioned by Stalls by the river" in text_of(
        client.get(f"{AT}/ideas/{TABLES}").text, ".links"
    )
    hide_idea(store, ONE, TABLES, actor="Ana")
    assert "Room for tables" in text_of(client.get(f"{AT}/outline").text, "section")
    assert client.get(f"{AT}/ideas/{TABLES}").status_code == 404
    assert "Neither confirmed nor hidden" in client.get(f"{AT}/ideas/{TABLES}/correct").text
    shown = client.post(f"{AT}/ideas/{TABLES}/correct/show", data={"version": 99})
    assert client.get(shown.location).status_code == 200
    french = text_of(client.get(f"{AT}/ideas/{STALLS}?lang=fr").text, ".links")
    assert "met en question Room for tables" in french


def test_the_menu_offers_what_makes_sense(client: FlaskClient, store: Store) -> None:
    def kinds(address: str) -> set[str]:
        page = LexborHTMLParser(client.get(f"{AT}/{address}/correct").text)
        return {
            (one.attributes["href"] or "").partition("?")[0].rpartition("/")[2]
            for one in page.css(".correct-menu a[data-correct]")
        }

    assert {"rename", "merge", "lock"} <= kinds(f"ideas/{STALLS}")
    assert not {"unlock", "unlink", "show"} & kinds(f"ideas/{STALLS}")
    lock_idea(store, ONE, STALLS, actor="Ana")
    assert "unlock" in kinds(f"ideas/{STALLS}")
    assert "lock" not in kinds(f"ideas/{STALLS}")
    assert {"place", "keep", "aside"} <= kinds("passages/4")
    assert "keep" not in kinds("passages/6"), "it stands under no idea"
    hide_idea(store, ONE, TABLES, actor="Ana")
    sign_off(store, ONE, actor="Ana")
    assert "show" in kinds(f"ideas/{TABLES}"), "what is hidden can be shown again in a frame too"
    assert "hide" not in kinds(f"ideas/{TABLES}")
    assert not {"confirm", "show"} & kinds(f"ideas/{STALLS}"), "the frame holds it, locked or not"


def test_a_search_finds_ideas_and_passages_to_choose(client: FlaskClient) -> None:
    def choices(address: str) -> list[str]:
        page = LexborHTMLParser(client.get(f"{AT}/{address}").text)
        return [one.attributes["value"] or "" for one in page.css(".candidates input[name=other]")]

    assert choices(f"ideas/{HOSTILE}/correct/merge?q=tables") == [str(TABLES)]
    assert choices(f"ideas/{HOSTILE}/correct/merge?q=nothing") == []
    assert choices(f"ideas/{STALLS}/correct/move?q=stalls") == [], "not under itself"
    assert set(choices("passages/4/correct/apart?q=stalls")) == {"1", "2", "3"}
    assert choices("passages/4/correct/apart?q=2") == ["2"]


def test_only_own_pages_are_gone_back_to(client: FlaskClient) -> None:
    for evil in ("https://evil.example/", "//evil.example", "/d/other/", f"{AT}/\\evil"):
        answer = send(client, Kind.CONFIRM, version=99, then=evil)
        assert answer.location == f"{AT}/ideas/{STALLS}"
        client.post(f"{AT}/ideas/{STALLS}/correct/show", data={"version": 99})
    answer = send(client, Kind.CONFIRM, version=99, then=f"{AT}/outline?open=all")
    assert answer.location == f"{AT}/outline?open=all"


def test_who_hides_an_idea_on_its_page_goes_on_in_the_outline(client: FlaskClient) -> None:
    here = f"{AT}/ideas/{TABLES}?sort=newest"
    assert send(client, Kind.HIDE, version=0, then=here).location == f"{AT}/outline"


@pytest.mark.parametrize("absurd", ["9" * 40, "-1", "1e9", "x", "\0", ""])
def test_absurd_numbers_are_no_fault_of_ours(
    absurd: str, client: FlaskClient, store: Store
) -> None:
    for kind, (target, fields) in FORMS.items():
        values = {**fields, "version": absurd} | ({"other": absurd} if "other" in fields else {})
        values |= {"in-1": absurd} if "in-1" in fields else {}
        values |= {"link": absurd, "reason": absurd}
        answer = client.post(f"{AT}/{target}/correct/{kind.value}", data=values)
        assert answer.status_code in {303, 409, 422}, (kind, answer.status_code)
        if answer.status_code == 303:
            undo_correction(store, ONE, actor="Ana")
    for address in (f"history?idea={absurd}", f"history?by={absurd}", f"proposals?state={absurd}"):
        assert client.get(f"{AT}/{address}").status_code == 200
    for number in (0, 9, 2**63 - 1):
        answer = client.post(f"{AT}/proposals/{number}", data={"answer": "accept"})
        assert "decided already, or is gone" in client.get(answer.location).text


def test_ids_of_another_discussion_lead_nowhere(client: FlaskClient, store: Store) -> None:
    other = store.discussions.add("Elsewhere")
    for address in (f"ideas/{STALLS}/correct", "passages/1/correct", "passages/1/correct/keep"):
        assert client.get(f"/d/{other.slug}/{address}").status_code == 404
    event = store.corrections.version(ONE)
    rename_idea(store, ONE, STALLS, title="Theirs", actor="Ana")
    answer = client.post(f"/d/{other.slug}/corrections/{event + 1}/undo", headers=SCRIPT)
    assert answer.status_code == 422
    assert client.get(f"{AT}/ideas/1/correct/keep").status_code == 404
    assert client.get(f"{AT}/ideas/1/correct/nonsense").status_code == 404


def test_who_may_only_read_sees_no_menu_and_may_change_nothing(app: Flask, store: Store) -> None:
    reader = create_app({"DB": app.config["DB"], "ACCOUNTS": "on", "TESTING": True}).test_client()
    for address in (f"ideas/{STALLS}", "passages/1", "outline", "unplaced", "map"):
        page = reader.get(f"{AT}/{address}").text
        assert "/correct" not in page
        assert "correct.js" not in page
    for address in ("history", f"ideas/{STALLS}/correct/rename"):
        assert "/sign-in" in (reader.get(f"{AT}/{address}").location or "")
    assert store.corrections.history(ONE) == []


# -- proposals and the sign-off ------------------------------------------------------------------


@pytest.fixture
def people(db: Path) -> People:
    return people_of(db)


@pytest.fixture
def asker(people: People) -> FlaskClient:
    """Somebody who may propose and not correct."""
    return people.client(Role.PARTICIPANT)


@pytest.fixture
def facilitator(people: People) -> FlaskClient:
    return people.client(Role.FACILITATOR)


def test_who_may_only_propose_asks_with_the_same_forms(
    asker: FlaskClient, facilitator: FlaskClient, store: Store
) -> None:
    assert "Propose a correction" in asker.get(f"{AT}/ideas/{STALLS}").text
    menu = asker.get(f"{AT}/passages/4/correct").text
    assert "/correct/place" in menu
    assert "/correct/keep" not in menu
    assert asker.get(f"{AT}/passages/4/correct/keep").status_code == 403
    assert asker.post(f"{AT}/ideas/{STALLS}/correct/hide").status_code == 403
    form = asker.get(f"{AT}/passages/4/correct/place").text
    assert text_of(form, ".actions button") == "Propose it"
    asked = {"other": HOSTILE, "why": "It speaks of the river."}
    assert asker.post(f"{AT}/passages/4/correct/place", data=asked).status_code == 303
    again = asker.post(f"{AT}/passages/4/correct/place", data=asked)
    assert again.status_code == 422
    assert "proposed this already" in again.text
    assert store.corrections.history(ONE) == []
    assert "Accept" not in text_of(asker.get(f"{AT}/proposals").text, ".lines")
    page = facilitator.get(f"{AT}/proposals").text
    assert "1 person asks for it" in page
    assert "It speaks of the river." in page
    assert "Proposed corrections (1)" in facilitator.get(f"{AT}/outline").text


def test_the_facilitator_accepts_or_declines(
    asker: FlaskClient, facilitator: FlaskClient, store: Store
) -> None:
    asker.post(f"{AT}/passages/4/correct/place", data={"other": HOSTILE})
    asker.post(f"{AT}/ideas/{STALLS}/correct/rename", data={"text": "Market"})
    one, other = (p.id for p in store.correction_proposals.all(ONE, state="open"))
    answer = facilitator.post(f"{AT}/proposals/{one}", data={"answer": "accept"})
    assert "Accepted, and done." in facilitator.get(answer.location).text
    assert store.ideas.passages([4])[4].idea_id == HOSTILE
    assert "proposed by Participant" in facilitator.get(f"{AT}/history").text
    empty = facilitator.post(f"{AT}/proposals/{other}", data={"answer": "decline"})
    assert "The reason is empty" in facilitator.get(empty.location).text
    facilitator.post(f"{AT}/proposals/{other}", data={"answer": "decline", "reason": "No."})
    assert "declined it: No." in facilitator.get(f"{AT}/proposals?state=declined").text
    assert "declined it: No." in asker.get(f"{AT}/proposals?state=declined").text
    assert asker.post(f"{AT}/proposals/{other}", data={"answer": "accept"}).status_code == 403


def test_ideas_are_signed_off_and_what_is_new_stands_apart(
    client: FlaskClient, store: Store
) -> None:
    answer = client.post(f"{AT}/sign-off", data={"answer": "sign"})
    page = client.get(answer.location).text
    assert "All ideas are signed off." in page
    assert page.count("signed off</span>") == 3
    assert "New since the sign-off" not in page
    store._db.execute("UPDATE ideas SET locked_by = NULL, status = 'machine' WHERE id = 1")
    store._db.conn.commit()
    rename_idea(store, ONE, STALLS, title="Newcomers", actor="Ana")
    outline = LexborHTMLParser(client.get(f"{AT}/outline").text)
    titles = [one.text() for one in outline.css("#outline > ol > li > .outline-title a")]
    assert titles == ["Room for tables", "Newcomers"], "what is new comes last"
    assert outline.css_first("#since-sign-off").text() == "New since the sign-off"
    assert "1 idea came since." in client.get(f"{AT}/sign-off").text
    assert "1 idée est arrivée depuis." in client.get(f"{AT}/sign-off?lang=fr").text
    client.get(f"{AT}/sign-off?lang=en")
    client.post(f"{AT}/sign-off", data={"answer": "back"})
    assert store.corrections.signed_off_at(ONE) is None
    assert "signed off</span>" not in client.get(f"{AT}/outline").text


def test_links_and_locks_are_told_by_the_api(client: FlaskClient, store: Store) -> None:
    link_ideas(store, ONE, TABLES, STALLS, kind=LinkKind.SUPPORTS, actor="Ana")
    lock_idea(store, ONE, TABLES, actor="Ana")
    link = {"one_id": TABLES, "other_id": STALLS, "kind": "supports"}
    idea = json.loads(client.get(f"/api{AT}/ideas/{STALLS}").text)
    assert (idea["links"], idea["locked_by"]) == ([link], None)
    assert json.loads(client.get(f"/api{AT}/ideas/{TABLES}").text)["locked_by"] == "person"
    told = json.loads(client.get(f"/api{AT}/map").text)
    assert told["links"] == [link]
    assert {one["is_new"] for one in told["ideas"]} == {False}
    hide_idea(store, ONE, TABLES, actor="Ana")
    assert json.loads(client.get(f"/api{AT}/map").text)["links"] == [], "not shown to readers"


# -- what only some may do or read --------------------------------------------------------------


def test_a_sign_off_is_taken_back_only_by_who_may_sign_off(
    people: People, facilitator: FlaskClient, store: Store
) -> None:
    synthesizer = people.client(Role.SYNTHESIZER)
    facilitator.post(f"{AT}/sign-off", data={"answer": "sign"})
    event = store.corrections.version(ONE)
    assert "/undo" not in synthesizer.get(f"{AT}/history").text
    assert f"/corrections/{event}/undo" in facilitator.get(f"{AT}/history").text
    assert synthesizer.post(f"{AT}/corrections/{event}/undo").status_code == 403
    assert store.corrections.signed_off_at(ONE) is not None
    facilitator.post(f"{AT}/sign-off", data={"answer": "back"})
    reopened = store.corrections.version(ONE)
    assert synthesizer.post(f"{AT}/corrections/{reopened}/undo").status_code == 403
    assert facilitator.post(f"{AT}/corrections/{reopened}/undo").status_code == 303
    assert store.corrections.signed_off_at(ONE) is not None
    synthesizer.post(f"{AT}/ideas/{STALLS}/correct/rename", data={"text": "A", "version": 10**9})
    own = store.corrections.version(ONE)
    assert synthesizer.post(f"{AT}/corrections/{own}/undo").status_code == 303


def test_no_idea_of_the_frame_goes_back_to_the_machine(client: FlaskClient, store: Store) -> None:
    lock_idea(store, ONE, TABLES, actor="Ana")
    sign_off(store, ONE, actor="Ana")
    for idea in (STALLS, TABLES):
        answer = client.post(f"{AT}/ideas/{idea}/correct/show", data={"version": 10**9})
        assert answer.status_code == 422
        assert "take the sign-off back first" in answer.text
    for kind in ("hide", "show"):
        client.post(f"{AT}/ideas/{TABLES}/correct/{kind}", data={"version": 10**9})
    assert {idea.status for idea in store.ideas.outline(ONE)} == {IdeaStatus.CONFIRMED}


def test_who_may_not_correct_reads_neither_names_nor_reasons_of_other_askers(
    people: People, asker: FlaskClient, facilitator: FlaskClient, store: Store
) -> None:
    password = people.members[Role.PARTICIPANT].password_hash
    marie = store.members.add("Marie", password_hash=password)
    store.memberships.set_role(marie.id, ONE, Role.PARTICIPANT, actor="test")
    asked = {"text": "Market"}
    address = f"{AT}/ideas/{STALLS}/correct/rename"
    assert asker.post(address, data={**asked, "why": "Mine."}).status_code == 303
    assert people.sign_in("Marie").post(address, data={**asked, "why": "Private."}).status_code
    page = asker.get(f"{AT}/proposals").text
    assert "2 people ask for it" in page
    assert "Mine." in page
    assert "Marie" not in page
    assert "Private." not in page
    page = facilitator.get(f"{AT}/proposals").text
    assert "Marie" in page
    assert "Private." in page
    (one, _other) = store.correction_proposals.all(ONE, state="open")
    facilitator.post(f"{AT}/proposals/{one.id}", data={"answer": "accept"})
    assert "proposed by Participant, Marie" in facilitator.get(f"{AT}/history").text
    history = asker.get(f"{AT}/history").text
    assert "proposed by Participant" in history
    assert "Marie" not in history


@pytest.mark.parametrize("absurd", ["9" * 40, str(2**63), "9" * 5000, "-1", "0"])
def test_a_proposal_with_an_absurd_number_is_refused_or_ignores_it(
    absurd: str, asker: FlaskClient, facilitator: FlaskClient, store: Store
) -> None:
    for target, kind in (("ideas/1", "merge"), ("ideas/1", "move"), ("passages/4", "place")):
        for stays in ("this", "other"):
            data = {"other": absurd, "stays": stays}
            if absurd == "9" * 5000 and kind == "move":
                continue  # read as no number, which is the top
            assert asker.post(f"{AT}/{target}/correct/{kind}", data=data).status_code == 422
    title = {"text": "Market", "other": absurd}
    assert asker.post(f"{AT}/ideas/{STALLS}/correct/rename", data=title).status_code == 303
    assert store.correction_proposals.all(ONE, state="open")[-1].other_id == 0
    split = {"title-1": "Apart", "in-1": absurd, "version": 0}
    answer = facilitator.post(f"{AT}/ideas/{TABLES}/correct/split", data=split)
    assert answer.status_code == 422


def test_who_may_not_correct_reads_nothing_of_hidden_ideas(
    asker: FlaskClient, facilitator: FlaskClient, store: Store
) -> None:
    title = "Stalls by the river"
    asker.post(f"{AT}/ideas/{TABLES}/correct/move", data={"other": STALLS})
    rename_idea(store, ONE, TABLES, title="Tables", actor="Ana")
    move_idea(store, ONE, TABLES, under=STALLS, actor="Ana")
    move_idea(store, ONE, TABLES, under=None, actor="Ana")
    pin_passages(store, ONE, [5], HOSTILE, actor="Ana")
    hide_idea(store, ONE, STALLS, actor="Ana")
    for address in ("", "/rename", "/move"):
        assert asker.get(f"{AT}/ideas/{STALLS}/correct{address}").status_code == 404
        assert facilitator.get(f"{AT}/ideas/{STALLS}/correct{address}").status_code == 200
    answer = asker.post(f"{AT}/ideas/{STALLS}/correct/rename", data={"text": "Mine"})
    assert answer.status_code == 404
    for address in ("history", f"history?idea={STALLS}", f"history?idea={TABLES}", "proposals"):
        assert title not in asker.get(f"{AT}/{address}").text
        assert title in facilitator.get(f"{AT}/{address}").text
    history = asker.get(f"{AT}/history").text
    assert "Ana renamed" in history
    assert "Ana moved" not in history


def test_the_history_of_one_person_is_found_by_their_name(
    facilitator: FlaskClient, store: Store
) -> None:
    data = {"text": "By an account", "version": 10**9}
    facilitator.post(f"{AT}/ideas/{STALLS}/correct/rename", data=data)
    rename_idea(store, ONE, TABLES, title="By the command", actor="Ana")
    page = facilitator.get(f"{AT}/history?by=facilitator").text
    assert "By an account" in page
    assert "By the command" not in page


def test_a_history_reads_the_names_of_members_once(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    names = Members.names

    def counted(self: Members) -> dict[str, str]:
        reads.append(1)
        return names(self)

    monkeypatch.setattr(Members, "names", counted)
    for n in range(4):
        rename_idea(store, ONE, STALLS, title=f"Title {n}", actor=f"member:{n}")
    assert "Title 3" in client.get(f"{AT}/history").text
    assert len(reads) == 1
