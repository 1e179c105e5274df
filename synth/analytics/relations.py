"""Relations between ideas: replies, voices for and against, and nearness in meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.store.activity import Activity

Pair = tuple[int, int]
"""Ids of two ideas: messages under the first answer messages under the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """What replies between messages say about pairs of ideas."""

    replies: Mapping[Pair, int]
    """Messages under the first idea that answer one under the second."""
    against: Mapping[Pair, int] = field(default_factory=dict)
    """Voices under the first that take a side against what they answer under the second."""
    favouring: Mapping[Pair, int] = field(default_factory=dict)
    """Voices under the first that take a side for it."""


def relations_of(activity: Activity, messages_under: Mapping[int, NDArray[np.intp]]) -> Relations:
    """The replies between ideas. ``messages_under``: idea → rows of its messages.

    A message stands under every idea that one of its passages stands under, and under those above.
    """
    ideas = list(messages_under)
    holds = _membership(list(messages_under.values()), n=len(activity.messages))
    children = np.flatnonzero(activity.parents >= 0)
    parents = activity.parents[children]
    table = sp.coo_array(holds[children].T @ holds[parents])
    rows, columns = table.coords
    return Relations(
        replies={
            (ideas[a], ideas[b]): n
            for a, b, n in zip(rows.tolist(), columns.tolist(), table.data.tolist(), strict=True)
            if a != b
        },
        against=_voices_between(activity, holds, ideas, side=-1),
        favouring=_voices_between(activity, holds, ideas, side=1),
    )


def _membership(under: Sequence[NDArray[np.intp]], *, n: int) -> sp.csr_array:
    """int64 (n, n_ideas): 1 where the message says something under the idea."""
    starts = np.cumsum([0, *map(len, under)])
    rows = np.concatenate([np.zeros(0, dtype=np.intp), *under])
    ones = np.ones(len(rows), dtype=np.int64)
    return sp.csc_array((ones, rows, starts), shape=(n, len(under))).tocsr()


def _voices_between(
    activity: Activity, holds: sp.csr_array, ideas: Sequence[int], *, side: int
) -> dict[Pair, int]:
    voices: dict[Pair, set[int]] = {}
    under = np.split(holds.indices, holds.indptr[1:-1])  # ideas of each message
    taken = np.flatnonzero((activity.sides == side) & (activity.parents >= 0))
    for row in taken.tolist():
        voice = int(activity.voices[row])
        for a, b in product(under[row].tolist(), under[activity.parents[row]].tolist()):
            if a != b:
                voices.setdefault((ideas[a], ideas[b]), set()).add(voice)
    return {pair: len(found) for pair, found in voices.items()}


def nearness_of(
    centroids: Mapping[int, NDArray[np.float32]],
    leaves_under: Mapping[int, Sequence[int]],
    n_passages: Mapping[int, int],
) -> dict[Pair, float]:
    """Cosine of every two ideas, from the mean directions of their leaves.

    ``centroids``: leaf → unit vector; ``n_passages``: leaf → how much it weighs. Ideas without any
    known leaf are left out.
    """
    rows: dict[int, NDArray[np.float32]] = {}
    for idea, leaves in leaves_under.items():
        known = [leaf for leaf in leaves if leaf in centroids]
        if known:
            total = sum(n_passages.get(leaf, 1) * centroids[leaf] for leaf in known)
            length = float(np.linalg.norm(total))
            if length:
                rows[idea] = np.asarray(total / length, dtype=np.float32)
    if not rows:
        return {}
    ids, matrix = list(rows), np.vstack(list(rows.values()))
    cosines = matrix @ matrix.T
    return {
        (a, b): float(cosines[i, j]) for i, a in enumerate(ids) for j, b in enumerate(ids) if i != j
    }
