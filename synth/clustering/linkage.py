"""Average linkage over groups of passages: smoothed, condensed, then merged step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.embedders import n_usable
from models.vectors import in_threads, membership

SMOOTHING_STEPS = 4
SMOOTHING_SHARE = 0.5
"""How far a passage moves towards the mean of its neighbours in each step."""
SMOOTHED_AT_ONCE = 8_192
"""Passages that are moved in one go; it bounds the memory."""
MAX_GROUPS = 2_000
"""Groups that enter the linkage; larger discussions are condensed to so many first."""
LARGE = 20_000
"""Passages from which condensing them is worth several threads."""


def smoothed(vectors: NDArray[np.float32], graph: sp.csr_array) -> NDArray[np.float32]:
    """Vectors drawn towards their neighbours, which evens out wording. float32 (n, dim).

    Lazy diffusion over the neighbour graph: ``SMOOTHING_STEPS`` times, each row moves by
    ``SMOOTHING_SHARE`` to the weighted mean of its neighbours and is scaled to length one.
    """
    degree = np.asarray(graph.sum(axis=1)).ravel()
    inverse = np.divide(1.0, degree, out=np.zeros_like(degree), where=degree > 0)
    walk = (sp.diags_array(inverse.astype(np.float32)) @ graph).tocsr()
    lonely = (degree == 0)[:, None]
    rows = np.asarray(vectors, dtype=np.float32)
    for _ in range(SMOOTHING_STEPS):
        moved = np.empty_like(rows)
        for start in range(0, len(rows), SMOOTHED_AT_ONCE):
            some = slice(start, start + SMOOTHED_AT_ONCE)
            mixed = (1 - SMOOTHING_SHARE) * rows[some] + SMOOTHING_SHARE * (walk[some] @ rows)
            lengths = np.linalg.norm(mixed, axis=1, keepdims=True)
            mixed /= np.where(lengths > 0, lengths, 1.0)
            moved[some] = np.where(lonely[some], rows[some], mixed)
        rows = moved
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
    with in_threads(n_usable() if n > LARGE else 1):
        means.train(np.ascontiguousarray(vectors))
        _, nearest = means.index.search(np.ascontiguousarray(vectors), 1)
    return np.asarray(np.unique(nearest.ravel(), return_inverse=True)[1])


def group_means(
    vectors: NDArray[np.float32], group: NDArray[np.intp], n_groups: int
) -> NDArray[np.float32]:
    """Mean vector per group, float32 (n_groups, dim); rows with a negative group count nowhere."""
    belongs = membership(group, n_groups)
    sizes = np.asarray(belongs.sum(axis=1)).ravel()
    return np.asarray((belongs @ vectors) / np.maximum(sizes, 1.0)[:, None], dtype=np.float32)


def unit_means(
    vectors: NDArray[np.float32], group: NDArray[np.intp], n_groups: int
) -> NDArray[np.float32]:
    """Mean direction per group, float32 (n_groups, dim); zero for a group without rows."""
    means = group_means(vectors, group, n_groups)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return means


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTree:
    """Which groups merge with which, in order of growing distance.

    Node ``i < n_groups`` is group ``i``; node ``n_groups + j`` is born by merge ``j``.
    """

    n_groups: int
    left: NDArray[np.intp]
    """(n_groups - 1,) node merged by each merge."""
    right: NDArray[np.intp]
    distance: NDArray[np.float64]
    """(n_groups - 1,) one minus the mean cosine between the two, not decreasing."""

    def totals(self, counts: NDArray[np.intp]) -> NDArray[np.intp]:
        """(n_nodes,) the sum of ``counts`` (n_groups,) over the groups in every node."""
        total = [*counts.tolist()]
        for left, right in zip(self.left.tolist(), self.right.tolist(), strict=True):
            total.append(total[left] + total[right])
        return np.array(total, dtype=np.intp)

    def members(self, group: NDArray[np.intp]) -> list[list[int]]:
        """The passages in every node; ``group`` (n,) is the group of each."""
        below: list[list[int]] = [[] for _ in range(self.n_groups)]
        for row, of in enumerate(group.tolist()):
            below[of].append(row)
        for one, other in zip(self.left.tolist(), self.right.tolist(), strict=True):
            below.append(below[one] + below[other])
        return below


def _chain(
    similarity: NDArray[np.float64], weights: NDArray[np.float64]
) -> list[tuple[int, int, float]]:
    """Merges found along nearest-neighbour chains (Benzécri 1982; Murtagh 1983), unordered.

    ``similarity`` is overwritten. A merged group lives on in the slot of its second part.
    """
    n = len(weights)
    alive = np.ones(n, dtype=bool)
    height = np.zeros(n)
    merges: list[tuple[int, int, float]] = []
    chain: list[int] = []
    np.fill_diagonal(similarity, -np.inf)
    while len(merges) < n - 1:
        if not chain:
            chain.append(int(np.argmax(alive)))
        while True:
            top = chain[-1]
            nearest = int(np.argmax(similarity[top]))
            # Where several are equally near, stay with the one the chain came from.
            if len(chain) > 1 and similarity[top, chain[-2]] >= similarity[top, nearest]:
                nearest = chain[-2]
                break
            chain.append(nearest)
        chain = chain[:-2]
        # Rounding must not put a merge below one it contains: the order would break.
        own = float(1.0 - similarity[top, nearest])
        height[nearest] = max(own, height[top], height[nearest])
        merges.append((top, nearest, float(height[nearest])))
        both = weights[top] + weights[nearest]
        mixed = (weights[top] * similarity[top] + weights[nearest] * similarity[nearest]) / both
        alive[top] = False
        mixed[~alive] = -np.inf
        mixed[nearest] = -np.inf
        similarity[nearest], similarity[:, nearest] = mixed, mixed
        similarity[top], similarity[:, top] = -np.inf, -np.inf
        weights[nearest] = both
    return merges


def average_linkage(means: NDArray[np.float32], weights: NDArray[np.float64]) -> MergeTree:
    """Merge groups by the mean cosine between their passages (UPGMA; Sokal & Michener 1958).

    ``means`` float32 (n_groups, dim): mean of each group's unit vectors, not rescaled, so
    that a product of two rows is the mean cosine between the passages of the two groups.
    ``weights`` (n_groups,) passages per group. Memory and time grow with n_groups squared.
    """
    n = len(means)
    exact = means.astype(np.float64)
    if n > 1 and (weights == weights[0]).all():
        return _unweighted(exact)
    merges = _chain(exact @ exact.T, weights.astype(np.float64).copy())
    # Equal distances keep the order of the chain, in which parts come before the whole.
    merges.sort(key=lambda merge: merge[2])
    node_of_slot = np.arange(n)
    left, right = np.empty(n - 1, dtype=np.intp), np.empty(n - 1, dtype=np.intp)
    for number, (gone, kept, _) in enumerate(merges):
        left[number], right[number] = node_of_slot[gone], node_of_slot[kept]
        node_of_slot[kept] = n + number
    distance = np.array([merge[2] for merge in merges], dtype=np.float64)
    return MergeTree(n_groups=n, left=left, right=right, distance=distance)


def _unweighted(means: NDArray[np.float64]) -> MergeTree:
    """The same for groups of one weight, where a library can do it."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    distances = means @ means.T
    np.subtract(1.0, distances, out=distances)
    merges = linkage(squareform(distances, checks=False), "average")
    left, right = merges[:, 0].astype(np.intp), merges[:, 1].astype(np.intp)
    return MergeTree(n_groups=len(means), left=left, right=right, distance=merges[:, 2])


def groups_after(
    tree: MergeTree, n_merges: int, *, is_undone: NDArray[np.bool_] | None = None
) -> NDArray[np.intp]:
    """The node each group belongs to when only the first ``n_merges`` merges are done.

    ``is_undone`` (n_nodes,): nodes whose two parts stay apart all the same.
    """
    root = np.arange(tree.n_groups + n_merges)
    for merge in range(n_merges - 1, -1, -1):
        node = tree.n_groups + merge
        if is_undone is not None and is_undone[node]:
            continue
        root[tree.left[merge]] = root[node]
        root[tree.right[merge]] = root[node]
    return np.asarray(root[: tree.n_groups])


def linkage_of(vectors: NDArray[np.float32], group: NDArray[np.intp]) -> MergeTree:
    """The merge tree of groups of passages; ``group`` (n,) is the group of each row."""
    sizes = np.bincount(group)
    means = group_means(vectors, group, len(sizes))
    return average_linkage(means, sizes.astype(np.float64))
