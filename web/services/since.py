"""From when on things are new: a day, the reader's last visit, or the last synthesis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import ceil, floor

from synth.store import Discussion

DAYS = 30
"""Before the last message, where nothing else is asked for …"""
PART = 4
"""… but of a short discussion only this part of its time: of what is all new nothing stands out."""


class StartPoint(StrEnum):
    """What a reader counts from."""

    DAY = "day"
    VISIT = "visit"
    SYNTHESIS = "synthesis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What was chosen, the moment it stands for, and how things count."""

    point: StartPoint
    moment: datetime | None
    """None where there was no such thing: a first visit, no synthesis yet."""

    @property
    def is_by_arrival(self) -> bool:
        """Whether messages count from when they came into the file: what a reader could not have
        seen at the last visit is new, however old it is. Otherwise from when they were posted."""
        return self.point is StartPoint.VISIT

    @property
    def after(self) -> int:
        """Seconds since 1970: what counts as later is new. A message that came in the very second
        of a visit was there to be seen; one posted in the first second of a day is of that day.
        Raises ValueError where there is no moment."""
        if self.moment is None:
            raise ValueError("nothing to count from")
        seconds = self.moment.timestamp()
        return floor(seconds) if self.is_by_arrival else ceil(seconds) - 1

    @property
    def address(self) -> str:
        """As ``?since=`` says it."""
        if self.point is StartPoint.DAY:
            return "" if self.moment is None else self.moment.date().isoformat()
        return self.point.value


def chosen_since(asked: str, discussion: Discussion, visited_at: datetime | None) -> Since | None:
    """What ``?since=`` of an address says; None where it says nothing sensible.

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
    """What a reader most likely means: their last visit, else the last synthesis, else the last
    weeks of the discussion."""
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
