"""Finds the ideas of a discussion: vectors and a neighbour graph in, a tree of ideas out."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.constraints import ANY, FREE, TOP, UNPLACED, Constraints
from synth.clustering.held_leaves import Leaves, find_held_leaves
from synth.clustering.leaves import Copied, condensed, find_leaves, group_means, smoothed
from synth.clustering.skeleton import gather_around
from synth.clustering.stability import Resampled, members, stability_of
from synth.clustering.tree import Rows, as_rows, gather
from synth.records import IdeaTree

N_RESAMPLINGS = 8
UNKNOWN_IDEA = -1

__all__ = ["ANY", "FREE", "N_RESAMPLINGS", "TOP", "UNPLACED", "Constraints", "Copied", "find_ideas"]


def find_ideas(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    *,
    voices: NDArray[np.intp] | None = None,
    groups: NDArray[np.intp] | None = None,
    copied: Copied | None = None,
    seed: int = 0,
    n_resamplings: int = N_RESAMPLINGS,
    constraints: Constraints | None = None,
) -> IdeaTree:
    """The ideas of a discussion, with every passage in the leaf it is nearest to.

    ``vectors`` float32 (n, dim): centred unit rows; ``graph`` (n, n): their similarity
    graph. ``voices`` and ``groups`` (n,): author and message of each passage, by any
    numbers; without them every passage is a message of its own by somebody else. ``copied``:
    passages left out because they repeat a row; they help to carry its idea. The
    result has 1 to 4 levels, at most 12 ideas side by side, and a number of leaves that
    the discussion chooses within what its size makes readable. ``weight`` is the cosine of
    a passage with its leaf, cut at 0; the assignment decides who stays unplaced.
    Deterministic for a given seed. With ``constraints`` people's decisions come first: held
    ideas are found again, passages that a person put under none have leaf -1, and the bounds
    hold as far as the decisions leave room. Raises ValueError when the arrays do not belong
    together.
    """
    n = len(vectors)
    if graph.shape != (n, n):
        raise ValueError(f"a graph of {graph.shape} for {n} vectors")
    messages = np.arange(n) if groups is None else np.asarray(groups, dtype=np.intp)
    authors = messages if voices is None else np.asarray(voices, dtype=np.intp)
    if len(messages) != n or len(authors) != n:
        raise ValueError(f"{len(messages)} groups and {len(authors)} voices for {n} vectors")
    if constraints is not None and len(constraints.core) != n:
        raise ValueError(f"constraints on {len(constraints.core)} passages for {n} vectors")
    if n == 0:
        return _no_ideas(0)
    looped = graph if copied is None else copied.with_loops(graph)
    settled = smoothed(vectors, looped)
    condensate = condensed(settled, seed=seed)
    leaves = _leaves(
        settled, looped, condensate, constraints, messages=messages, voices=authors, copied=copied
    )
    if not len(leaves.held):
        return _no_ideas(n)
    rows = _rows(settled, leaves, constraints)
    leaf = np.where(leaves.of >= 0, rows.row_of_leaf[leaves.of], UNKNOWN_IDEA).astype(np.int32)
    member = members(rows.parent, leaf)
    return IdeaTree(
        parent=rows.parent,
        level=rows.level,
        leaf=leaf,
        weight=_cosine_with_own(vectors, leaf, len(rows.parent)),
        stability=stability_of(
            member,
            Resampled(vectors=vectors, graph=graph, settled=settled, group=condensate),
            messages=messages,
            seed=seed,
            n_runs=n_resamplings,
        ),
        held=None if constraints is None else rows.held,
    )


def _leaves(
    settled: NDArray[np.float32],
    graph: sp.csr_array,
    group: NDArray[np.intp],
    constraints: Constraints | None,
    *,
    messages: NDArray[np.intp],
    voices: NDArray[np.intp],
    copied: Copied | None,
) -> Leaves:
    """The leaves, with those that people hold where they decided anything."""
    if constraints is not None:
        return find_held_leaves(
            settled, graph, group, constraints, messages=messages, voices=voices, copied=copied
        )
    found = find_leaves(settled, graph, group, messages=messages, voices=voices, copied=copied)
    return Leaves(of=found, held=np.full(int(found.max()) + 1, FREE))


def _rows(settled: NDArray[np.float32], leaves: Leaves, constraints: Constraints | None) -> Rows:
    """The tree over the leaves."""
    n_leaves = len(leaves.held)
    centroids = group_means(settled, leaves.of, n_leaves)
    centroids /= np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), 1e-12)
    inside = leaves.of >= 0
    sizes = np.bincount(leaves.of[inside], minlength=n_leaves)
    if constraints is None:
        return as_rows(gather(centroids), sizes)
    stood = np.zeros((n_leaves, constraints.n_held), dtype=np.intp)
    came = np.flatnonzero(inside & (constraints.under >= 0))
    np.add.at(stood, (leaves.of[came], constraints.under[came]), 1)
    return as_rows(gather_around(centroids, sizes, leaves.held, stood, constraints), sizes)


def _cosine_with_own(
    vectors: NDArray[np.float32], leaf: NDArray[np.int32], n_ideas: int
) -> NDArray[np.float32]:
    means = group_means(vectors, leaf.astype(np.intp), n_ideas)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    cosine = np.einsum("ij,ij->i", vectors, means[leaf])
    return np.asarray(np.where(leaf >= 0, np.clip(cosine, 0.0, 1.0), 0.0), dtype=np.float32)


def _no_ideas(n: int) -> IdeaTree:
    """No idea over ``n`` passages."""
    none = np.empty(0, dtype=np.int32)
    return IdeaTree(
        parent=none,
        level=none,
        leaf=np.full(n, UNKNOWN_IDEA, dtype=np.int32),
        weight=np.zeros(n, dtype=np.float32),
        stability=np.empty(0, dtype=np.float32),
    )
