from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.analytics.periods import MOST_BINS, Calendar, Unit, calendar_of, trend_of
from synth.store.activity import UNKNOWN_TIME


def seconds(*days: str) -> np.ndarray:
    times = [datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() for day in days]
    return np.array(times, dtype=np.int64)


@pytest.mark.parametrize(
    ("first", "last", "unit", "n"),
    [
        ("2024-03-01", "2024-03-01", Unit.DAY, 1),
        ("2024-02-28", "2024-03-01", Unit.DAY, 3),
        ("2024-01-01", "2024-06-30", Unit.WEEK, 26),
        ("2022-12-31", "2024-01-01", Unit.MONTH, 14),
        ("2015-01-01", "2026-01-01", Unit.QUARTER, 45),
        ("1990-05-05", "2026-01-01", Unit.YEAR, 37),
    ],
)
def test_the_calendar_is_as_fine_as_a_small_chart_can_show(
    first: str, last: str, unit: Unit, n: int
) -> None:
    calendar = calendar_of(seconds(last, first))
    assert calendar is not None
    assert (calendar.unit, calendar.n) == (unit, n)
    assert calendar.starts[0] <= date.fromisoformat(first)
    assert calendar.starts[-1] <= date.fromisoformat(last) <= calendar.end
    assert calendar.counts(seconds(first, last, last)).tolist()[-1] >= 2


def test_weeks_begin_on_monday_and_months_before_1970_are_their_own() -> None:
    weeks = Calendar(unit=Unit.WEEK, first=int(seconds("2024-03-06")[0]) // 86400 // 7, n=3)
    assert {day.weekday() for day in weeks.starts} == {0}
    calendar = calendar_of(seconds("1969-11-30", "1970-02-01"))
    assert calendar is not None
    assert calendar.places(seconds("1969-11-30", "1970-02-01")).tolist() == [0, calendar.n - 1]


def test_without_any_time_there_is_no_calendar() -> None:
    assert calendar_of(np.array([UNKNOWN_TIME])) is None
    calendar = calendar_of(np.array([UNKNOWN_TIME, 0]))
    assert calendar is not None
    assert calendar.counts(np.array([UNKNOWN_TIME, 0])).tolist() == [1]


@given(
    days=st.lists(st.integers(-20_000, 40_000), min_size=1, max_size=40),
)
def test_every_message_falls_into_the_calendar_once(days: list[int]) -> None:
    posted = np.array(days, dtype=np.int64) * 86_400
    calendar = calendar_of(posted)
    assert calendar is not None
    assert calendar.unit is Unit.YEAR or calendar.n <= MOST_BINS
    assert calendar.counts(posted).sum() == len(days)
    starts = calendar.starts
    for day, place in zip(days, calendar.places(posted).tolist(), strict=True):
        at = date.fromordinal(date(1970, 1, 1).toordinal() + day)
        assert starts[place] <= at
        assert place + 1 == calendar.n or at < starts[place + 1]


def years(*counts: int) -> tuple[Calendar, list[int]]:
    return Calendar(unit=Unit.YEAR, first=40, n=len(counts)), list(counts)


def test_a_trend_names_the_shortest_time_that_holds_most_of_it() -> None:
    trend = trend_of(*years(1, 0, 20, 30, 25, 2, 0, 0, 0, 0))
    assert trend is not None
    assert not trend.is_throughout
    assert (trend.first, trend.last) == (date(2012, 1, 1), date(2014, 12, 31))
    assert trend.last_said == date(2015, 1, 1)
    assert trend.is_quiet


def test_what_is_said_all_along_is_said_throughout() -> None:
    trend = trend_of(*years(5, 6, 5, 7, 5, 6))
    assert trend is not None
    assert trend.is_throughout
    assert not trend.is_quiet
    assert (trend.first, trend.last) == (date(2010, 1, 1), date(2015, 12, 31))


def test_one_stretch_of_time_is_no_trend_of_its_own() -> None:
    trend = trend_of(*years(4))
    assert trend is not None
    assert not trend.is_throughout
    assert not trend.is_quiet
    assert trend_of(*years(0, 0)) is None


@pytest.mark.parametrize("first", ["0001-01-01", "2024-03-01", "9999-12-01", "9999-12-31"])
def test_dates_that_stand_for_never_are_dates(first: str) -> None:
    """Some platforms write the first or the last day that there is."""
    calendar = calendar_of(seconds(first, "9999-12-31"))
    assert calendar is not None
    assert calendar.end == date.max
    trend = trend_of(calendar, calendar.counts(seconds("9999-12-31")).tolist())
    assert trend is not None
    assert trend.last == date.max
