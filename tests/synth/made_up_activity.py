"""Columns of a made-up discussion, for what is counted over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth.store.activity import UNKNOWN_TIME, Activity

DAY = 86_400


class Said(NamedTuple):
    """A message of one passage for each idea."""

    voice: int
    ideas: Sequence[int] = (1,)
    answers: int = -1
    """Row of the message it answers."""
    day: int | None = 0
    """Since 1970."""
    side: int = 0
    """As the platform says."""
    read_side: int = 0
    """As its words tell."""
    likes: int = -1
    weight: float = 0.5
    thread: int = 1


def activity(*messages: Said) -> Activity:
    """Message ids count from 1, passage ids from 101."""
    spread = [(row, idea) for row, said in enumerate(messages) for idea in said.ideas]
    return Activity(
        messages=np.arange(1, len(messages) + 1),
        threads=np.array([said.thread for said in messages], dtype=np.int64),
        parents=np.array([said.answers for said in messages], dtype=np.int64),
        voices=np.array([said.voice for said in messages], dtype=np.int64),
        posted=np.array(
            [UNKNOWN_TIME if said.day is None else said.day * DAY for said in messages],
            dtype=np.int64,
        ),
        sides=np.array([said.side for said in messages], dtype=np.int8),
        read_sides=np.array([said.read_side for said in messages], dtype=np.int8),
        likes=np.array([said.likes for said in messages], dtype=np.int64),
        passages=np.arange(101, 101 + len(spread)),
        of_message=np.array([row for row, _ in spread], dtype=np.int64),
        leaves=np.array([idea for _, idea in spread], dtype=np.int64),
        weights=np.array([messages[row].weight for row, _ in spread], dtype=np.float32),
        reasons=np.full(len(spread), -1, dtype=np.int8),
    )
