"""Search, find one's point, what is new and the overview as JSON, with a model at hand."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from synth.search.semantic import SemanticIndex
from synth.store import Store
from tests.web.made_up_meaning import give_meaning, read
from web.services.semantic_search import MeaningLoader

AT = "/api/d/the-market-square"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    give_meaning(app)
    return app.test_client()


def asked(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = client.get(f"{AT}/{address}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def test_a_search_says_how_it_looked(client: FlaskClient) -> None:
    both = asked(client, "search?q=marché")
    assert both["meaning"] == "read"
    assert {item["message_id"] for item in both["items"][:3]} == {1, 2, 3}
    assert all(item["passage_id"] for item in both["items"][:3])
    words = asked(client, "search?q=stalls&mode=words&author=Participant+558")
    assert (words["meaning"], words["total"]) == ("not asked", 1)
    assert words["items"][0]["author"] == "Participant 558"
    assert {"text": "stalls", "is_found": True} in words["items"][0]["pieces"]


def test_without_a_question_nothing_is_found(client: FlaskClient) -> None:
    assert asked(client, "search")["total"] == 0
    assert asked(client, "search?unplaced=1")["total"] == 1
    huge = asked(client, f"search?thread={2**63 - 1}&to=9999-12-31&from=0001-01-01")
    assert huge["total"] == 0


def test_without_the_model_words_count_and_it_says_so(app: Flask) -> None:
    body = asked(app.test_client(), "search?q=stalls")
    assert body["meaning"] == "unreadable"
    assert body["total"] == 3
    point = asked(app.test_client(), "point?text=stalls")
    assert (point["meaning"], point["nearness"], point["ideas"]) == ("unreadable", None, [])


def test_a_sentence_has_a_place_and_voices(client: FlaskClient) -> None:
    body = asked(client, "point?text=Le+marché+au+bord+du+fleuve")
    assert body["nearness"] == "several"
    assert body["ideas"][0]["idea_id"] in {1, 2}
    authors = [one["author"] for one in body["passages"]]
    assert len(authors) == len(set(authors))
    assert set(body["place"]) == {"x", "y"}
    assert client.get(f"{AT}/point").status_code == 400


def test_news_count_from_the_moment_they_name(client: FlaskClient) -> None:
    body = asked(client, "since?since=2024-03-01")
    assert (body["point"], body["moment"]) == ("day", "2024-03-01T00:00:00+00:00")
    assert body["n_messages"] == 6
    assert {one["idea_id"] for one in body["ideas"]} == {1, 2, 3}
    assert asked(client, "since?since=visit")["moment"] is None
    assert client.get(f"{AT}/since?since=soon").status_code == 400


def test_the_overview_has_every_alert(client: FlaskClient) -> None:
    body = asked(client, "overview")
    assert len(body["alerts"]) == 9
    assert body["participation"]["band"] == "dozen"
    assert body["reference"]["is_today"] is False


def test_that_meaning_is_being_read_is_not_kept(app: Flask) -> None:
    go_on = threading.Event()

    def slow(store: Store, discussion_id: int) -> SemanticIndex:
        go_on.wait(30)
        return read(store, discussion_id)

    meanings = MeaningLoader(Path(app.config["DB"]), read=slow, patience=0)
    app.extensions["meanings"] = meanings
    client = app.test_client()
    for address in ("point?text=stalls", "search?q=stalls"):
        assert asked(client, address)["meaning"] == "loading"
    go_on.set()
    meanings.get(1, (1, 0, 0), wait=30)
    for address in ("point?text=stalls", "search?q=stalls"):
        assert asked(client, address)["meaning"] == "read"
