"""Which passages say the same thing: the leaf ideas of a discussion.

Vectors are first drawn towards their neighbours, then merged by average linkage, and the
merging is stopped where the parts hold together best, within what people can read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.cut import between_groups, choose_cut, readable_leaves
from synth.clustering.linkage import MergeTree, average_linkage, groups_after

SMOOTHING_STEPS = 4
SMOOTHING_SHARE = 0.5
"""How far a passage moves towards the mean of its neighbours in each step."""
MAX_GROUPS = 2_000
"""Groups that enter the linkage; larger discussions are condensed to so many first."""
UNKNOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Passages that repeat others, and are counted where those are."""

    row: NDArray[np.intp]
    """(n_copies,) row of the passage that each repeats."""
    messages: NDArray[np.intp]
    """(n_copies,)"""
    voices: NDArray[np.intp]
    """(n_copies,)"""

    def with_loops(self, graph: sp.csr_array) -> sp.csr_array:
        """The graph with an edge of weight 1 from each row to itself for every copy, so that
        what many post is not drawn away by its neighbours."""
        copies = np.bincount(self.row, minlength=graph.shape[0]).astype(np.float32)
        return sp.csr_array(graph + sp.diags_array(copies))


def smoothed(vectors: NDArray[np.float32], graph: sp.csr_array) -> NDArray[np.float32]:
    """Vectors drawn towards their neighbours, which evens out wording. float32 (n, dim).

    Lazy diffusion over the neighbour graph: ``SMOOTHING_STEPS`` times, each row moves by
    ``SMOOTHING_SHARE`` to the weighted mean of its neighbours and is scaled to length one.
    """
    degree = np.asarray(graph.sum(axis=1)).ravel()
    inverse = np.divide(1.0, degree, out=np.zeros_like(degree), where=degree > 0)
    walk = (sp.diags_array(inverse.astype(np.float32)) @ graph).tocsr()
    lonely = (degree == 0)[:, None]
    rows = vectors
    for _ in range(SMOOTHING_STEPS):
        around = walk @ rows
        moved = (1 - SMOOTHING_SHARE) * rows + SMOOTHING_SHARE * around
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        moved /= np.where(lengths > 0, lengths, 1.0)
        rows = np.where(lonely, rows, moved).astype(np.float32)
    return rows


def condensed(vectors: NDArray[np.float32], *, seed: int) -> NDArray[np.intp]:
    """The group of each passage: itself in a small discussion, else one of ``MAX_GROUPS``.

    Spherical k-means (Dhillon & Modha 2001) with a seeded start; empty groups are left out.
    """
    n, dim = vectors.shape
    if n <= MAX_GROUPS:
        return np.arange(n)
    import faiss

    means = faiss.Kmeans(
        dim, MAX_GROUPS, niter=6, seed=seed, spherical=True, max_points_per_centroid=15
    )
    means.cp.min_points_per_centroid = 1
    means.train(np.ascontiguousarray(vectors))
    _, nearest = means.index.search(np.ascontiguousarray(vectors), 1)
    return np.asarray(np.unique(nearest.ravel(), return_inverse=True)[1])


def group_means(
    vectors: NDArray[np.float32], group: NDArray[np.intp], n_groups: int
) -> NDArray[np.float32]:
    """Mean vector per group, float32 (n_groups, dim); rows with a negative group count nowhere."""
    member = np.flatnonzero(group >= 0)
    ones = np.ones(len(member), dtype=np.float32)
    belongs = sp.csr_array((ones, (group[member], member)), shape=(n_groups, len(vectors)))
    sizes = np.asarray(belongs.sum(axis=1)).ravel()
    return np.asarray((belongs @ vectors) / np.maximum(sizes, 1.0)[:, None], dtype=np.float32)


def _is_large(
    tree: MergeTree, group: NDArray[np.intp], counted: NDArray[np.intp], least: int
) -> NDArray[np.bool_]:
    """Whether each node of the merge tree holds ``least`` distinct values of ``counted``."""
    few: list[set[int] | None] = [set() for _ in range(tree.n_groups)]
    for passage_group, value in zip(group.tolist(), counted.tolist(), strict=True):
        found = few[passage_group]
        if found is not None:
            found.add(value)
            if len(found) >= least:
                few[passage_group] = None
    for left, right in zip(tree.left.tolist(), tree.right.tolist(), strict=True):
        one, other = few[left], few[right]
        union = None if one is None or other is None else one | other
        few.append(None if union is None or len(union) >= least else union)
    return np.array([found is None for found in few], dtype=bool)


def is_carried(
    tree: MergeTree,
    group: NDArray[np.intp],
    *,
    messages: NDArray[np.intp],
    voices: NDArray[np.intp],
    copied: Copied | None,
) -> NDArray[np.bool_]:
    """Whether enough messages carry each node, and two voices where the discussion has ten."""
    if copied is None:
        carried_by, in_messages, by_voices = group, messages, voices
    else:
        carried_by = np.concatenate([group, group[copied.row]])
        in_messages = np.concatenate([messages, copied.messages])
        by_voices = np.concatenate([voices, copied.voices])
    readable = readable_leaves(len(np.unique(messages)))
    large = _is_large(tree, carried_by, in_messages, readable.min_messages)
    if len(np.unique(voices)) >= 10:
        large &= _is_large(tree, carried_by, by_voices, 2)
    return large


def find_leaves(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    group: NDArray[np.intp],
    *,
    messages: NDArray[np.intp],
    voices: NDArray[np.intp],
    copied: Copied | None = None,
) -> NDArray[np.intp]:
    """The leaf of each passage, (n,) numbered from 0; every passage gets one.

    ``vectors`` float32 (n, dim) are smoothed unit rows, n at least 1; ``graph`` (n, n) is the
    similarity graph of the passages before smoothing; ``group`` (n,) their groups as
    :func:`condensed` gives them. A leaf is carried by enough ``messages``, and by
    two ``voices`` where the discussion has ten or more.
    """
    n_messages = len(np.unique(messages))
    readable = readable_leaves(n_messages)
    n_groups = int(group.max()) + 1
    if readable.most == 1 or n_groups == 1:
        return np.zeros(len(vectors), dtype=np.intp)
    weights = np.bincount(group, minlength=n_groups).astype(np.float64)
    tree = average_linkage(group_means(vectors, group, n_groups), weights)
    large = is_carried(tree, group, messages=messages, voices=voices, copied=copied)
    if not large.any():
        return np.zeros(len(vectors), dtype=np.intp)
    node = groups_after(tree, choose_cut(tree, between_groups(graph, group), large, readable))
    kept = np.where(large[node], node, UNKNOWN)[group]
    return fill(vectors, kept)


def fill(vectors: NDArray[np.float32], leaf: NDArray[np.intp]) -> NDArray[np.intp]:
    """Leaves numbered from 0; passages of parts too small go to the leaf they are nearest to."""
    names = np.unique(leaf[leaf >= 0])
    number = np.where(leaf >= 0, np.searchsorted(names, leaf), UNKNOWN)
    means = group_means(vectors, number, len(names))
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    lost = np.flatnonzero(number < 0)
    number[lost] = np.argmax(vectors[lost] @ means.T, axis=1)
    return number
