"""Bars over time, and the words for them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from synth.analytics.periods import Calendar, Unit, trend_of
from web.services.trends import gist, period_name, spark, timeline


def calendar(unit: Unit, n: int, first: int = 648) -> Calendar:
    """By default from January 2024, in months."""
    return Calendar(unit=unit, first=first, n=n)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((3, 4, 3, 4, 3, 4, 3, 4, 3, 4), "all along"),
        ((0, 0, 0, 4, 3, 4, 3, 4, 3, 4), "since April 2024"),
        ((0, 9, 9, 1, 0, 0, 0, 0, 0, 0), "mostly February to March 2024, quiet since April 2024"),
        ((0, 0, 0, 0, 1, 0, 0, 0, 9, 1), "mostly in September 2024"),
        ((9, 0, 0, 0, 0, 0, 0, 0, 0, 0), "mostly in January 2024, quiet since January 2024"),
        ((2, 2, 2, 2, 2, 2, 2, 0, 0, 0), "from the beginning, quiet since July 2024"),
    ],
)
def test_the_gist_of_a_row_of_bars(counts: tuple[int, ...], words: str, app: Flask) -> None:
    months = calendar(Unit.MONTH, len(counts))
    trend = trend_of(months, counts)
    assert trend is not None
    with app.test_request_context("/"):
        assert gist(months, trend) == words


def test_bars_say_what_they_are(app: Flask) -> None:
    with app.test_request_context("/"):
        line = timeline(calendar(Unit.MONTH, 3), (1, 0, 4), n_undated=2)
        small = spark(calendar(Unit.MONTH, 3), (1, 0, 4))
    assert line is not None
    assert [(bar.label, bar.n, bar.height) for bar in line.bars] == [
        ("January 2024", 1, 25),
        ("February 2024", 0, 0),
        ("March 2024", 4, 100),
    ]
    assert (line.each, line.most, line.n_undated) == ("Messages per month", 4, 2)
    assert small is not None
    assert small.path.count("M") == 2


def test_one_stretch_or_none_is_no_chart(app: Flask) -> None:
    with app.test_request_context("/"):
        assert spark(calendar(Unit.DAY, 1), (4,)) is None
        assert spark(None, ()) is None
        assert timeline(calendar(Unit.DAY, 3), (0, 0, 0)) is None


def test_stretches_have_names_in_the_language_of_the_page(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        names = {unit: period_name(unit, date(2024, 4, 1)) for unit in Unit}
    assert names[Unit.DAY] == "1 April 2024"
    assert names[Unit.WEEK] == "week of 1 April 2024"
    assert names[Unit.QUARTER] == "2nd quarter 2024"
    assert names[Unit.YEAR] == "2024"
    with app.test_request_context("/?lang=fr"):
        assert period_name(Unit.QUARTER, date(2024, 4, 1)) == "2e trimestre 2024"
        assert period_name(Unit.MONTH, date(2024, 4, 1)) == "avril 2024"
