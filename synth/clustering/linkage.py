"""Average linkage over groups of passages, exact and in quadratic time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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


def groups_after(tree: MergeTree, n_merges: int) -> NDArray[np.intp]:
    """The node each group belongs to when only the first ``n_merges`` merges are done."""
    root = np.arange(tree.n_groups + n_merges)
    for merge in range(n_merges - 1, -1, -1):
        node = tree.n_groups + merge
        root[tree.left[merge]] = root[node]
        root[tree.right[merge]] = root[node]
    return np.asarray(root[: tree.n_groups])
