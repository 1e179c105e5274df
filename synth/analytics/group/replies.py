"""Who answers whom: the replies of a discussion as pairs of participants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synth.store.activity import Activity

DOMINANT = 0.25
"""Where one thread holds more of the replies, its branches count as threads do elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What became of every message that could tell who answers whom."""

    n_messages: int
    n_stated: int
    """Messages of which the source says what they answer."""
    n_inferred: int
    """Messages of which quotes, subjects or mentions let one think it."""
    n_to_self: int
    """Of those that are looked at: answers to one's own message."""
    n_anonymous: int
    """Of those: answers from or to a message without a known author."""
    n_counted: int
    """The others: answers of one participant to another."""

    @property
    def says_who_answers(self) -> bool:
        """Whether the source says of any message what it answers."""
        return self.n_stated > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """One row a reply of one known participant to another; people by their row in ``people``."""

    people: NDArray[np.int64]
    """(n_people,) ids of all participants with a message, ascending."""
    n_written: NDArray[np.int64]
    """(n_people,) messages of each."""
    senders: NDArray[np.int64]
    """(n_replies,) who answers."""
    receivers: NDArray[np.int64]
    """(n_replies,) who is answered."""
    exchanges: NDArray[np.int64]
    """(n_replies,) the thread, or its branch where one thread holds most: who meets there."""
    openers: NDArray[np.int64]
    """(n_replies,) who wrote the first message of the thread; -1 where nobody knows."""
    posted: NDArray[np.int64]
    """(n_replies,) seconds since 1970; ``UNKNOWN_TIME`` where nobody knows."""
    answered: NDArray[np.int64]
    """Rows of the messages (of all) that somebody else answered, each once."""
    ledger: Ledger

    def __len__(self) -> int:
        return len(self.senders)


def without_hidden(activity: Activity, hidden: Sequence[int]) -> Activity:
    """The same columns with nobody known to have written the messages that moderators hid."""
    is_hidden = np.isin(activity.messages, np.asarray(hidden, dtype=np.int64))
    voices = np.where(is_hidden, -activity.messages, activity.voices)
    return replace(activity, voices=voices)


def replies_of(
    activity: Activity, stated: NDArray[np.int64], *, with_inferred: bool = False
) -> Replies:
    """The replies that count.

    ``stated``: ids of the messages of which the source says what they answer. Links that were
    inferred from quotes, subjects or mentions are left out unless asked for.
    """
    is_reply = activity.parents >= 0
    is_stated = is_reply & np.isin(activity.messages, stated)
    looked_at = np.flatnonzero(is_reply if with_inferred else is_stated)
    parents = activity.parents[looked_at]
    senders, receivers = activity.voices[looked_at], activity.voices[parents]
    is_known = (senders > 0) & (receivers > 0)
    is_other = is_known & (senders != receivers)
    known = activity.voices[activity.voices > 0]
    people, n_written = np.unique(known, return_counts=True)
    rows = looked_at[is_other]
    return Replies(
        people=people,
        n_written=n_written.astype(np.int64),
        senders=np.searchsorted(people, senders[is_other]),
        receivers=np.searchsorted(people, receivers[is_other]),
        exchanges=_exchanges(activity, rows),
        openers=_rows_in(people, activity.voices[_roots(activity, rows)]),
        posted=activity.posted[rows],
        answered=np.unique(parents[is_other]),
        ledger=Ledger(
            n_messages=len(activity.messages),
            n_stated=int(is_stated.sum()),
            n_inferred=int((is_reply & ~is_stated).sum()),
            n_to_self=int((is_known & ~is_other).sum()),
            n_anonymous=int((~is_known).sum()),
            n_counted=len(rows),
        ),
    )


def _roots(activity: Activity, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Row of the first message of the thread that each stands in."""
    found = np.searchsorted(activity.messages, activity.threads[rows])
    return np.minimum(found, max(len(activity.messages) - 1, 0))


def _rows_in(people: NDArray[np.int64], voices: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(people):
        return np.full(len(voices), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(people, voices), len(people) - 1)
    return np.where(people[found] == voices, found, -1).astype(np.int64)


def _exchanges(activity: Activity, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    threads = activity.threads[rows]
    counts = np.unique(threads, return_counts=True)[1]
    if not len(rows) or counts.max() <= DOMINANT * len(rows):
        return threads
    return _branches(activity.parents)[rows]


def _branches(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n_messages,) for each message the answer to the first one of its thread that it stands
    under, or itself; by pointer jumping, so that long threads cost little."""
    own = np.arange(len(parents))
    has_grandparent = (parents >= 0) & (parents[parents] >= 0)
    above = np.where(has_grandparent, parents, own)
    while True:
        further = above[above]
        if np.array_equal(further, above):
            return above
        above = further
