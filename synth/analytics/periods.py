"""When an idea was spoken about: counts by day, week, month, quarter or year, and their trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from synth.store.activity import UNKNOWN_TIME

MOST_BINS = 48
"""Stretches of time that a small chart shows side by side."""
MOST_OF_IT = 0.75
"""The time of an idea is the shortest that holds this share of its messages."""
LONG = 0.55
"""An idea whose time is this share of the discussion's was there throughout."""
QUIET = 0.15
"""An idea is quiet that had no message in this last share of the discussion's time."""
DAY = 86_400
"""Seconds."""


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The time of a discussion in stretches of one length."""

    unit: Unit
    first: int
    """Number of the first stretch, counted from 1970."""
    n: int

    @property
    def starts(self) -> tuple[date, ...]:
        """First day of every stretch."""
        return tuple(map(self.start, range(self.n)))

    def start(self, place: int) -> date:
        """First day of one stretch."""
        return _start(self.unit, self.first + place)

    @property
    def end(self) -> date:
        """Last day of the last stretch."""
        return _last(self.unit, self.first + self.n - 1)

    def places(self, posted: NDArray[np.int64]) -> NDArray[np.int64]:
        """The stretch of each time, from 0; -1 where it is unknown."""
        places = _numbers(self.unit, posted) - self.first
        return np.where(posted == UNKNOWN_TIME, -1, places)

    def counts(self, posted: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of the times fall into each stretch: int64 (n,)."""
        places = self.places(posted)
        return np.bincount(places[places >= 0], minlength=self.n).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """When most of the counted messages came."""

    is_throughout: bool
    """Whether no shorter time stands out."""
    first: date
    """First day of the shortest time that holds most messages, or of all of them."""
    last: date
    """The last day of that time."""
    last_said: date
    """First day of the last stretch with a message."""
    is_quiet: bool
    """Whether nothing was said for a good part of the time at the end."""


def calendar_of(posted: NDArray[np.int64], *, most: int = MOST_BINS) -> Calendar | None:
    """The finest calendar with ``most`` stretches at most, else one of years, however many; None
    where no time is known.

    ``posted``: seconds since 1970, ``UNKNOWN_TIME`` where nobody knows.
    """
    known = posted[posted != UNKNOWN_TIME]
    if not len(known):
        return None
    ends = np.array([known.min(), known.max()])
    for unit in Unit:
        first, last = _numbers(unit, ends).tolist()
        if last - first < most or unit is Unit.YEAR:
            break
    return Calendar(unit=unit, first=first, n=last - first + 1)


def trend_of(calendar: Calendar, counts: Sequence[int]) -> Trend | None:
    """The trend of these counts; None where nothing was counted."""
    total = sum(counts)
    if not total:
        return None
    first, last = _shortest(counts, total * MOST_OF_IT)
    is_throughout = last - first + 1 >= max(2, LONG * calendar.n)
    said = [place for place, n in enumerate(counts) if n]
    if is_throughout:
        first, last = said[0], said[-1]
    return Trend(
        is_throughout=is_throughout,
        first=_start(calendar.unit, calendar.first + first),
        last=_last(calendar.unit, calendar.first + last),
        last_said=_start(calendar.unit, calendar.first + said[-1]),
        is_quiet=calendar.n - 1 - said[-1] > max(1.0, QUIET * calendar.n),
    )


def _shortest(counts: Sequence[int], wanted: float) -> tuple[int, int]:
    """First and last place of the shortest stretch that holds ``wanted``; the fullest of equals."""
    sums = [0, *accumulate(counts)]
    best = (len(counts) + 1, 0, 0, 0)
    end = 0
    for start in range(len(counts)):
        while end < len(counts) and sums[end] - sums[start] < wanted:
            end += 1
        held = sums[end] - sums[start]
        if held < wanted:
            break
        best = min(best, (end - start, -held, start, end - 1))
    return best[2], best[3]


def _numbers(unit: Unit, posted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which day, week … since 1970 each time falls into."""
    days = posted // DAY
    if unit is Unit.DAY:
        return days
    if unit is Unit.WEEK:
        return (days + 3) // 7  # 1970 began on a Thursday
    months = np.where(days > -(10**8), days, 0).astype("datetime64[D]").astype("datetime64[M]")
    return months.astype(np.int64) // {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}[unit]


def _start(unit: Unit, number: int) -> date:
    if unit in (Unit.DAY, Unit.WEEK):
        days = number if unit is Unit.DAY else 7 * number - 3
        return datetime.fromtimestamp(days * DAY, UTC).date()
    months = number * {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}[unit]
    return date(1970 + months // 12, months % 12 + 1, 1)


def _last(unit: Unit, number: int) -> date:
    """Last day of a stretch; no calendar goes beyond the year 9999, which some exports write for
    "never"."""
    try:
        return _start(unit, number + 1) - timedelta(days=1)
    except (ValueError, OverflowError):
        return date.max
