"""Who speaks under an idea and on which side, its passages in order, and figures of threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from synth.records import Stance
from synth.store.activity import UNKNOWN_TIME, Activity

_SIDES = {Stance.FOR: 1, Stance.AGAINST: -1}


class Order(StrEnum):
    """How passages are sorted; what is unknown comes last."""

    CENTRAL = "central"
    NEWEST = "newest"
    OLDEST = "oldest"
    LIKED = "liked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one voice said under an idea."""

    participant_id: int | None
    """None for an anonymous message."""
    n_passages: int
    n_messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The voices for, or against, what they answer."""

    stance: Stance
    n_voices: int
    """Voices that take this side as the platform says."""
    n_passages: int
    n_read_voices: int = 0
    """Voices that take it as their words, or a person, tell."""
    n_read_passages: int = 0


def passages_under(activity: Activity, leaves: Sequence[int]) -> NDArray[np.intp]:
    """Rows of the passages under these leaf ideas; 0 stands for no idea."""
    return np.flatnonzero(np.isin(activity.leaves, np.asarray(leaves, dtype=np.int64)))


def voices_of(activity: Activity, rows: NDArray[np.intp]) -> list[Voice]:
    """Every voice in these passages, those who say most first."""
    messages = activity.of_message[rows]
    voices, n_passages = np.unique(activity.voices[messages], return_counts=True)
    own = np.unique(messages)
    _, n_messages = np.unique(activity.voices[own], return_counts=True)
    found = zip(voices.tolist(), n_passages.tolist(), n_messages.tolist(), strict=True)
    return [
        Voice(participant_id=voice if voice > 0 else None, n_passages=said, n_messages=n)
        for voice, said, n in sorted(found, key=lambda one: (-one[1], one[0] < 0, abs(one[0])))
    ]


def sides_of(activity: Activity, rows: NDArray[np.intp]) -> tuple[Side, ...]:
    """Both sides in these passages; empty where no message takes one."""
    found = []
    for stance in Stance:
        stated, read = stated_side(activity, rows, stance), read_side(activity, rows, stance)
        found.append(
            Side(
                stance=stance,
                n_voices=_n_voices(activity, stated),
                n_passages=len(stated),
                n_read_voices=_n_voices(activity, read),
                n_read_passages=len(read),
            )
        )
    return tuple(found) if any(one.n_passages + one.n_read_passages for one in found) else ()


def on_side(activity: Activity, rows: NDArray[np.intp], stance: Stance | None) -> NDArray[np.intp]:
    """The passages whose message takes this side, whoever tells it; all of them where ``stance``
    is None."""
    if stance is None:
        return rows
    sides = (activity.sides + activity.read_sides)[activity.of_message[rows]]
    found: NDArray[np.intp] = rows[sides == _SIDES[stance]]
    return found


def stated_side(activity: Activity, rows: NDArray[np.intp], stance: Stance) -> NDArray[np.intp]:
    """The passages whose message takes this side as the platform says."""
    found: NDArray[np.intp] = rows[activity.sides[activity.of_message[rows]] == _SIDES[stance]]
    return found


def read_side(activity: Activity, rows: NDArray[np.intp], stance: Stance) -> NDArray[np.intp]:
    """The passages whose message takes this side as its words, or a person, tell."""
    found: NDArray[np.intp] = rows[activity.read_sides[activity.of_message[rows]] == _SIDES[stance]]
    return found


def _n_voices(activity: Activity, rows: NDArray[np.intp]) -> int:
    return len(np.unique(activity.voices[activity.of_message[rows]]))


def ordered(activity: Activity, rows: NDArray[np.intp], order: Order) -> NDArray[np.intp]:
    """The rows sorted; equal ones stay in the order of the discussion."""
    of = activity.of_message[rows]
    fit = -activity.weights[rows]
    posted = activity.posted[of]
    match order:
        case Order.CENTRAL:
            keys: tuple[NDArray[np.generic], ...] = (fit,)
        case Order.NEWEST:
            keys = (-posted,)  # an unknown time is below all others
        case Order.OLDEST:
            keys = (posted, posted == UNKNOWN_TIME)
        case Order.LIKED:
            keys = (fit, -activity.likes[of])
    found: NDArray[np.intp] = rows[np.lexsort((np.arange(len(rows)), *keys))]
    return found


def messages_of(activity: Activity, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows of the messages that these passages stand in, each once, ascending."""
    return np.unique(activity.of_message[rows]).astype(np.intp)


def messages_under(
    activity: Activity, leaves_under: Mapping[int, Sequence[int]]
) -> dict[int, NDArray[np.intp]]:
    """Idea → rows of the messages that say something under it, ascending.

    ``leaves_under``: idea → the leaf ideas whose passages it holds.
    """
    return {
        idea: messages_of(activity, passages_under(activity, leaves))
        for idea, leaves in leaves_under.items()
    }


class ThreadOrder(StrEnum):
    """How threads are listed."""

    LONGEST = "longest"
    NEWEST = "newest"
    OLDEST = "oldest"
    VOICES = "voices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Every thread of a discussion as columns, in order of id."""

    ids: NDArray[np.int64]
    n_messages: NDArray[np.int64]
    n_voices: NDArray[np.int64]
    first: NDArray[np.int64]
    """Seconds since 1970 of the first message; ``UNKNOWN_TIME`` where none has a date."""
    last: NDArray[np.int64]
    leaf: NDArray[np.int64]
    """The leaf idea that most of its passages stand under, 0 for none."""
    n_under: NDArray[np.int64]
    """How many stand under it."""
    n_passages: NDArray[np.int64]

    def ordered(self, order: ThreadOrder) -> NDArray[np.intp]:
        """Rows in that order; where no message has a date, last."""
        match order:
            case ThreadOrder.LONGEST:
                keys: tuple[NDArray[np.generic], ...] = (-self.n_messages,)
            case ThreadOrder.VOICES:
                keys = (-self.n_messages, -self.n_voices)
            case ThreadOrder.NEWEST:
                keys = (-self.last,)
            case ThreadOrder.OLDEST:
                keys = (self.first, self.first == UNKNOWN_TIME)
        return np.lexsort((self.ids, *keys))


def threads_of(activity: Activity) -> Threads:
    """The figures of every thread that a list of threads shows."""
    ids, of = np.unique(activity.threads, return_inverse=True)
    n = len(ids)
    pairs = np.unique(np.stack((of, activity.voices), axis=1), axis=0)
    first, last = np.full(n, np.iinfo(np.int64).max), np.full(n, UNKNOWN_TIME)
    known = activity.posted != UNKNOWN_TIME
    np.minimum.at(first, of[known], activity.posted[known])
    np.maximum.at(last, of[known], activity.posted[known])
    leaf, n_under = _dominant(of[activity.of_message], activity.leaves, n)
    return Threads(
        ids=ids,
        n_messages=np.bincount(of, minlength=n),
        n_voices=np.bincount(pairs[:, 0], minlength=n),
        first=np.where(last == UNKNOWN_TIME, UNKNOWN_TIME, first),
        last=last,
        leaf=leaf,
        n_under=n_under,
        n_passages=np.bincount(of[activity.of_message], minlength=n),
    )


def _dominant(
    threads: NDArray[np.intp], leaves: NDArray[np.int64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per thread the leaf of most passages, the lower id among equals, and of how many."""
    placed = leaves > 0
    pairs, counts = np.unique(
        np.stack((threads[placed], leaves[placed]), axis=1), axis=0, return_counts=True
    )
    order = np.lexsort((-pairs[:, 1], counts))  # the largest is written last
    leaf, n_under = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    leaf[pairs[order, 0]] = pairs[order, 1]
    n_under[pairs[order, 0]] = counts[order]
    return leaf, n_under
