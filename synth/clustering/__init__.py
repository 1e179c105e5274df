"""Find the ideas of a discussion: vectors and a neighbour graph in, a tree of ideas out."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.constraints import ANY, FREE, TOP, UNPLACED, Constraints
from synth.clustering.leaves import NOWHERE, Authorship, Copied, Leaves, find_leaves
from synth.clustering.linkage import condensed, smoothed, unit_means
from synth.clustering.stability import Resampled, members, stability_of
from synth.clustering.tree import LeafSet, Rows, as_rows, gather
from synth.records import IdeaTree

N_RESAMPLINGS = 8

__all__ = [
    "ANY",
    "FREE",
    "N_RESAMPLINGS",
    "TOP",
    "UNPLACED",
    "Authorship",
    "Constraints",
    "Copied",
    "find_ideas",
]


def find_ideas(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    *,
    authorship: Authorship | None = None,
    constraints: Constraints | None = None,
    n_resamplings: int = N_RESAMPLINGS,
    seed: int = 0,
) -> IdeaTree:
    """The ideas of a discussion, with every passage in the leaf it is nearest to.

    ``vectors`` float32 (n, dim): centred unit rows; ``graph`` (n, n): their similarity
    graph. ``authorship``: author and message of each passage; without it every passage is a
    message of its own by somebody else. With ``constraints`` people's decisions come first:
    held ideas are found again, passages that a person put under none have leaf -1, and the bounds
    hold as far as the decisions leave room. The result has 1 to 4 levels, at most 12 ideas side by
    side, and a number of leaves that the discussion chooses within what its size makes
    readable. ``weight`` is the cosine of a passage with its leaf, cut at 0; the assignment
    decides who stays unplaced. Deterministic for a given seed. Raises ValueError when the arrays
    do not belong together.
    """
    n = len(vectors)
    if graph.shape != (n, n):
        raise ValueError(f"a graph of {graph.shape} for {n} vectors")
    written = Authorship.single(n) if authorship is None else authorship
    decided = Constraints.none(n) if constraints is None else constraints
    if len(written.messages) != n or len(written.voices) != n:
        lengths = f"{len(written.messages)} messages and {len(written.voices)} voices"
        raise ValueError(f"{lengths} for {n} vectors")
    if len(decided.core) != n:
        raise ValueError(f"constraints on {len(decided.core)} passages for {n} vectors")
    if n == 0:
        return _no_ideas(0)
    looped = graph if written.copied is None else written.copied.with_loops(graph)
    settled = smoothed(vectors, looped)
    group = condensed(settled, seed=seed)
    leaves = find_leaves(settled, looped, group, written, decided)
    if not len(leaves.held):
        return _no_ideas(n)
    rows = _rows(settled, leaves, decided)
    leaf = np.where(leaves.of >= 0, rows.row_of_leaf[leaves.of], NOWHERE).astype(np.int32)
    found = Resampled(vectors=vectors, graph=graph, settled=settled, group=group)
    return IdeaTree(
        parent=rows.parent,
        level=rows.level,
        leaf=leaf,
        weight=_cosine_with_own(vectors, leaf, len(rows.parent)),
        stability=stability_of(
            members(rows.parent, leaf),
            found,
            messages=written.messages,
            seed=seed,
            n_runs=n_resamplings,
        ),
        held=None if constraints is None else rows.held,
    )


def _rows(settled: NDArray[np.float32], leaves: Leaves, constraints: Constraints) -> Rows:
    """The tree over the leaves."""
    n_leaves = len(leaves.held)
    inside = leaves.of >= 0
    sizes = np.bincount(leaves.of[inside], minlength=n_leaves)
    n_from = np.zeros((n_leaves, constraints.n_held), dtype=np.intp)
    rows = np.flatnonzero(inside & (constraints.under >= 0))
    np.add.at(n_from, (leaves.of[rows], constraints.under[rows]), 1)
    found = LeafSet(
        centroids=unit_means(settled, leaves.of, n_leaves),
        sizes=sizes,
        held=leaves.held,
        n_from=n_from,
    )
    return as_rows(gather(found, constraints), sizes)


def _cosine_with_own(
    vectors: NDArray[np.float32], leaf: NDArray[np.int32], n_ideas: int
) -> NDArray[np.float32]:
    means = unit_means(vectors, leaf.astype(np.intp), n_ideas)
    cosine = np.einsum("ij,ij->i", vectors, means[leaf])
    return np.asarray(np.where(leaf >= 0, np.clip(cosine, 0.0, 1.0), 0.0), dtype=np.float32)


def _no_ideas(n: int) -> IdeaTree:
    """No idea over ``n`` passages."""
    none = np.empty(0, dtype=np.int32)
    return IdeaTree(
        parent=none,
        level=none,
        leaf=np.full(n, NOWHERE, dtype=np.int32),
        weight=np.zeros(n, dtype=np.float32),
        stability=np.empty(0, dtype=np.float32),
    )
