"""What is new since a day, the last visit, the last synthesis."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from synth.corrections import hide_idea, rename_idea, undo_correction
from synth.store import Framing, Store
from web.services.since import last_weeks, usual_since

AT = "/d/the-market-square/since"


def ideas(page: str, section: str) -> list[str]:
    found = re.search(rf'aria-labelledby="{section}">(.*?)</section>', page, re.DOTALL)
    return [] if found is None else re.findall(r"/ideas/(\d+)", found[1])


def test_since_a_day_messages_count_by_when_they_were_posted(client: FlaskClient) -> None:
    page = client.get(f"{AT}?since=2024-03-01").text
    assert "<dd>6</dd>" in page
    assert set(ideas(page, "new")) == {"1", "2", "3"}
    assert "The newest messages" in page
    assert "Nothing has come" in client.get(f"{AT}?since=2024-03-02").text


def test_a_first_visit_finds_the_last_part_of_a_short_discussion(client: FlaskClient) -> None:
    page = client.get(AT).text
    assert 'value="2024-03-01"' in page
    assert "Since my last visit" not in page


def test_a_first_visit_finds_the_last_weeks_of_a_long_one(store: Store) -> None:
    found = store.discussions.all()[0]
    begin = datetime(2020, 5, 1, tzinfo=UTC)
    long = replace(found, first_at=begin, last_at=datetime(2024, 3, 1, 9, tzinfo=UTC))
    assert last_weeks(long) == datetime(2024, 1, 31, tzinfo=UTC)
    weeks = replace(found, first_at=begin, last_at=begin + timedelta(days=20))
    assert last_weeks(weeks) == begin + timedelta(days=15)
    assert last_weeks(replace(found, first_at=None, last_at=None)) is None


def test_since_the_last_visit_what_came_into_the_file_counts(client: FlaskClient) -> None:
    earlier = int((datetime.now(UTC) - timedelta(days=2)).timestamp())
    client.set_cookie("seen", f"{earlier}.{earlier + 60}", path="/d/the-market-square/")
    page = client.get(AT).text
    assert "Since your last visit" in page
    assert "<dd>6</dd>" in page, "posted long ago, and imported just now"


def test_a_visit_that_never_was_is_told_so(client: FlaskClient) -> None:
    client.delete_cookie("seen", path="/d/the-market-square/")
    assert "first visit" in client.get(f"{AT}?since=visit").text


def test_since_the_last_synthesis(client: FlaskClient, store: Store) -> None:
    assert "No synthesis has been published yet." in client.get(f"{AT}?since=synthesis").text
    at = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
    store.discussions.frame(1, Framing(synthesis_at=at), actor="person")
    page = client.get(f"{AT}?since=synthesis").text
    assert "Since the last synthesis" in page
    assert "<dd>3</dd>" in page
    assert 'aria-current="true">Since the last synthesis' in page


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2024-13-01", "<b>", "9999-12-31", "0001-01-01"]
)
def test_whatever_is_asked_is_answered(value: str, client: FlaskClient) -> None:
    assert client.get(AT, query_string={"since": value}).status_code == 200


def test_what_people_changed_is_told_unless_they_took_it_back(
    client: FlaskClient, store: Store
) -> None:
    rename_idea(store, 1, 3, title="Room for café tables", actor="person")
    hide_idea(store, 1, 2, actor="person")
    page = client.get(f"{AT}?since=2024-03-02").text
    assert "Changed by people" in page
    assert "renamed" in page
    assert "Room for café tables" in page
    assert "hidden" in page
    undo_correction(store, 1, actor="person")
    assert ": hidden" not in client.get(f"{AT}?since=2024-03-02").text


def test_what_a_rebuild_made_of_ideas_is_told(client: FlaskClient, store: Store) -> None:
    run_id = store.runs.begin(1, kind="build", seed=0, settings={}, versions={})
    became = {
        "born": [3],
        "split": [{"id": 40, "title": "An old <b>idea</b>", "into": [1, 999]}],
        "merged": [],
        "gone": [{"id": 41, "title": "A lost idea"}],
        "kept": [1],
    }
    store.runs.finish(run_id, state="done", model={"name": "draft"}, outcome={"became": became})
    page = client.get(f"{AT}?since=2024-03-02").text
    assert "An old &lt;b&gt;idea&lt;/b&gt;" in page
    assert "A lost idea" in page
    assert "Found anew in messages that were there" in page


def test_the_first_map_is_no_change(client: FlaskClient) -> None:
    assert "What became of the map" not in client.get(f"{AT}?since=2024-03-01").text


def test_the_last_weeks_begin_with_the_first_day_there_is(app: Flask, store: Store) -> None:
    found = store.discussions.named("the-market-square")
    with app.test_request_context("/"):
        first, last = (datetime(1, 1, day, tzinfo=UTC) for day in (1, 3))
        usual = usual_since(replace(found, first_at=first, last_at=last), None)
    assert usual.moment == datetime(1, 1, 2, tzinfo=UTC)
