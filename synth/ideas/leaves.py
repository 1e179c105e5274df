"""Which passages say the same thing: the leaf ideas of a discussion.

Vectors are first drawn towards their neighbours, then merged by average linkage, and the
merging is stopped where the parts are no longer alike, within what people can read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.ideas.linkage import MergeTree, average_linkage, groups_after

SMOOTHING_STEPS = 4
SMOOTHING_SHARE = 0.5
"""How far a passage moves towards the mean of its neighbours in each step."""
MAX_GROUPS = 2_000
"""Groups that enter the linkage; larger discussions are condensed to so many first."""
APART = 0.75
"""Merging stops where the mean cosine between two parts falls under ``1 - APART``."""
ALIKE = 0.01
"""Parts nearer than this say the same and are never split, however few ideas that leaves."""
LEAVES_PER_ROOT = 0.6
"""A readable number of leaves is about this times the square root of the messages."""
FEWEST, MOST = 0.5, 1.6
"""How far the discussion itself may move that number."""
HIGHEST = 240
"""Leaves that 12 top ideas can still hold readably on four levels."""
UNKNOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafRange:
    """How many leaves are readable, and how many messages make one."""

    fewest: int
    most: int
    min_messages: int


def readable_leaves(n_messages: int) -> LeafRange:
    """The readable number of leaves of a discussion: grows like the square root of its size."""
    middle = max(LEAVES_PER_ROOT * np.sqrt(n_messages), min(4.0, n_messages / 4))
    most = max(1, min(HIGHEST, round(MOST * middle)))
    return LeafRange(
        fewest=max(1, min(most, max(round(FEWEST * middle), min(4, n_messages // 5)))),
        most=most,
        min_messages=max(2 if n_messages < 60 else 3, round(n_messages / (8 * middle))),
    )


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


def n_parts_after(tree: MergeTree, counted: NDArray[np.intp]) -> NDArray[np.intp]:
    """(n_groups,) how many parts count after 0, 1, … merges; ``counted`` per node of the tree."""
    n = tree.n_groups
    gained = counted[n:] - counted[tree.left] - counted[tree.right]
    return np.asarray(np.concatenate([[counted[:n].sum()], counted[:n].sum() + np.cumsum(gained)]))


def choose_cut(tree: MergeTree, large: NDArray[np.bool_], readable: LeafRange) -> int:
    """After how many merges to stop: where parts are ``APART``, moved into the readable range."""
    return choose_cut_of(tree, n_parts_after(tree, large.astype(np.intp)), readable)


def choose_cut_of(tree: MergeTree, n_large: NDArray[np.intp], readable: LeafRange) -> int:
    """As :func:`choose_cut`, from the number of parts that count after each merge."""
    n_merges = int(np.searchsorted(tree.distance, APART, side="right"))
    if n_large[n_merges] > readable.most:
        fits = np.flatnonzero(n_large[n_merges:] <= readable.most)
        # Ideas that people hold apart may be more than one reads easily.
        return n_merges + int(fits[0]) if len(fits) else len(tree.distance)
    if n_large[n_merges] < readable.fewest:
        # The largest number that can be had counts when even the fewest are out of reach.
        same = int(np.searchsorted(tree.distance, ALIKE, side="right"))
        possible = n_large[same : n_merges + 1]
        wanted = min(readable.fewest, int(possible.max()))
        return same + int(np.flatnonzero(possible >= wanted)[-1])
    return n_merges


def is_carried(
    tree: MergeTree,
    group: NDArray[np.intp],
    *,
    messages: NDArray[np.intp],
    voices: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Whether enough messages carry each node, and two voices where the discussion has ten."""
    readable = readable_leaves(len(np.unique(messages)))
    large = _is_large(tree, group, messages, readable.min_messages)
    if len(np.unique(voices)) >= 10:
        large &= _is_large(tree, group, voices, 2)
    return large


def find_leaves(
    vectors: NDArray[np.float32],
    group: NDArray[np.intp],
    *,
    messages: NDArray[np.intp],
    voices: NDArray[np.intp],
) -> NDArray[np.intp]:
    """The leaf of each passage, (n,) numbered from 0; every passage gets one.

    ``vectors`` float32 (n, dim) are smoothed unit rows, n at least 1; ``group`` (n,) their
    groups as :func:`condensed` gives them. A leaf is carried by enough ``messages``, and by
    two ``voices`` where the discussion has ten or more.
    """
    n_messages = len(np.unique(messages))
    readable = readable_leaves(n_messages)
    n_groups = int(group.max()) + 1
    if readable.most == 1 or n_groups == 1:
        return np.zeros(len(vectors), dtype=np.intp)
    weights = np.bincount(group, minlength=n_groups).astype(np.float64)
    tree = average_linkage(group_means(vectors, group, n_groups), weights)
    large = is_carried(tree, group, messages=messages, voices=voices)
    if not large.any():
        return np.zeros(len(vectors), dtype=np.intp)
    node = groups_after(tree, choose_cut(tree, large, readable))
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
