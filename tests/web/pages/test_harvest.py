"""Deciding on key passages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from synth.records import CleanText, ExtractState, Nature, Origin, RawMessage
from synth.store import Imported, Store
from web import create_app

AT = "/d/the-market-square"
FORM = {"state": "suggested", "page": "1", "nature": "solution", "tags": ""}


def decide(client: FlaskClient, extract_id: int, action: str, **more: str) -> str:
    answer = client.post(f"{AT}/key/{extract_id}", data={**FORM, "action": action, **more})
    assert answer.status_code == 303
    return answer.location


def test_taking_and_putting_back(client: FlaskClient, store: Store) -> None:
    assert decide(client, 1, "take", then="2") == f"{AT}/key#e2"
    taken = store.extracts.get(1)
    assert taken is not None
    assert (taken.state, taken.origin) == (ExtractState.TAKEN, Origin.PERSON)
    assert 'id="e1"' not in client.get(f"{AT}/key").text
    assert 'id="e1"' in client.get(f"{AT}/key?state=taken").text
    assert decide(client, 1, "undo", state="taken") == f"{AT}/key?state=taken"
    back = store.extracts.get(1)
    assert back is not None
    assert back.state is ExtractState.SUGGESTED


def test_rejecting(client: FlaskClient, store: Store) -> None:
    decide(client, 2, "reject")
    assert 'id="e2"' in client.get(f"{AT}/key?state=rejected").text
    (event,) = store.events.last(store.discussions.named("the-market-square").id)
    assert event["verb"] == "rejected"


def test_adjusting_words_nature_and_tags(client: FlaskClient, store: Store) -> None:
    at = decide(
        client,
        1,
        "save",
        words="They bring\r\n people",
        nature="argument",
        tags="river, water,river",
    )
    assert at == f"{AT}/key#e1"
    saved = store.extracts.get(1)
    assert saved is not None
    assert saved.quote == "They bring people"
    assert (saved.nature, saved.tags) == (Nature.ARGUMENT, ("river", "water"))


def test_words_that_the_message_does_not_hold_are_refused(
    client: FlaskClient, store: Store
) -> None:
    decide(client, 1, "take", words="The stalls must go.")
    page = client.get(f"{AT}/key").text
    assert "the message does not hold the words “The stalls must go.”" in page
    kept = store.extracts.get(1)
    assert kept is not None
    assert (kept.state, kept.origin) == (ExtractState.SUGGESTED, Origin.MACHINE)


def test_the_neighbouring_sentence_is_added(client: FlaskClient, store: Store) -> None:
    decide(client, 1, "after")
    wider = store.extracts.get(1)
    assert wider is not None
    assert wider.quote == "The stalls should stay by the river. They bring people to the water."
    decide(client, 1, "after")
    assert "the message has no sentence after it" in client.get(f"{AT}/key").text
    decide(client, 1, "before")
    assert "the message has no sentence before it" in client.get(f"{AT}/key").text
    assert store.extracts.get(1) == wider


def test_the_nature_filter_stays_after_a_decision(client: FlaskClient) -> None:
    page = client.get(f"{AT}/key?nature=argument").text
    assert 'id="e2"' in page
    assert 'id="e1"' not in page
    assert decide(client, 2, "take", filter="argument") == f"{AT}/key?nature=argument"


@pytest.mark.parametrize(("extract", "action", "status"), [(99, "take", 404), (1, "burn", 400)])
def test_what_cannot_be_decided(
    extract: int, action: str, status: int, client: FlaskClient
) -> None:
    assert client.post(f"{AT}/key/{extract}", data={"action": action}).status_code == status


def test_taking_words_of_a_message(client: FlaskClient, store: Store) -> None:
    assert "Des tables, oui" in client.get(f"{AT}/messages/5/take").text
    answer = client.post(
        f"{AT}/messages/5/take",
        data={"words": "pas devant l’école", "nature": "issue", "tags": "x"},
    )
    assert (answer.status_code, answer.location) == (303, f"{AT}/messages/5")
    found = store.extracts.of_messages([5])[5]
    assert [(e.quote, e.state, e.tags) for e in found] == [
        ("pas devant l’école", ExtractState.TAKEN, ("x",))
    ]


def test_taking_a_passage_that_was_ticked(client: FlaskClient, store: Store) -> None:
    client.post(f"{AT}/messages/6/take", data={"span": "0:12", "nature": "issue", "tags": ""})
    assert store.extracts.of_messages([6])[6][0].quote == "Thanks, all."


@pytest.mark.parametrize(
    "form",
    [
        {"words": "not there", "nature": "issue"},
        {"span": "0:9999", "nature": "issue"},
        {"span": "nonsense", "nature": "issue"},
        {"span": "0:5", "nature": "poem"},
    ],
)
def test_what_cannot_be_taken_is_said(
    form: dict[str, str], client: FlaskClient, store: Store
) -> None:
    answer = client.post(f"{AT}/messages/6/take", data={**form, "tags": ""})
    assert answer.status_code == 422
    assert "notice-problem" in answer.text
    assert store.extracts.of_messages([6]) == {}


def test_forms_are_hidden_from_those_who_may_not(db: Path) -> None:
    client = create_app({"DB": str(db), "HOST": "0.0.0.0"}).test_client()
    for address in ("/", f"{AT}/", f"{AT}/key", f"{AT}/threads/1", f"{AT}/about"):
        page = client.get(address).text
        assert 'method="post"' not in page
        assert "/upload" not in page
        assert "/take" not in page


def test_a_form_from_elsewhere_is_refused(db: Path, store: Store) -> None:
    client = create_app({"DB": str(db)}).test_client()
    answer = client.post(f"{AT}/key/1", data={"action": "take"})
    assert answer.status_code == 400
    assert "load the page again" in answer.text
    kept = store.extracts.get(1)
    assert kept is not None
    assert kept.state is ExtractState.SUGGESTED


def _version(client: FlaskClient, extract_id: int) -> str:
    """The version that the form of a key passage carries."""
    page = client.get(f"{AT}/key").text
    found = re.search(
        rf'action="{AT}/key/{extract_id}".*?name="version" value="([0-9a-f]+)"', page, re.DOTALL
    )
    assert found is not None
    return found[1]


def test_who_decides_on_what_others_changed_is_shown_both_and_loses_no_word(
    client: FlaskClient, store: Store
) -> None:
    seen = _version(client, 1)
    decide(client, 1, "take", version=seen, nature="argument", tags="river")
    mine = {**FORM, "action": "reject", "nature": "issue", "tags": "mine, too", "then": "2"}
    mine |= {"version": seen, "words": "They bring people"}
    answer = client.post(f"{AT}/key/1", data=mine)
    assert answer.status_code == 409
    assert "Somebody changed it after you opened this page. Changed: the nature, the state" in (
        answer.text
    )
    for shown in ("The stalls should stay by the river.", ">river<"):
        assert shown in answer.text
    for kept in (">They bring people<", 'value="mine, too"', 'value="issue" selected'):
        assert kept in answer.text
    there = store.extracts.get(1)
    assert there is not None
    assert (there.state, there.nature, there.tags) == ("taken", "argument", ("river",))
    again = re.search(r'name="version" value="([0-9a-f]+)"', answer.text)
    assert again is not None
    assert decide(client, 1, **{**mine, "version": again[1]}) == f"{AT}/key#e2"
    after = store.extracts.get(1)
    assert after is not None
    assert (after.state, after.quote, after.tags) == (
        "rejected",
        "They bring people",
        ("mine", "too"),
    )


def test_pressing_the_same_button_as_somebody_else_is_no_conflict(client: FlaskClient) -> None:
    seen = _version(client, 1)
    for _ in range(2):
        decide(client, 1, "take", version=seen)


def test_a_number_that_means_another_passage_now_is_gone(client: FlaskClient, store: Store) -> None:
    seen = _version(client, 1)
    moved = replace(store.extracts.all(1)[1], idea_ids=())
    store.extracts.replace_suggestions(1, [moved], run_id=1)
    assert [e.id for e in store.extracts.all(1)] == [1]
    words = "The stalls should stay by the river."
    answer = client.post(
        f"{AT}/key/1", data={**FORM, "action": "take", "version": seen, "words": words}
    )
    assert answer.status_code == 404
    assert "made anew" in answer.text


def test_a_place_in_words_that_were_edited_meanwhile_is_not_taken(
    client: FlaskClient, store: Store
) -> None:
    page = client.get(f"{AT}/messages/6/take").text
    version = re.search(r'name="version" value="([0-9a-f]+)"', page)
    assert version is not None
    text = "Well then. Thanks, all."
    edited = Imported(
        raw=RawMessage(source_id="s5", text=text, position="1"),
        clean=CleanText(text=text),
        language="en",
        namespace="",
        participant_id=None,
        is_chat=False,
    )
    store.messages.update(1, [edited])
    form = {"span": "0:12", "nature": "example", "tags": "end", "version": version[1]}
    answer = client.post(f"{AT}/messages/6/take", data=form)
    assert answer.status_code == 409
    for shown in ("was edited after you opened", "Thanks, all.", 'value="end"', "example"):
        assert shown in answer.text
    assert store.extracts.of_messages([6]) == {}
    typed = client.post(f"{AT}/messages/6/take", data={**form, "words": "Well then."})
    assert typed.status_code == 303
