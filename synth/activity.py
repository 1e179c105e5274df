"""Who speaks under an idea, on which side, and its passages in the order one asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from synth.records import UNKNOWN_TIME, Activity, Stance

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
    """Those who take one side of what they answer."""

    stance: Stance
    n_voices: int
    n_passages: int


def under(activity: Activity, leaves: Sequence[int]) -> NDArray[np.intp]:
    """Rows of the passages under these leaf ideas; under no idea where 0 is among them."""
    return np.flatnonzero(np.isin(activity.leaves, np.asarray(leaves, dtype=np.int64)))


def voices_of(activity: Activity, rows: NDArray[np.intp]) -> list[Voice]:
    """Everybody who speaks in these passages, those who say most first."""
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
    """For and against, where anybody here takes a side; empty otherwise."""
    found = []
    for stance in Stance:
        own = on_side(activity, rows, stance)
        voices = np.unique(activity.voices[activity.of_message[own]])
        found.append(Side(stance=stance, n_voices=len(voices), n_passages=len(own)))
    return tuple(found) if any(side.n_passages for side in found) else ()


def on_side(activity: Activity, rows: NDArray[np.intp], stance: Stance | None) -> NDArray[np.intp]:
    """Those of the passages whose message takes this side; all of them where it is None."""
    if stance is None:
        return rows
    sides = activity.sides[activity.of_message[rows]]
    found: NDArray[np.intp] = rows[sides == _SIDES[stance]]
    return found


def ordered(activity: Activity, rows: NDArray[np.intp], order: Order) -> NDArray[np.intp]:
    """The rows sorted; equals stay as they stand in the discussion, the better fit first."""
    of = activity.of_message[rows]
    fit = -activity.weights[rows]
    posted = activity.posted[of]
    is_undated = posted == UNKNOWN_TIME
    match order:
        case Order.CENTRAL:
            keys: tuple[NDArray[np.generic], ...] = (fit,)
        case Order.NEWEST:
            keys = (-np.where(is_undated, 0, posted), is_undated)
        case Order.OLDEST:
            keys = (posted, is_undated)
        case Order.LIKED:
            keys = (fit, -activity.likes[of])
    found: NDArray[np.intp] = rows[np.lexsort((np.arange(len(rows)), *keys))]
    return found


def messages_of(activity: Activity, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """Rows of the messages that these passages stand in, each once."""
    return np.unique(activity.of_message[rows])
