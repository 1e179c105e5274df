"""From when on things are new: a day, the reader's last visit, or the last synthesis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import ceil, floor

from flask import request

from synth.store import Discussion
from web.http.visits import current_visit

DAYS = 30
"""Before the last message, where nothing else is asked for …"""
PART = 4
"""… but of a short discussion only this part of its time: of what is all new nothing stands out."""


class Point(StrEnum):
    """What a reader counts from."""

    DAY = "day"
    VISIT = "visit"
    SYNTHESIS = "synthesis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What was chosen, the moment it stands for, and how things count."""

    point: Point
    moment: datetime | None
    """None where there was no such thing: a first visit, no synthesis yet."""

    @property
    def is_by_arrival(self) -> bool:
        """Whether messages count from when they came into the file: what a reader could not have
        seen at the last visit is new, however old it is. Otherwise from when they were posted."""
        return self.point is Point.VISIT

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
        if self.point is Point.DAY:
            return "" if self.moment is None else self.moment.date().isoformat()
        return self.point.value


def asked_since(discussion: Discussion) -> Since | None:
    """What ``?since=`` of the address says; None where it says nothing sensible."""
    text = request.args.get("since", "").strip()
    if text == Point.VISIT:
        return last_visit()
    if text == Point.SYNTHESIS:
        return last_synthesis(discussion)
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return None
    return Since(point=Point.DAY, moment=beginning_of(chosen))


def usual_since(discussion: Discussion) -> Since:
    """What a reader most likely means: their last visit, else the last synthesis, else the last
    weeks of the discussion."""
    for since in (last_visit(), last_synthesis(discussion)):
        if since.moment is not None:
            return since
    return Since(point=Point.DAY, moment=last_weeks(discussion))


def last_weeks(discussion: Discussion) -> datetime | None:
    """When the end of a discussion begins; None where no message has a date."""
    first, last = discussion.first_at, discussion.last_at
    if first is None or last is None:
        return None
    return beginning_of((last - min(timedelta(days=DAYS), (last - first) / PART)).date())


def last_visit() -> Since:
    return Since(point=Point.VISIT, moment=current_visit().previous_at)


def last_synthesis(discussion: Discussion) -> Since:
    return Since(point=Point.SYNTHESIS, moment=discussion.synthesis_at)


def beginning_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
