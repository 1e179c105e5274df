"""How the network changes: the same figures for each week, month, quarter or year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from synth.analytics.group.communities import APART, Communities
from synth.analytics.group.network import Network, network_of
from synth.analytics.group.replies import Replies
from synth.analytics.periods import Unit, calendar_of
from synth.store.activity import UNKNOWN_TIME, Activity

MOST_WINDOWS = 18
"""The last ones; they are as fine as lets the whole discussion stand in so many."""
LEAST_REPLIES = 30
"""In both windows before they are compared."""
CLEAR = 2.58
"""Standard errors between two shares: one in a hundred by chance."""
LEAST_DIFFERENCE = 0.05


class Change(StrEnum):
    """How the last window differs from the one before."""

    CLOSER = "closer"
    """More passes between the groups."""
    FARTHER = "farther"
    MORE_ANSWERED = "more answered"
    """More of the messages found an answer."""
    FEWER_ANSWERED = "fewer answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The network of the replies posted in one stretch of time."""

    start: date
    n_replies: int
    n_voices: int
    """Who exchanged them."""
    n_new: int
    """Of them, those who had not exchanged any before."""
    mean_degree: float
    """Others that each exchanged replies with."""
    connected: float
    """0..1 of the voices, in the largest connected piece."""
    n_between_groups: int
    """Replies between voices of groups, and of those the ones that crossed."""
    n_crossing: int
    n_messages: int
    """Messages of known participants, and of those the ones that were answered, whenever."""
    n_answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The windows in order of time; those in which nobody answered are left out."""

    unit: Unit
    windows: tuple[Window, ...]
    changes: tuple[Change, ...]
    """Between the last two that are large enough to be compared."""
    compared: tuple[date, date] | None
    """Their first days; None where there are no two such."""
    n_undated: int
    """Replies of which nobody knows when they were posted."""


def windows_of(
    activity: Activity, replies: Replies, network: Network, communities: Communities
) -> Windows | None:
    """None where no reply has a date, or all fall into one window."""
    calendar = calendar_of(replies.posted, most=MOST_WINDOWS)
    if calendar is None or calendar.n < 2:
        return None
    places = calendar.places(replies.posted)
    used = np.unique(places[places >= 0])[-MOST_WINDOWS:]
    counter = _Counter(activity, replies, network, communities)
    by_message = calendar.places(activity.posted)
    windows = tuple(
        counter.window(calendar.start(place), places, by_message, place) for place in used.tolist()
    )
    return Windows(
        unit=calendar.unit,
        windows=windows,
        changes=_changes(windows, has_groups=communities.are_told_apart),
        compared=_compared(windows),
        n_undated=int((replies.posted == UNKNOWN_TIME).sum()),
    )


class _Counter:
    """Counts one window after the other and remembers who was there."""

    def __init__(
        self, activity: Activity, replies: Replies, network: Network, communities: Communities
    ) -> None:
        self._replies = replies
        self._group = np.full(len(replies.people), APART, dtype=np.int64)
        self._group[network.voices] = communities.group
        self._was_there = np.zeros(len(replies.people), dtype=np.bool_)
        self._is_known = activity.voices > 0
        self._is_answered = np.zeros(len(activity.messages), dtype=np.bool_)
        self._is_answered[replies.answered] = True

    def window(
        self, start: date, places: NDArray[np.int64], by_message: NDArray[np.int64], place: int
    ) -> Window:
        here = places == place
        network = network_of(self._replies, here)
        one = self._group[self._replies.senders[here]]
        other = self._group[self._replies.receivers[here]]
        inside = (one != APART) & (other != APART)
        written = (by_message == place) & self._is_known
        n_new = int((~self._was_there[network.voices]).sum())
        self._was_there[network.voices] = True
        n = len(network)
        return Window(
            start=start,
            n_replies=int(here.sum()),
            n_voices=n,
            n_new=n_new,
            mean_degree=2 * network.n_ties / n if n else 0.0,
            connected=float((network.component == 0).mean()) if n else 0.0,
            n_between_groups=int(inside.sum()),
            n_crossing=int((inside & (one != other)).sum()),
            n_messages=int(written.sum()),
            n_answered=int((written & self._is_answered).sum()),
        )


def _large(windows: tuple[Window, ...]) -> list[Window]:
    return [one for one in windows if one.n_replies >= LEAST_REPLIES][-2:]


def _compared(windows: tuple[Window, ...]) -> tuple[date, date] | None:
    large = _large(windows)
    return (large[0].start, large[1].start) if len(large) == 2 else None


def _changes(windows: tuple[Window, ...], *, has_groups: bool) -> tuple[Change, ...]:
    large = _large(windows)
    if len(large) < 2:
        return ()
    before, last = large
    found = []
    if has_groups:
        crossed = _difference(
            (before.n_crossing, before.n_between_groups), (last.n_crossing, last.n_between_groups)
        )
        if crossed:
            found.append(Change.CLOSER if crossed > 0 else Change.FARTHER)
    answered = _difference(
        (before.n_answered, before.n_messages), (last.n_answered, last.n_messages)
    )
    if answered:
        found.append(Change.MORE_ANSWERED if answered > 0 else Change.FEWER_ANSWERED)
    return tuple(found)


def _difference(before: tuple[int, int], last: tuple[int, int]) -> float:
    """How much larger the second share is, 0 where that may be chance (two-proportion z-test)."""
    if not before[1] or not last[1]:
        return 0.0
    one, other = before[0] / before[1], last[0] / last[1]
    mean = (before[0] + last[0]) / (before[1] + last[1])
    error = (mean * (1 - mean) * (1 / before[1] + 1 / last[1])) ** 0.5
    is_clear = error > 0 and abs(other - one) >= max(CLEAR * error, LEAST_DIFFERENCE)
    return other - one if is_clear else 0.0
