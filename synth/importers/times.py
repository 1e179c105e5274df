"""Times as people and programs write them -> aware datetimes in UTC.

Recognised: ISO 8601, RFC 2822, Unix ``date``, epoch seconds to microseconds, the day numbers of
spreadsheets, and numeric or named days in English, French and German. Where a date reads both ways
(``03/04/2019``), the caller decides the order for a whole column: see ``day_order``. A time
without a zone is taken for UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_tz
from enum import Enum

from models.text import without_accents
from models.wordlists import read_toml

_SHEET_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)

_MONTHS = {
    name: number
    for number, names in enumerate(read_toml(__package__, "times.toml")["months"], start=1)
    for name in names.split()
}
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_NUMERIC = re.compile(
    r"^(?:[^\W\d]+\.?,? |\d{1,2}:\d\d(?::\d\d)?,? )?(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b"
)
_YEAR_FIRST = re.compile(r"^(\d{4})[./-](\d{1,2})[./-](\d{1,2})\b")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?Z?$")
_DAY_MONTH = re.compile(
    r"\b(\d{1,2})(?:er|st|nd|rd|th|\.)?[ -]+(?:of |de )?([^\W\d]+)\.?,?[ -]+(\d{4})\b"
)
_MONTH_DAY = re.compile(r"\b([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")
_MONTH_DAY_CLOCK = re.compile(r"\b([^\W\d]+)\.? (\d{1,2}) \d\d:\d\d.* (\d{4})$")
_CLOCK = re.compile(
    r"\b(\d{1,2})(?::|\s?h\s?|\.(?=\d\d\.\d\d\b))(\d{2})?(?:[:.](\d{2}))?(?:[.,]\d+)?\s*([ap]\.?\s?m\b)?",
    re.IGNORECASE,
)
_HOUR_ONLY = re.compile(r"\b(\d{1,2})\s?([ap])\.?m\b", re.IGNORECASE)
_OFFSET = re.compile(
    r"(?:(?:utc|gmt)\s?(?P<a>[+-])(?P<ah>\d{1,2})(?::?(?P<am>\d{2}))?"
    r"|[\s\d](?P<b>[+-])(?P<bh>\d{2}):?(?P<bm>\d{2}))$"
)
_SHORTEST_ISO = 16
_YEARS = range(1971, 2101)
# Zones reach from -12 to +14 hours; beyond that the offset is a broken program's.
_FARTHEST = timedelta(hours=14)


class DayOrder(Enum):
    """How the numeric dates of one column are written."""

    DAY_FIRST = "31/12/2019"
    MONTH_FIRST = "12/31/2019"


def day_order(values: Iterable[object]) -> DayOrder | None:
    """What the values of a column show: a number above 12 says where the day is.

    Stops at the first telling value. None when every date reads both ways.
    """
    for value in values:
        match = _NUMERIC.match(value.strip()) if isinstance(value, str) else None
        if match is None:
            continue
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            return DayOrder.DAY_FIRST
        if second > 12 >= first:
            return DayOrder.MONTH_FIRST
    return None


def likely_day_order(values: Iterable[object]) -> DayOrder:
    """For dates that all read both ways: month first where the clock has AM and PM."""
    for value in values:
        if isinstance(value, str) and re.search(r"\d\s?[ap]\.?m\b", value, re.IGNORECASE):
            return DayOrder.MONTH_FIRST
    return DayOrder.DAY_FIRST


def parse_time(value: object, order: DayOrder = DayOrder.DAY_FIRST) -> datetime | None:
    """The time a cell holds, in UTC; None where it holds none, or one outside 1971-2100."""
    match value:
        case datetime():
            found: datetime | None = _in_utc(value)
        case bool():
            return None
        case int() | float() | Decimal():
            found = _from_number(Decimal(str(value)))
        case str():
            found = _from_usual_iso(value) or _from_text(_folded(value), order)
        case _:
            return None
    return found if found is not None and found.year in _YEARS else None


def _from_usual_iso(value: str) -> datetime | None:
    """The usual case, several times faster than a look at all the ways to write a date."""
    if len(value) < _SHORTEST_ISO:
        return None
    try:
        return _in_utc(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        return None


def parse_mail_date(value: str) -> datetime | None:
    """A mail date in UTC; None where it is none, or from before e-mail or after this century."""
    try:
        parts = parsedate_tz(value)
        if parts is None or parts[0] not in _YEARS:
            return None
        local = datetime(*parts[:5], min(parts[5], 59), tzinfo=UTC)
    except (ValueError, IndexError, TypeError):
        return None
    offset = timedelta(seconds=parts[9] or 0)
    return local - offset if abs(offset) <= _FARTHEST else local


def edit_time(edited: datetime | None, posted: datetime | None) -> datetime | None:
    """When a message was edited; None where that is no later than when it was posted."""
    return edited if edited and posted and edited > posted else None


def _from_text(text: str, order: DayOrder) -> datetime | None:
    try:
        if not 4 <= len(text) <= 80:
            return None
        if compact := _COMPACT.match(text):
            # mypy cannot count the parts of a star; the pattern has six.
            return datetime(*(int(part or 0) for part in compact.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
        if _NUMBER.fullmatch(text):
            return _from_number(Decimal(text.replace(",", ".")))
        if text[:4].isdigit() and (found := _from_iso(text)):
            return found
        date = _date(text, order)
        return _with_clock(date, text) if date is not None else parse_mail_date(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _from_iso(text: str) -> datetime | None:
    compacted = re.sub(r"\s*(?:utc|z)$", "+00:00", re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", text))
    try:
        return _in_utc(datetime.fromisoformat(compacted))
    except ValueError:
        return None


def _date(text: str, order: DayOrder) -> datetime | None:
    """The day, at midnight UTC."""
    if match := _YEAR_FIRST.match(text):
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    if match := _NUMERIC.match(text):
        first, second = int(match[1]), int(match[2])
        is_day_first = order is DayOrder.DAY_FIRST
        if second > 12 or first > 12:
            is_day_first = first > 12
        day, month = (first, second) if is_day_first else (second, first)
        return datetime(_full_year(match[3]), month, day, tzinfo=UTC)
    for pattern, month_at, day_at in (
        (_DAY_MONTH, 2, 1),
        (_MONTH_DAY, 1, 2),
        (_MONTH_DAY_CLOCK, 1, 2),
    ):
        match = pattern.search(text)
        if match and (named := _MONTHS.get(match[month_at])):
            return datetime(int(match[3]), named, int(match[day_at]), tzinfo=UTC)
    return None


def _with_clock(date: datetime, text: str) -> datetime:
    clock = _CLOCK.search(text)
    if clock is None:
        hour_only = _HOUR_ONLY.search(text)
        return date + timedelta(hours=_hour(*hour_only.groups())) if hour_only else date
    local = date.replace(
        hour=_hour(clock[1], clock[4]),
        minute=int(clock[2] or 0),
        second=min(int(clock[3] or 0), 59),
    )
    return local - _offset(text)


def _hour(digits: str, half: str | None) -> int:
    """The hour of the day, given AM or PM where the clock has twelve hours."""
    hour = int(digits)
    return hour if not half else hour % 12 + (12 if half.startswith("p") else 0)


def _offset(text: str) -> timedelta:
    match = _OFFSET.search(text)
    if match is None:
        return timedelta()
    sign, hours, minutes = match.group(*(("a", "ah", "am") if match["a"] else ("b", "bh", "bm")))
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if size > _FARTHEST:
        return timedelta()
    return -size if sign == "-" else size


def _from_number(value: Decimal) -> datetime | None:
    """Epoch seconds, milliseconds or microseconds, or days as spreadsheets count them."""
    if not value.is_finite():
        return None
    for scale in (1, 1_000, 1_000_000):
        if 30_000_000 <= value / scale < 4_200_000_000:
            # Whole microseconds: a float would lose the last digits of a Slack ``ts``.
            seconds, microseconds = divmod(int(value * 1_000_000 / scale), 1_000_000)
            return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)
    if 26_000 <= value < 74_000:
        return _SHEET_EPOCH + timedelta(seconds=round(value * 86_400))
    return None


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _folded(text: str) -> str:
    """Lower case, without accents and odd spaces."""
    plain = without_accents(text.strip().lower())
    return " ".join(plain.replace("\u200e", "").replace(" a ", " ").split())
