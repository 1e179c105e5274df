"""Sides that were read from the words: told apart from what people stated, in both languages."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest
from flask.testing import FlaskClient

from synth.corrections import set_side
from synth.records import Stance
from synth.store import SideRow, Store
from web.map.data import POINT
from web.ui.words import STANCES

AT = "/d/the-market-square"
API = "/api/d/the-market-square"
FRENCH = {"Accept-Language": "fr"}


def words_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def section(page: str, name: str) -> str:
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    assert found is not None, name
    return words_of(found[0])


def read(store: Store, sides: dict[int, Stance | None]) -> None:
    """What the machine read; before the first page is asked for."""
    run = store.runs.begin(1, kind="build", seed=0, settings={}, versions={})
    rows = [
        SideRow(message_id=i, side=side, confidence=0.91, read_sha256="abc")
        for i, side in sides.items()
    ]
    store.sides.replace_machine(1, rows, run_id=run)


def test_an_idea_tells_who_said_it_and_who_was_read_so(client: FlaskClient, store: Store) -> None:
    read(store, {3: Stance.AGAINST})
    told = section(client.get(f"{AT}/ideas/1").text, "sides")
    assert "As the platform noted it" in told
    assert "Where it did not, the machine read it from the words, and may be wrong." in told
    assert "For 1 voice · 1 passage I agree about the stalls." in told
    assert "Against from the words: 1 voice · 1 passage" in told
    assert "against · from the words" in told
    assert "Nobody here takes this side." not in told


def test_where_no_platform_says_it_that_is_told(client: FlaskClient, store: Store) -> None:
    read(store, {5: Stance.FOR})
    told = section(client.get(f"{AT}/ideas/3").text, "sides")
    assert "No platform noted it: the machine read from the words" in told
    assert "For from the words: 1 voice · 1 passage" in told
    told = section(client.get(f"{AT}/ideas/3", headers=FRENCH).text, "sides")
    assert "la machine a lu d’après les mots" in told
    assert "Pour d’après les mots : 1 voix · 1 passage" in told


def test_passages_are_chosen_by_either_kind_of_side(client: FlaskClient, store: Store) -> None:
    read(store, {3: Stance.AGAINST})
    page = client.get(f"{AT}/ideas/1?side=against").text
    listed = page[page.index('<div class="passages">') :]
    assert listed.count("chip-read") == 1
    assert "I agree about the stalls" not in listed


@pytest.mark.parametrize(
    ("headers", "read_so", "set_so"),
    [
        ({}, "from the words", "set by a person"),
        (FRENCH, "d’après les mots", "fixé par une personne"),
    ],
)
def test_a_thread_marks_what_was_read_and_what_a_person_set(
    client: FlaskClient, store: Store, headers: dict[str, str], read_so: str, set_so: str
) -> None:
    read(store, {3: Stance.AGAINST, 4: None})
    page = client.get(f"{AT}/threads/1", headers=headers).text
    told = words_of(page)
    assert told.count(read_so) == 1
    assert "chip-read chip-against" in page
    set_side(store, 1, 3, None, actor="Ada")
    set_side(store, 1, 4, Stance.FOR, actor="Ada")
    page = client.get(f"{AT}/threads/1", headers=headers).text
    assert read_so not in words_of(page)
    assert words_of(page).count(set_so) == 1
    assert "chip-read chip-for" in page


def test_what_the_platform_says_has_no_mark(client: FlaskClient, store: Store) -> None:
    read(store, {2: Stance.AGAINST})
    page = client.get(f"{AT}/threads/1").text
    assert "from the words" not in page
    assert f'<span class="chip chip-for">{STANCES[Stance.FOR]}</span>' in page


def test_a_passage_bears_the_mark_too(client: FlaskClient, store: Store) -> None:
    read(store, {3: Stance.AGAINST})
    assert "against · from the words" in words_of(client.get(f"{AT}/passages/3").text)


def test_the_api_keeps_both_apart(client: FlaskClient, store: Store) -> None:
    read(store, {3: Stance.AGAINST})
    machine = {"side": "against", "confidence": 0.91, "origin": "machine"}
    for address in (f"{API}/messages/3", f"{API}/passages/3"):
        found = client.get(address).get_json()
        assert (found["stance"], found["read_side"]) == (None, machine)
    found = client.get(f"{API}/messages/2").get_json()
    assert (found["stance"], found["read_side"]) == ("for", None)
    set_side(store, 1, 3, None, actor="Ada")
    found = client.get(f"{API}/messages/3").get_json()
    assert found["read_side"] == {"side": None, "confidence": 1.0, "origin": "person"}


def test_points_of_the_map_tell_them_apart(client: FlaskClient, store: Store) -> None:
    read(store, {2: Stance.AGAINST, 3: Stance.AGAINST, 4: Stance.FOR, 6: None})
    points = np.frombuffer(client.get(f"{API}/points").data, dtype=POINT)
    assert points["stance"].tolist() == [0, 1, 4, 3, 0, 0]


@pytest.mark.parametrize(
    ("headers", "read_so", "step"),
    [
        ({}, "read from the words of 3 of 5 answers", "sides 2 s"),
        (FRENCH, "lues d’après les mots de 3 réponses sur 5", "positions 2 s"),
    ],
)
def test_the_page_about_a_map_says_how_many_were_read(
    client: FlaskClient, store: Store, headers: dict[str, str], read_so: str, step: str
) -> None:
    run = store.runs.begin(1, kind="build", seed=0, settings={"sides": True}, versions={})
    facts = {"n_answers": 5, "n_read": 3}
    store.runs.finish(run, state="done", outcome={"sides": facts}, timings={"sides": 2.0})
    told = words_of(client.get(f"{AT}/about", headers=headers).text)
    assert read_so in told
    assert step in told


def test_where_none_were_read_the_page_says_so(client: FlaskClient, store: Store) -> None:
    run = store.runs.begin(1, kind="build", seed=0, settings={"sides": False}, versions={})
    facts = {"n_answers": 0, "n_read": 0}
    store.runs.finish(run, state="done", outcome={"sides": facts}, timings={"write": 1.0})
    page = client.get(f"{AT}/about").text
    assert "only as a platform says" in words_of(page)
    assert '<option value="stated" selected>' in page
