"""Messages over time as pages show them: sparkline, bar chart with its table, and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flask_babel import LazyString, format_date, lazy_gettext
from flask_babel import gettext as _

from synth.analytics.periods import Calendar, Trend, Unit, trend_of

HEIGHT = 12
"""Of a sparkline, in units of its view box; every period is one unit wide."""
BAR = 0.82
LATE = 0.15
"""An idea that begins after this share of the time was not there from the beginning."""
LEAST = 0.7
"""Height of the smallest bar, so that one message is seen."""
Kind = Literal["throughout", "since", "mostly", "once"]
_GISTS: dict[tuple[Kind, bool], LazyString] = {
    ("throughout", False): lazy_gettext("all along"),
    ("throughout", True): lazy_gettext("from the beginning, quiet since %(end)s"),
    ("since", False): lazy_gettext("since %(first)s"),
    ("since", True): lazy_gettext("from %(first)s on, quiet since %(end)s"),
    ("mostly", False): lazy_gettext("mostly %(first)s to %(last)s"),
    ("mostly", True): lazy_gettext("mostly %(first)s to %(last)s, quiet since %(end)s"),
    ("once", False): lazy_gettext("mostly in %(first)s"),
    ("once", True): lazy_gettext("mostly in %(first)s, quiet since %(end)s"),
}
"""(kind of trend, whether it is quiet at the end) → words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """A sparkline of bars."""

    path: str
    """SVG path data."""
    width: int
    height: int
    gist: str
    """What the bars say, for those who do not see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    label: str
    n: int
    x: int
    """Every period is ten units wide."""
    height: float
    """0..100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Messages of one idea over the whole time of the discussion."""

    bars: tuple[Bar, ...]
    gist: str
    each: str
    """What one bar is: ``Messages per month``."""
    most: int
    n_undated: int


def spark(calendar: Calendar | None, counts: Sequence[int]) -> Spark | None:
    """None where nothing here has a date, or all has the same."""
    trend = None if calendar is None else trend_of(calendar, counts)
    if calendar is None or trend is None or calendar.n < 2:
        return None
    return Spark(path=_path(counts), width=calendar.n, height=HEIGHT, gist=gist(calendar, trend))


def timeline(
    calendar: Calendar | None, counts: Sequence[int], *, n_undated: int = 0
) -> Timeline | None:
    """The chart of an idea's page; None as for ``spark``."""
    trend = None if calendar is None else trend_of(calendar, counts)
    if calendar is None or trend is None or calendar.n < 2:
        return None
    most = max(counts)
    bars = tuple(
        Bar(
            label=period_name(calendar.unit, start),
            n=n,
            x=10 * place,
            height=round(100 * n / most, 1),
        )
        for place, (start, n) in enumerate(zip(calendar.starts, counts, strict=True))
    )
    return Timeline(
        bars=bars,
        gist=gist(calendar, trend),
        each=_each(calendar.unit),
        most=most,
        n_undated=n_undated,
    )


def gist(calendar: Calendar, trend: Trend) -> str:
    """``mostly 2016 to 2018, quiet since 2020``."""
    unit = calendar.unit
    is_one = short_date(unit, trend.first) == short_date(unit, trend.last)
    kind: Kind = "once" if is_one else "mostly"
    if trend.is_throughout:
        late = (trend.first - calendar.starts[0]) / (calendar.end - calendar.starts[0])
        kind = "since" if late > LATE else "throughout"
    return str(_GISTS[kind, trend.is_quiet]) % {
        "first": short_date(unit, trend.first, before=trend.last if kind == "mostly" else None),
        "last": short_date(unit, trend.last),
        "end": short_date(unit, trend.last_said),
    }


def short_date(unit: Unit, at: date, *, before: date | None = None) -> str:
    """A day as exactly as the calendar counts: ``3 May 2024``, ``May 2024``, ``2024``; without the
    year where ``before`` is in the same year and named after it."""
    forms = {Unit.DAY: "d MMMM y", Unit.WEEK: "d MMMM y", Unit.MONTH: "MMMM y"}
    form = forms.get(unit, "y")
    if before is not None and before.year == at.year and unit in forms:
        form = form.removesuffix(" y")
    return format_date(at, form)


def period_name(unit: Unit, start: date) -> str:
    """The name of a period: ``week of 6 May 2024``, ``second quarter of 2024``."""
    match unit:
        case Unit.WEEK:
            return _("week of %(day)s", day=short_date(unit, start))
        case Unit.QUARTER:
            return format_date(start, "QQQQ y")
        case _:
            return short_date(unit, start)


def _each(unit: Unit) -> str:
    return {
        Unit.DAY: _("Messages per day"),
        Unit.WEEK: _("Messages per week"),
        Unit.MONTH: _("Messages per month"),
        Unit.QUARTER: _("Messages per quarter"),
        Unit.YEAR: _("Messages per year"),
    }[unit]


def _path(counts: Sequence[int]) -> str:
    most = max(counts)
    steps = []
    for place, n in enumerate(counts):
        if n:
            height = max(LEAST, HEIGHT * n / most)
            steps.append(f"M{place} {HEIGHT}v-{height:.1f}h{BAR}V{HEIGHT}z")
    return "".join(steps)
