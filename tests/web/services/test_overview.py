"""A discussion at a glance."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from synth.store import Framing, Store
from web.pages.discussions import paragraphs_of
from web.services.overview import GOING_ON, reference_of

AT = "/d/the-market-square/overview"


def test_question_and_introduction_come_first(client: FlaskClient, store: Store) -> None:
    assert "Say what is asked" in client.get(AT).text
    framing = Framing(question="What <b>now</b>?", introduction="One.\n\nTwo <i>x</i>.\n")
    store.discussions.frame(1, framing, actor="person")
    page = client.get(AT).text
    assert "What &lt;b&gt;now&lt;/b&gt;?" in page
    assert page.count('class="introduction"') == 2
    assert "Two &lt;i&gt;x&lt;/i&gt;." in page


def test_the_numbers_of_the_discussion(client: FlaskClient) -> None:
    page = client.get(AT).text
    facts = dict(re.findall(r"<dt>(\w+)</dt><dd>([\d,]+)</dd>", page))
    assert facts["messages"] == "6"
    assert facts["voices"] == "3"
    assert facts["threads"] == "2"
    assert "English (5), French (1)" in page


def test_shares_are_not_given_to_a_dozen(client: FlaskClient) -> None:
    page = client.get(AT).text
    assert "up to twelve voices" in page
    assert "Proactive" not in page


def test_every_alert_is_raised_looked_for_or_impossible(client: FlaskClient) -> None:
    page = client.get(AT).text
    assert "Looked for, and not found" in page
    assert "Active voices that fell silent" in page
    assert "Ideas that are not ripe yet" in page


def test_the_lights_say_from_which_day(client: FlaskClient) -> None:
    page = client.get(AT).text
    assert "The discussion is over, so seen from the day of its last message" in page
    assert 'class="light light-orange"' in page
    assert '<span class="hidden">orange:</span>' in page


def test_coverage_and_the_making_of_the_map(client: FlaskClient) -> None:
    page = client.get(AT).text
    assert "83%" in page
    assert "Made in draft quality with the model draft." in page
    assert "/about" in page


def test_an_empty_discussion_has_an_overview(empty_client: FlaskClient) -> None:
    from synth.store import open_store

    with open_store(empty_client.application.config["DB"]) as opened:
        opened.discussions.add("Nothing yet")
    page = empty_client.get("/d/nothing-yet/overview")
    assert page.status_code == 200
    assert "There is no map of this discussion yet." in page.text


@pytest.mark.parametrize(("days", "is_today"), [(0, True), (GOING_ON.days, True), (31, False)])
def test_a_discussion_that_goes_on_is_seen_from_today(
    days: int, is_today: bool, store: Store
) -> None:
    found = store.discussions.all()[0]
    assert found.last_at is not None
    now = found.last_at + timedelta(days=days)
    reference = reference_of(found, now=now)
    assert reference is not None
    assert reference.is_today is is_today
    assert reference.at == (now if is_today else found.last_at)


def test_paragraphs_stand_between_empty_lines() -> None:
    assert paragraphs_of(" a\nb\n\n\n c ") == ["a\nb", "c"]
    assert paragraphs_of("") == []
