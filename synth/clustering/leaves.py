"""Which passages say the same thing: the leaf ideas of a discussion.

A clusterer parts the passages. People's decisions come first: held ideas stay apart, linked
passages stay together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.clustering.authorship import NOWHERE, Authorship, Carriers
from synth.clustering.constraints import FREE, UNPLACED, Blocks, Constraints, blocks_of
from synth.clustering.cut import LeafRange, readable_leaves
from synth.clustering.linkage import unit_means
from synth.clustering.parts import Clusterer, Parts, Smoothed


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """Leaf ideas with the decisions behind them."""

    of: NDArray[np.intp]
    """(n,) the leaf of each passage, numbered from 0, or ``NOWHERE``."""
    held: NDArray[np.intp]
    """(n_leaves,) the held idea that each leaf is, or ``FREE``."""
    parts: Parts | None
    """How the clusterer found them; None where there was nothing to cluster."""


def find_leaves(
    passages: Smoothed,
    authorship: Authorship,
    constraints: Constraints,
    *,
    clusterer: Clusterer,
    readable: LeafRange | None = None,
) -> Leaves:
    """The leaf of each passage; only those that people put under no idea have none.

    ``passages`` hold at least one passage. A leaf is carried by enough messages, and by two voices
    where the discussion has ten or more. Linked passages that the clusterer parted are joined
    again under the leaf nearest to all; of two passages that must stay apart, the one that fits
    worse goes to its next best leaf (constrained assignment as in COP-k-means, Wagstaff et al.
    2001).
    """
    blocks = blocks_of(constraints)
    inside = np.flatnonzero(blocks.core[blocks.of] != UNPLACED)
    of = np.full(len(passages.vectors), NOWHERE, dtype=np.intp)
    if not len(inside):
        return Leaves(of=of, held=np.empty(0, dtype=np.intp), parts=None)
    within, some = Blocks(of=blocks.of[inside], core=blocks.core), passages.take(inside)
    written = authorship.take(inside)
    allowed = readable or readable_leaves(len(np.unique(written.messages)))
    parts = clusterer.parts(some, Carriers(written, allowed), within)
    of[inside] = _rejoined(some.vectors, parts.of, within)
    _set_apart(passages.vectors, of, blocks, constraints.apart)
    names, number = np.unique(of[of >= 0], return_inverse=True)
    of[of >= 0] = number
    held = np.full(len(names), FREE, dtype=np.intp)
    core = blocks.core[blocks.of]
    claimed = np.flatnonzero((core >= 0) & (of >= 0))
    held[of[claimed]] = core[claimed]
    return Leaves(of=of, held=held, parts=parts)


def _rejoined(
    vectors: NDArray[np.float32], leaf: NDArray[np.intp], blocks: Blocks
) -> NDArray[np.intp]:
    """Linked passages that no large part held, back together under the leaf nearest to all."""
    shared = np.flatnonzero(np.bincount(blocks.of, minlength=len(blocks.core)) > 1)
    if not len(shared):
        return leaf
    leaf = leaf.copy()
    centroids = unit_means(vectors, leaf, int(leaf.max()) + 1)
    for block in shared:
        rows = np.flatnonzero(blocks.of == block)
        if len(np.unique(leaf[rows])) > 1:
            leaf[rows] = int(np.argmax(centroids @ vectors[rows].sum(axis=0)))
    return leaf


def _set_apart(
    vectors: NDArray[np.float32],
    leaf: NDArray[np.intp],
    blocks: Blocks,
    apart: NDArray[np.intp],
) -> None:
    """Move blocks until no two that must stay apart share a leaf; changes ``leaf``.

    A block only goes where none of its opponents is, so that each pair is dealt with once.
    """
    if not len(apart):
        return
    centroids = unit_means(vectors, leaf, int(leaf.max()) + 1)
    opponents: dict[int, set[int]] = defaultdict(set)
    for one, other in blocks.of[apart].tolist():
        if one != other:
            opponents[one].add(other)
            opponents[other].add(one)
    rows = {block: np.flatnonzero(blocks.of == block) for block in opponents}
    for pair in blocks.of[apart].tolist():
        here = leaf[rows[pair[0]][0]] if pair[0] in rows else NOWHERE
        if pair[0] == pair[1] or here < 0 or here != leaf[rows[pair[1]][0]]:
            continue
        free = [block for block in pair if blocks.core[block] == FREE]
        if not free:
            continue
        fits = {b: centroids @ vectors[rows[b]].mean(axis=0) for b in free}
        mover = min(free, key=lambda b: (float(fits[b][here]), -b))
        leaf[rows[mover]] = _next_best(fits[mover], leaf, rows, opponents[mover])


def _next_best(
    fit: NDArray[np.float32],
    leaf: NDArray[np.intp],
    rows: Mapping[int, NDArray[np.intp]],
    opponents: set[int],
) -> int:
    """The leaf that fits best among those that hold no opponent; ``NOWHERE`` if all do."""
    taken = [int(leaf[rows[block][0]]) for block in opponents]
    open_to = fit.astype(np.float64)
    open_to[[held for held in taken if held >= 0]] = -np.inf
    best = int(np.argmax(open_to))
    return best if np.isfinite(open_to[best]) else NOWHERE
