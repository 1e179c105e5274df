"""From when on things are new: a day, the reader's last visit, or the last synthesis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import ceil, floor

from synth.store import Discussion

DAYS = 30
"""Without a visit or a synthesis, the last so many days before the last message count as new."""
PART = 4
"""In a short discussion only this part of its time counts as new, so that not everything is new."""


class StartPoint(StrEnum):
    """What a reader counts from."""

    DAY = "day"
    VISIT = "visit"
    SYNTHESIS = "synthesis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What a reader counts from, and the moment of it."""

    point: StartPoint
    moment: datetime | None
    """None on a first visit, before the first synthesis, and where no message has a date."""

    @property
    def is_by_arrival(self) -> bool:
        """Whether messages are new by when they came into the file: a reader did not see them at
        the last visit, however old they are. Otherwise by when they were posted."""
        return self.point is StartPoint.VISIT

    @property
    def after(self) -> int:
        """Seconds since 1970; what is later is new. A message that came in the second of a visit is
        not new, one that was posted in the first second of a day is.
        Raises ValueError where there is no moment."""
        if self.moment is None:
            raise ValueError("nothing to count from")
        seconds = self.moment.timestamp()
        return floor(seconds) if self.is_by_arrival else ceil(seconds) - 1

    @property
    def address(self) -> str:
        """Value of ``?since=``."""
        if self.point is StartPoint.DAY:
            return "" if self.moment is None else self.moment.date().isoformat()
        return self.point.value


def chosen_since(asked: str, discussion: Discussion, visited_at: datetime | None) -> Since | None:
    """What the value of ``?since=`` stands for; None for any other value.

    ``visited_at``: when the reader's last visit ended; None on a first one.
    """
    if asked == StartPoint.VISIT:
        return Since(point=StartPoint.VISIT, moment=visited_at)
    if asked == StartPoint.SYNTHESIS:
        return Since(point=StartPoint.SYNTHESIS, moment=discussion.synthesis_at)
    try:
        return Since(point=StartPoint.DAY, moment=beginning_of(date.fromisoformat(asked)))
    except ValueError:
        return None


def usual_since(discussion: Discussion, visited_at: datetime | None) -> Since:
    """Where the address does not say: the last visit, else the last synthesis, else the last weeks
    of the discussion."""
    if visited_at is not None:
        return Since(point=StartPoint.VISIT, moment=visited_at)
    if discussion.synthesis_at is not None:
        return Since(point=StartPoint.SYNTHESIS, moment=discussion.synthesis_at)
    return Since(point=StartPoint.DAY, moment=last_weeks(discussion))


def last_weeks(discussion: Discussion) -> datetime | None:
    """When the end of a discussion begins; None where no message has a date."""
    first, last = discussion.first_at, discussion.last_at
    if first is None or last is None:
        return None
    return beginning_of((last - min(timedelta(days=DAYS), (last - first) / PART)).date())


def beginning_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
