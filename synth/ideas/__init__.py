"""Finds the ideas of a discussion: vectors and a neighbour graph in, a tree of ideas out."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.ideas.hierarchy import as_rows, gather
from synth.ideas.leaves import Copied, condensed, find_leaves, group_means, smoothed
from synth.ideas.stability import Resampled, members, stability_of
from synth.records import IdeaTree

N_RESAMPLINGS = 8

__all__ = ["N_RESAMPLINGS", "Copied", "find_ideas"]


def find_ideas(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    *,
    voices: NDArray[np.intp] | None = None,
    groups: NDArray[np.intp] | None = None,
    copied: Copied | None = None,
    seed: int = 0,
    n_resamplings: int = N_RESAMPLINGS,
) -> IdeaTree:
    """The ideas of a discussion, with every passage in the leaf it is nearest to.

    ``vectors`` float32 (n, dim): centred unit rows; ``graph`` (n, n): their similarity
    graph. ``voices`` and ``groups`` (n,): author and message of each passage, by any
    numbers; without them every passage is a message of its own by somebody else. ``copied``:
    passages left out because they repeat a row; they help to carry its idea. The
    result has 1 to 4 levels, at most 12 ideas side by side, and a number of leaves that
    the discussion chooses within what its size makes readable. ``weight`` is the cosine of
    a passage with its leaf, cut at 0; :mod:`synth.placement` decides who stays unplaced.
    Deterministic for a given seed. Raises ValueError when the arrays do not belong together.
    """
    n = len(vectors)
    if graph.shape != (n, n):
        raise ValueError(f"a graph of {graph.shape} for {n} vectors")
    messages = np.arange(n) if groups is None else np.asarray(groups, dtype=np.intp)
    authors = messages if voices is None else np.asarray(voices, dtype=np.intp)
    if len(messages) != n or len(authors) != n:
        raise ValueError(f"{len(messages)} groups and {len(authors)} voices for {n} vectors")
    if n == 0:
        return _no_ideas()
    looped = graph if copied is None else copied.with_loops(graph)
    settled = smoothed(vectors, looped)
    condensate = condensed(settled, seed=seed)
    found = find_leaves(
        settled, looped, condensate, messages=messages, voices=authors, copied=copied
    )
    n_leaves = int(found.max()) + 1
    centroids = group_means(settled, found, n_leaves)
    centroids /= np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), 1e-12)
    sizes = np.bincount(found, minlength=n_leaves)
    rows = as_rows(gather(centroids), sizes)
    leaf = rows.row_of_leaf[found].astype(np.int32)
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
    )


def _cosine_with_own(
    vectors: NDArray[np.float32], leaf: NDArray[np.int32], n_ideas: int
) -> NDArray[np.float32]:
    means = group_means(vectors, leaf.astype(np.intp), n_ideas)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    cosine = np.einsum("ij,ij->i", vectors, means[leaf])
    return np.asarray(np.clip(cosine, 0.0, 1.0), dtype=np.float32)


def _no_ideas() -> IdeaTree:
    none = np.empty(0, dtype=np.int32)
    empty = np.empty(0, dtype=np.float32)
    return IdeaTree(parent=none, level=none, leaf=none, weight=empty, stability=empty)
