"""Where a reader's own sentence stands among what was said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from synth.errors import ModelMissing
from synth.records import Span
from synth.search.nearness import Usual
from synth.search.semantic import SemanticIndex
from synth.store import Store
from tests.web.made_up_meaning import give_meaning, read
from web.services.semantic_search import MeaningLoader

AT = "/d/the-market-square/point"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    give_meaning(app)
    return app.test_client()


def test_who_said_the_like_and_where_it_stands(client: FlaskClient) -> None:
    page = client.get(f"{AT}?text=Le+marché+au+bord+du+fleuve+doit+rester").text
    assert "Others said this" in page
    assert "Stalls by the river" in page
    assert "These people said something like it" in page
    voices = re.findall(r"<span>(Participant \d+|Anonymous)</span>", page)
    assert len(voices) == len(set(voices)) == 3
    (mark,) = re.findall(r"/d/the-market-square/map\?mark=([\d.]+)(?:%2C|,)([\d.]+)", page)
    assert all(0 <= float(at) <= 1 for at in mark)


def test_what_nobody_said_is_told_so_with_the_nearest(app: Flask) -> None:
    def strict(store: Store, discussion_id: int) -> SemanticIndex:
        known = read(store, discussion_id)
        return replace(known, scale=replace(known.scale, usual=Usual(mean=0.95, spread=0.02)))

    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), read=strict)
    page = (
        app.test_client()
        .get(f"{AT}?text=A+tram+line+to+the+airport+every+ten+minutes,+day+and+night")
        .text
    )
    assert "Nobody seems to have said this yet" in page
    assert "The nearest passages" in page
    assert "These people said something like it" not in page


def test_where_it_cannot_be_told_the_closest_is_shown(app: Flask) -> None:
    def small(store: Store, discussion_id: int) -> SemanticIndex:
        known = read(store, discussion_id)
        return replace(known, scale=replace(known.scale, usual=None))

    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), read=small)
    page = app.test_client().get(f"{AT}?text=Le+marché+au+bord+du+fleuve+doit+rester").text
    assert "Closest we found" in page
    assert "The nearest passages" in page
    assert "Stalls by the river" in page
    assert "Nobody seems" not in page
    assert "Others said this" not in page


def test_words_alone_do_not_judge_how_near_it_comes(app: Flask) -> None:
    def words(store: Store, discussion_id: int) -> SemanticIndex:
        return replace(read(store, discussion_id), is_of_words=True)

    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), read=words)
    page = app.test_client().get(f"{AT}?text=Stalls").text
    assert "goes by the words alone" in page
    assert "Nobody seems" not in page


def test_the_form_invites_and_keeps_what_was_written(client: FlaskClient) -> None:
    assert "My point" in client.get(AT).text
    page = client.get(f"{AT}?text=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in page


def test_without_a_model_it_says_so_and_leads_to_words(app: Flask) -> None:
    def none(_store: Store, _discussion_id: int) -> SemanticIndex:
        raise ModelMissing("themes: its weights are not installed")

    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), read=none)
    page = app.test_client().get(f"{AT}?text=stalls").text
    assert "themes: its weights are not installed" in page
    assert "Search by words" in page


def test_what_was_taken_away_is_not_said_by_anybody(client: FlaskClient, store: Store) -> None:
    at = f"{AT}?text=Le+marché+au+bord+du+fleuve+doit+rester+avec+ses+étals"
    assert "Others said this" in client.get(at).text
    found = store.discussions.named("the-market-square")
    texts = {m.id: m.text for m in store.messages.all(found.id)}
    spans = {i: [Span(start=0, end=len(texts[i]))] if i > 3 else [] for i in texts}
    store.passages.replace(found.id, spans, texts=texts, run_id=1)
    page = client.get(at).text
    assert "Others said this" not in page
    assert "Nobody seems to have said this yet" in page
