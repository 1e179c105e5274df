"""Leaf ideas where people decided something: held ones stay apart, linked passages together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.constraints import FREE, UNPLACED, Blocks, Constraints, blocks_of
from synth.clustering.cut import between_groups, choose_cut, readable_leaves
from synth.clustering.leaves import Copied, fill, group_means, is_carried
from synth.clustering.linkage import MergeTree, average_linkage

NOWHERE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """Leaf ideas with the decisions behind them."""

    of: NDArray[np.intp]
    """(n,) the leaf of each passage, numbered from 0; ``NOWHERE`` for those under no idea."""
    held: NDArray[np.intp]
    """(n_leaves,) the held idea that each leaf is, or ``FREE``."""


def find_held_leaves(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    group: NDArray[np.intp],
    constraints: Constraints,
    *,
    messages: NDArray[np.intp],
    voices: NDArray[np.intp],
    copied: Copied | None = None,
) -> Leaves:
    """The leaf of each passage, as in ``find_leaves`` but held to decisions.

    Held cores and linked passages enter the linkage as one group each; two held cores are
    parted again where the merging joined them; and of two passages that must stay apart, the
    one that fits worse goes to its next best leaf (constrained assignment as in COP-k-means,
    Wagstaff et al. 2001). Arrays as there; ``vectors`` are smoothed.
    """
    blocks = blocks_of(constraints)
    inside = np.flatnonzero(blocks.core[blocks.of] != UNPLACED)
    of = np.full(len(vectors), NOWHERE, dtype=np.intp)
    if not len(inside):
        return Leaves(of=of, held=np.empty(0, dtype=np.intp))
    within = Blocks(of=blocks.of[inside], core=blocks.core)
    some = vectors[inside]
    found = _parts(
        some,
        graph[inside][:, inside],
        group[inside],
        within,
        messages=messages[inside],
        voices=voices[inside],
        copied=None if copied is None else _copied_of(copied, inside),
    )
    of[inside] = _rejoined(some, found, within)
    _part_company(vectors, of, blocks, constraints.apart)
    names, number = np.unique(of[of >= 0], return_inverse=True)
    of[of >= 0] = number
    held = np.full(len(names), FREE, dtype=np.intp)
    core = blocks.core[blocks.of]
    claimed = np.flatnonzero((core >= 0) & (of >= 0))
    held[of[claimed]] = core[claimed]
    return Leaves(of=of, held=held)


def _copied_of(copied: Copied, rows: NDArray[np.intp]) -> Copied:
    """Those that repeat one of ``rows``, ascending, as rows among these."""
    is_of = np.isin(copied.row, rows)
    return Copied(
        row=np.searchsorted(rows, copied.row[is_of]),
        messages=copied.messages[is_of],
        voices=copied.voices[is_of],
    )


def _parts(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    group: NDArray[np.intp],
    blocks: Blocks,
    *,
    messages: NDArray[np.intp],
    voices: NDArray[np.intp],
    copied: Copied | None,
) -> NDArray[np.intp]:
    """The leaf of each passage by linkage, with every held core in a leaf of its own."""
    sizes = np.bincount(blocks.of, minlength=len(blocks.core))
    is_one = (sizes > 1) | (blocks.core >= 0)
    key = np.where(is_one[blocks.of], blocks.of, len(blocks.core) + group)
    _, entry = np.unique(key, return_inverse=True)
    n_entries = int(entry.max()) + 1
    cored = np.zeros(n_entries, dtype=np.intp)
    cored[entry[blocks.core[blocks.of] >= 0]] = 1
    weights = np.bincount(entry, minlength=n_entries).astype(np.float64)
    tree = average_linkage(group_means(vectors, entry, n_entries), weights)
    readable = readable_leaves(len(np.unique(messages)))
    n_cores = _summed(tree, cored)
    large = is_carried(tree, entry, messages=messages, voices=voices, copied=copied)
    large |= n_cores > 0
    if not large.any():
        return np.zeros(len(vectors), dtype=np.intp)
    counted = np.maximum(large.astype(np.intp), n_cores)
    n_merges = choose_cut(tree, between_groups(graph, entry), counted, readable)
    node = _roots(tree, n_merges, n_cores)
    return fill(vectors, np.where(large[node], node, NOWHERE)[entry])


def _summed(tree: MergeTree, counts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Totals of ``counts`` (n_groups,) in every node of the merge tree."""
    total = [*counts.tolist()]
    for left, right in zip(tree.left.tolist(), tree.right.tolist(), strict=True):
        total.append(total[left] + total[right])
    return np.array(total, dtype=np.intp)


def _roots(tree: MergeTree, n_merges: int, n_cores: NDArray[np.intp]) -> NDArray[np.intp]:
    """The node of each group after ``n_merges`` merges, those of two held cores undone."""
    root = np.arange(tree.n_groups + n_merges)
    for merge in range(n_merges - 1, -1, -1):
        node = tree.n_groups + merge
        if n_cores[node] >= 2:
            continue
        root[tree.left[merge]] = root[node]
        root[tree.right[merge]] = root[node]
    return np.asarray(root[: tree.n_groups])


def _rejoined(
    vectors: NDArray[np.float32], leaf: NDArray[np.intp], blocks: Blocks
) -> NDArray[np.intp]:
    """Linked passages that no large part held, back together under the leaf nearest to all."""
    leaf = leaf.copy()
    centroids = _directions(vectors, leaf)
    sizes = np.bincount(blocks.of, minlength=len(blocks.core))
    for block in np.flatnonzero(sizes > 1):
        rows = np.flatnonzero(blocks.of == block)
        if len(np.unique(leaf[rows])) > 1:
            leaf[rows] = int(np.argmax(centroids @ vectors[rows].sum(axis=0)))
    return leaf


def _directions(vectors: NDArray[np.float32], leaf: NDArray[np.intp]) -> NDArray[np.float32]:
    means = group_means(vectors, leaf, int(leaf.max()) + 1)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return means


def _part_company(
    vectors: NDArray[np.float32],
    leaf: NDArray[np.intp],
    blocks: Blocks,
    apart: NDArray[np.intp],
) -> None:
    """Move blocks until no two that must stay apart share a leaf; changes ``leaf``.

    A block only goes where none of its opponents is, so that each pair is settled once.
    """
    if not len(apart):
        return
    centroids = _directions(vectors, leaf)
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
