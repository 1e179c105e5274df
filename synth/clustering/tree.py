"""Leaf ideas gathered under broader ones, a readable number at each level."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_CHILDREN = 12
FEW = 6
"""So few leaves are shown side by side, without a level above them."""
MAX_LEVELS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An idea and the leaves under it."""

    leaves: NDArray[np.intp]
    children: tuple[Branch, ...] = ()
    held: int = -1
    """The held idea that it is, or -1."""


def ward_parts(
    means: NDArray[np.float32], leaves: NDArray[np.intp], n_parts: int
) -> list[NDArray[np.intp]]:
    """The leaves in ``n_parts`` parts of about equal breadth (Ward 1963 on unit centroids)."""
    from scipy.cluster.hierarchy import fcluster, ward

    if n_parts >= len(leaves):
        return [leaves[row : row + 1] for row in range(len(leaves))]
    part = fcluster(ward(means[leaves].astype(np.float64)), n_parts, "maxclust")
    return [leaves[part == name] for name in np.unique(part)]


def _branch(means: NDArray[np.float32], leaves: NDArray[np.intp], levels_left: int) -> Branch:
    if len(leaves) == 1:
        return Branch(leaves=leaves)
    if len(leaves) <= MAX_CHILDREN:
        n_parts = len(leaves)
    else:
        # One more level: as many children as each of them will have in turn. On the last
        # level the parts themselves become leaves, so that no idea has too many children.
        root = int(np.ceil(len(leaves) ** (1 / max(1, levels_left))))
        n_parts = MAX_CHILDREN if levels_left <= 1 else int(np.clip(root, 4, MAX_CHILDREN))
    parts = ward_parts(means, leaves, n_parts)
    if levels_left <= 1:
        return Branch(leaves=leaves, children=tuple(Branch(leaves=part) for part in parts))
    children = tuple(_branch(means, part, levels_left - 1) for part in parts)
    return Branch(leaves=leaves, children=children)


def gather(means: NDArray[np.float32]) -> tuple[Branch, ...]:
    """The top ideas over leaves with unit centroids ``means`` float32 (n_leaves, dim).

    At most ``MAX_CHILDREN`` ideas side by side and ``MAX_LEVELS`` levels. A branch without
    children is a leaf idea; it may stand for several of the given leaves where there were
    too many to show.
    """
    leaves = np.arange(len(means))
    if len(leaves) <= FEW:
        return tuple(Branch(leaves=leaves[row : row + 1]) for row in leaves)
    n_tops = int(np.clip(round(np.sqrt(len(leaves)) * 1.2), 4, MAX_CHILDREN))
    tops = ward_parts(means, leaves, n_tops)
    return tuple(_branch(means, top, MAX_LEVELS - 1) for top in tops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A forest of branches as rows, parents before children, broadest first."""

    parent: NDArray[np.int32]
    level: NDArray[np.int32]
    row_of_leaf: NDArray[np.intp]
    """(n_leaves,) the row of the leaf idea that holds each given leaf."""
    held: NDArray[np.int32]
    """The held idea that each row is, or -1."""


def as_rows(tops: tuple[Branch, ...], sizes: NDArray[np.intp]) -> Rows:
    """Number the ideas level by level; ``sizes`` (n_leaves,) order siblings, largest first."""
    parent: list[int] = []
    level: list[int] = []
    held: list[int] = []
    row_of_leaf = np.full(len(sizes), -1, dtype=np.intp)

    def largest_first(branches: tuple[Branch, ...]) -> list[Branch]:
        return sorted(branches, key=lambda b: (-int(sizes[b.leaves].sum()), int(b.leaves[0])))

    waiting = deque((top, -1, 1) for top in largest_first(tops))
    while waiting:
        branch, above, depth = waiting.popleft()
        row = len(parent)
        parent.append(above)
        level.append(depth)
        held.append(branch.held)
        if branch.children:
            waiting.extend((child, row, depth + 1) for child in largest_first(branch.children))
        else:
            row_of_leaf[branch.leaves] = row
    return Rows(
        parent=np.array(parent, dtype=np.int32),
        level=np.array(level, dtype=np.int32),
        row_of_leaf=row_of_leaf,
        held=np.array(held, dtype=np.int32),
    )
