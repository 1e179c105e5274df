"""New leaf ideas on a map that stays: what later passages say and no idea of the map does."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.authorship import NOWHERE, Authorship
from synth.clustering.cut import readable_leaves
from synth.clustering.linkage import condensed, groups_after, linkage_of, smoothed
from synth.clustering.tree import MAX_CHILDREN, MAX_LEVELS

APART = 0.75
"""Parts whose mean cosine is under ``1 - APART`` are not merged at all."""
COHESIVE = 0.35
"""Mean cosine with the others' mean direction from which passages are one idea."""
NEARER = 0.2
"""How much nearer to the new idea than to any idea that is there, on average."""


def new_leaves(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    authorship: Authorship,
    *,
    centroids: NDArray[np.float32],
    discussion: Authorship,
    seed: int = 0,
) -> NDArray[np.intp]:
    """The new idea of each passage, (n,) numbered from 0, `NOWHERE` for most.

    ``vectors`` float32 (n, dim): centred unit rows of passages that may open an idea, new ones
    and those that have no idea yet; ``graph`` (n, n): their similarity graph; ``authorship``: that
    of these passages, and ``discussion`` that of all. ``centroids`` float32 (n_leaves, dim): the
    ideas that are there. Passages are merged among themselves as `find_leaves` does it. A part
    becomes an idea when as many messages and voices carry it as must carry any idea of the
    discussion, when it is `COHESIVE`, and when it lies apart: its passages are `NEARER` to each
    other than to the idea each is nearest to. A part that is not is looked at half by half.
    Passages that fit it worse than an idea that is there, or hardly, are left out of it.
    """
    found = np.full(len(vectors), NOWHERE, dtype=np.intp)
    messages, voices = authorship.messages, authorship.voices
    least = readable_leaves(len(np.unique(discussion.messages))).min_messages
    least_voices = 2 if len(np.unique(discussion.voices)) >= 10 else 1
    if len(np.unique(messages)) < least:
        return found
    smooth = smoothed(vectors, graph)
    group = condensed(smooth, seed=seed)
    tree = linkage_of(smooth, group)
    below = tree.members(group)
    there = (vectors @ centroids.T).max(axis=1, initial=0.0)
    n_merges = int(np.searchsorted(tree.distance, APART, side="right"))
    waiting = deque(sorted(set(groups_after(tree, n_merges).tolist())))
    n_found = 0
    while waiting:
        node = waiting.popleft()
        rows = np.array(below[node], dtype=np.intp)
        if len(np.unique(messages[rows])) < least:
            continue
        own = _fit(vectors[rows])
        rows = rows[(own > there[rows]) & (own >= COHESIVE / 2)]
        own = _fit(vectors[rows])
        is_carried = (
            len(np.unique(messages[rows])) >= least and len(np.unique(voices[rows])) >= least_voices
        )
        if is_carried and own.mean() >= COHESIVE and (own - there[rows]).mean() >= NEARER:
            found[rows] = n_found
            n_found += 1
        elif (merge := node - tree.n_groups) >= 0:
            waiting += [int(tree.left[merge]), int(tree.right[merge])]
    return found


def _fit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) the cosine of each row with the mean direction of the others."""
    total = rows.sum(axis=0)
    others = total - rows
    lengths = np.linalg.norm(others, axis=1)
    return np.asarray(
        np.einsum("ij,ij->i", rows, others) / np.where(lengths > 0, lengths, 1.0), np.float32
    )


Parents = Mapping[int, int | None]
"""Idea → the idea above it, None for a top idea."""


def parent_for(
    centroid: NDArray[np.float32],
    parents: Parents,
    centroids: Mapping[int, NDArray[np.float32]],
) -> int | None:
    """The idea that a new leaf with this ``centroid`` goes under; None for a top idea.

    ``centroids``: leaf idea → its unit centroid. The leaf goes under the top idea it is nearest
    to, unless it is farther from it than every child it has; then it is a top idea of its own.
    Where a top idea is full, the nearest idea below it that has children takes the leaf.
    Leaves are never made into parents. Raises ValueError when there is no room for it within
    `MAX_CHILDREN` and `MAX_LEVELS`.
    """
    children: dict[int | None, list[int]] = {}
    for idea, above in parents.items():
        children.setdefault(above, []).append(idea)

    def direction(idea: int) -> NDArray[np.float32]:
        below = [direction(child) for child in children.get(idea, ())]
        total = sum(below, centroids.get(idea, np.zeros_like(centroid)))
        length = float(np.linalg.norm(total))
        return np.asarray(total / length if length else total, dtype=np.float32)

    def nearest(ideas: Sequence[int]) -> int | None:
        broad = [idea for idea in ideas if children.get(idea)]
        return max(broad, key=lambda idea: (float(direction(idea) @ centroid), -idea), default=None)

    tops = children.get(None, [])
    top = nearest(tops)
    is_own = len(tops) < MAX_CHILDREN
    if top is None:
        if is_own:
            return None
        raise ValueError("no idea has room for another one")
    middle = direction(top)
    farthest = min(float(direction(child) @ middle) for child in children[top])
    if is_own and float(middle @ centroid) < farthest:
        return None
    found, level = top, 1
    while len(children[found]) >= MAX_CHILDREN:
        below = nearest(children[found])
        level += 1
        if below is None or level >= MAX_LEVELS:
            if is_own:
                return None
            raise ValueError("no idea has room for another one")
        found = below
    return found
