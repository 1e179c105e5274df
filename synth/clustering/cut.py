"""How many leaf ideas a discussion gets: as many as hold together, within what people can read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.vectors import membership
from synth.clustering.linkage import MergeTree

RESOLUTION = 0.85
"""Weight of what chance would put together. Between 0.75 and 1 the agreement with people hardly
changes; see docs/quality.md."""
USUAL = 0.02
"""What it costs in modularity to have e times as many leaves as usual, or as few. In a large
discussion modularity is nearly the same for 30 parts and for 100 (its resolution limit, Fortunato
& Barthélemy 2007); there the usual number decides."""
SAME = 0.01
"""Parts nearer than this say the same and are never split, however few ideas that leaves."""
LEAVES_PER_ROOT = 0.6
"""A readable number of leaves is about this times the square root of the messages."""
FEWEST, MOST = 0.5, 1.6
"""How far the discussion itself may move that number."""
HIGHEST = 120
"""Leaves of a cut that 12 top ideas can still hold on two levels; large ones are divided again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafRange:
    """How many leaves are readable, and how many messages make one."""

    fewest: int
    usual: float
    most: int
    min_messages: int


def readable_leaves(n_messages: int) -> LeafRange:
    """The readable number of leaves of a discussion: grows like the square root of its size."""
    middle = max(LEAVES_PER_ROOT * np.sqrt(n_messages), min(4.0, n_messages / 4))
    most = max(1, min(HIGHEST, round(MOST * middle)))
    return LeafRange(
        fewest=max(1, min(most, max(round(FEWEST * middle), min(4, n_messages // 5)))),
        usual=float(middle),
        most=most,
        min_messages=max(2 if n_messages < 60 else 3, round(n_messages / (8 * middle))),
    )


def between_groups(graph: sp.csr_array, group: NDArray[np.intp]) -> sp.csr_array:
    """Similarity between groups (n_groups, n_groups): the sum over the passages in them.

    ``graph`` (n, n) is the symmetric similarity graph of the passages, ``group`` (n,) the group
    of each, numbered from 0.
    """
    belongs = membership(group, int(group.max()) + 1, np.float64)
    return sp.csr_array(belongs @ graph @ belongs.T)


def modularity_after(tree: MergeTree, between: sp.csr_array) -> NDArray[np.float64]:
    """(n_groups,) the modularity of the parts after 0, 1, … merges; zeros without any edge.

    The share of similarity inside the parts, less ``RESOLUTION`` times what chance would put
    there (Newman & Girvan 2004; Reichardt & Bornholdt 2006). ``between`` as
    :func:`between_groups` gives it. Each edge is moved up the tree once for every merge of its
    shorter end.
    """
    n = tree.n_groups
    total = float(between.sum())
    if not total:
        return np.zeros(n)
    near = _neighbours(between)
    degree = [*np.asarray(between.sum(axis=1)).ravel().tolist(), *[0.0] * (n - 1)]
    inside = np.empty(n)
    expected = np.empty(n)
    inside[0] = between.diagonal().sum()
    expected[0] = sum(one * one for one in degree)
    for merge, (left, right) in enumerate(
        zip(tree.left.tolist(), tree.right.tolist(), strict=True)
    ):
        inside[merge + 1] = inside[merge] + 2 * near[left].get(right, 0.0)
        expected[merge + 1] = expected[merge] + 2 * degree[left] * degree[right]
        degree[n + merge] = degree[left] + degree[right]
        near.append(_merged(near, left, right, n + merge))
    return np.asarray(inside / total - RESOLUTION * expected / total**2)


def worth_of(part: NDArray[np.intp], graph: sp.csr_array, readable: LeafRange) -> float:
    """What parts side by side are worth: what :func:`choose_cut` makes highest.

    ``part`` (n,) is that of each passage, numbered from 0, and ``graph`` (n, n) the similarity of
    the passages.
    """
    between = between_groups(graph, part)
    total = float(between.sum())
    degree = np.asarray(between.sum(axis=1)).ravel()
    inside, expected = float(between.diagonal().sum()), float(degree @ degree)
    modularity = inside / total - RESOLUTION * expected / total**2 if total else 0.0
    return float(modularity - USUAL * np.log(len(degree) / readable.usual) ** 2)


def _neighbours(between: sp.csr_array) -> list[dict[int, float]]:
    """Per group, its similarity to each other group it has an edge to."""
    edges = between.tocoo()
    near: list[dict[int, float]] = [{} for _ in range(edges.shape[0])]
    for row, column, weight in zip(
        edges.row.tolist(), edges.col.tolist(), edges.data.tolist(), strict=True
    ):
        if row != column:
            near[row][column] = weight
    return near


def _merged(near: list[dict[int, float]], left: int, right: int, node: int) -> dict[int, float]:
    """The neighbours of both as those of ``node``; changes ``near`` for them as well."""
    few, many = sorted((near[left], near[right]), key=len)
    near[left] = near[right] = {}
    for other, weight in few.items():
        many[other] = many.get(other, 0.0) + weight
    many.pop(left, None)
    many.pop(right, None)
    for other in many:
        near[other].pop(left, None)
        near[other].pop(right, None)
        near[other][node] = many[other]
    return many


def choose_cut(
    tree: MergeTree,
    between: sp.csr_array,
    large: NDArray[np.bool_] | NDArray[np.intp],
    readable: LeafRange,
) -> int:
    """After how many merges to stop: where modularity is highest within the readable range, less
    what an unusual number costs.

    ``large`` (n_nodes,) says which parts may be ideas, or how many ideas each must become. Where
    no cut gives a readable number, the nearest to it that can be had counts.
    """
    n_large = _n_large_after(tree, large)
    same = int(np.searchsorted(tree.distance, SAME, side="right"))
    # Before the most parts have grown large enough, a cut would leave most passages out.
    first = max(same, int(np.argmax(n_large)))
    after = np.arange(len(n_large))
    fits = (n_large >= readable.fewest) & (n_large <= readable.most) & (after >= first)
    if not fits.any():
        wanted = min(readable.fewest, int(n_large[first:].max()))
        return first + int(np.flatnonzero(n_large[first:] >= wanted)[-1])
    choices = np.flatnonzero(fits)
    unusual = np.log(n_large[choices] / readable.usual) ** 2
    worth = modularity_after(tree, between)[choices] - USUAL * unusual
    return int(choices[np.argmax(worth)])


def _n_large_after(
    tree: MergeTree, large: NDArray[np.bool_] | NDArray[np.intp]
) -> NDArray[np.intp]:
    """(n_groups,) how many large parts there are after 0, 1, … merges."""
    n = tree.n_groups
    gained = large[n:].astype(np.intp) - large[tree.left] - large[tree.right]
    return np.asarray(np.concatenate([[large[:n].sum()], large[:n].sum() + np.cumsum(gained)]))
