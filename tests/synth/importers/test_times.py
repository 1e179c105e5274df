"""Times in the many ways people and programs write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.importers.times import DayOrder, day_order, likely_day_order, parse_time

MORNING = datetime(2019, 1, 17, 9, 38, 20, tzinfo=UTC)
MIDNIGHT = datetime(2019, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2019-01-17T10:38:20+01:00", MORNING),
        ("2019-01-17 10:38:20 +0100", MORNING),
        ("2019-01-17 09:38:20 UTC", MORNING),
        ("2019-01-17T09:38:20Z", MORNING),
        ("2019-01-17 09:38:20", MORNING),
        ("2019/1/17 9:38:20", MORNING),
        ("Thu, 17 Jan 2019 10:38:20 +0100", MORNING),
        ("Thu Jan 17 09:38:20 2019", MORNING),
        ("Thu Jan 17 09:38:20 CET 2019", MORNING),
        ("17/01/2019 09:38:20", MORNING),
        ("1/17/2019 9:38:20 AM", MORNING),
        ("17.01.2019, 09:38:20", MORNING),
        ("17 janvier 2019 à 9h38", MORNING.replace(second=0)),
        ("1er février 2019", datetime(2019, 2, 1, tzinfo=UTC)),
        ("jeudi 17 janv. 2019 09:38:20", MORNING),
        ("17. Jänner 2019", MIDNIGHT),
        ("3. März 2019, 9:38 Uhr", datetime(2019, 3, 3, 9, 38, tzinfo=UTC)),
        ("January 17th, 2019", MIDNIGHT),
        ("January 17, 2019 at 3 PM", MIDNIGHT + timedelta(hours=15)),
        ("Jan 17 2019 12:05AM", MIDNIGHT + timedelta(minutes=5)),
        ("2019/01/17 10:38:20 AM GMT+1", MORNING),
        ("17.1.2019 10:38:20 +01:00", MORNING),
        ("09:38:20 17-01-2019", MORNING),
        ("20190117", MIDNIGHT),
        ("17/01/19", MIDNIGHT),
        ("1547717900", MORNING),
        (1547717900, MORNING),
        (1547717900000, MORNING),
        ("1547717900000000", MORNING),
        ("43482", MIDNIGHT),
        (datetime(2019, 1, 17, 10, 38, 20, tzinfo=timezone(timedelta(hours=1))), MORNING),
    ],
)
def test_known_ways(value: object, expected: datetime) -> None:
    assert parse_time(value) == expected


@pytest.mark.parametrize(
    "value",
    ["", "soon", "12", "3.4", "2019-13-45", "0000-00-00 00:00:00", "99/99/2019", None, True, [], 7],
)
def test_no_time_is_none(value: object) -> None:
    assert parse_time(value) is None


def test_the_order_of_day_and_month_is_the_columns() -> None:
    assert parse_time("03/04/2019", DayOrder.DAY_FIRST) == datetime(2019, 4, 3, tzinfo=UTC)
    assert parse_time("03/04/2019", DayOrder.MONTH_FIRST) == datetime(2019, 3, 4, tzinfo=UTC)
    assert day_order(["03/04/2019", "13/04/2019", "04/13/2019"]) is DayOrder.DAY_FIRST
    assert day_order(["03/04/2019", "04/13/2019 10:00"]) is DayOrder.MONTH_FIRST
    assert day_order(["03/04/2019", "2019-04-13", None]) is None
    assert likely_day_order(["03/04/2019 10:00 PM"]) is DayOrder.MONTH_FIRST
    assert likely_day_order(["03/04/2019 22:00"]) is DayOrder.DAY_FIRST


@given(st.datetimes(datetime(1972, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_what_programs_write_is_read_back(moment: datetime) -> None:
    expected = moment.replace(tzinfo=UTC)
    assert parse_time(expected.isoformat()) == expected
    whole = expected.replace(microsecond=0)
    assert parse_time(whole.strftime("%a, %d %b %Y %H:%M:%S +0000")) == whole
    assert parse_time(whole.strftime("%d.%m.%Y %H:%M:%S")) == whole
    assert parse_time(whole.strftime("%m/%d/%Y %I:%M:%S %p"), DayOrder.MONTH_FIRST) == whole


@given(st.text(max_size=90) | st.integers() | st.floats())
def test_anything_is_a_time_in_utc_or_none(value: object) -> None:
    found = parse_time(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015-10-14T11:55:48+0200", datetime(2015, 10, 14, 9, 55, 48, tzinfo=UTC)),
        ("2019-01-17 10:38:20 +0100", datetime(2019, 1, 17, 9, 38, 20, tzinfo=UTC)),
        ("2012-06-19T15:14:56", datetime(2012, 6, 19, 15, 14, 56, tzinfo=UTC)),
        ("2014-09-26T14:39:44.000000-03:00", datetime(2014, 9, 26, 17, 39, 44, tzinfo=UTC)),
        ("2026-01-21T23:29:42.524Z", datetime(2026, 1, 21, 23, 29, 42, 524000, tzinfo=UTC)),
        ("1452837352.000006", datetime(2016, 1, 15, 5, 55, 52, 6, tzinfo=UTC)),
        (1542406176584, datetime(2018, 11, 16, 22, 9, 36, 584000, tzinfo=UTC)),
        (Decimal("1452837352"), datetime(2016, 1, 15, 5, 55, 52, tzinfo=UTC)),
        (True, None),
        (float("nan"), None),
        (Decimal("Infinity"), None),
        (-5, None),
        ("yesterday", None),
        ({"when": 1}, None),
    ],
)
def test_times_in_data_of_programs(value: object, expected: datetime | None) -> None:
    assert parse_time(value) == expected
