"""Which passages say the same thing: the leaf ideas of a discussion.

Groups of passages are merged by average linkage, and the merging is stopped where the parts
hold together best, within what people can read. People's decisions come first: held ideas stay
apart, linked passages stay together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.constraints import FREE, UNPLACED, Blocks, Constraints, blocks_of
from synth.clustering.cut import LeafRange, between_groups, choose_cut, readable_leaves
from synth.clustering.linkage import MergeTree, groups_after, linkage_of, unit_means

NOWHERE = -1
"""The leaf of a passage that stands under no idea."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Passages that are left out because they repeat others; they help to carry the same idea."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorship:
    """In which message each of ``n`` passages stands, and who says it; numbers may be any."""

    messages: NDArray[np.intp]
    """(n,)"""
    voices: NDArray[np.intp]
    """(n,)"""
    copied: Copied | None = None

    @classmethod
    def single(cls, n: int) -> Self:
        """Every passage is a message of its own by somebody else."""
        return cls(messages=np.arange(n), voices=np.arange(n))

    def take(self, rows: NDArray[np.intp]) -> Self:
        """The same for some rows, ascending, and for the copies of these."""
        if len(rows) == len(self.messages):
            return self
        copied = self.copied
        if copied is not None:
            is_kept = np.isin(copied.row, rows)
            copied = Copied(
                row=np.searchsorted(rows, copied.row[is_kept]),
                messages=copied.messages[is_kept],
                voices=copied.voices[is_kept],
            )
        return type(self)(messages=self.messages[rows], voices=self.voices[rows], copied=copied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """Leaf ideas with the decisions behind them."""

    of: NDArray[np.intp]
    """(n,) the leaf of each passage, numbered from 0, or ``NOWHERE``."""
    held: NDArray[np.intp]
    """(n_leaves,) the held idea that each leaf is, or ``FREE``."""


@dataclass(frozen=True, slots=True)
class _Carriers:
    """Who carries the parts of a merge tree, and how many a leaf needs."""

    authorship: Authorship
    readable: LeafRange

    def is_carried(self, tree: MergeTree, group: NDArray[np.intp]) -> NDArray[np.bool_]:
        """(n_nodes,) whether enough messages carry it, and two voices where there are ten."""
        carried_by, messages, voices = group, self.authorship.messages, self.authorship.voices
        has_many_voices = len(np.unique(voices)) >= 10
        if (copied := self.authorship.copied) is not None:
            carried_by = np.concatenate([group, group[copied.row]])
            messages = np.concatenate([messages, copied.messages])
            voices = np.concatenate([voices, copied.voices])
        is_carried = _has_distinct(tree, carried_by, messages, self.readable.min_messages)
        if has_many_voices:
            is_carried &= _has_distinct(tree, carried_by, voices, 2)
        return is_carried


def find_leaves(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    group: NDArray[np.intp],
    authorship: Authorship,
    constraints: Constraints,
    *,
    readable: LeafRange | None = None,
) -> Leaves:
    """The leaf of each passage; only those that people put under no idea have none.

    ``vectors`` float32 (n, dim) are smoothed unit rows, n at least 1; ``graph`` (n, n) is the
    similarity graph of the passages before smoothing; ``group`` (n,) their groups as
    :func:`synth.clustering.linkage.condensed` gives them. A leaf is carried by enough
    messages, and by two voices where the discussion has ten or more. Held cores and linked
    passages enter the linkage as one group each; two held cores are parted again where the
    merging joined them; of two passages that must stay apart, the one that fits worse goes to its
    next best leaf (constrained assignment as in COP-k-means, Wagstaff et al. 2001).
    """
    blocks = blocks_of(constraints)
    inside = np.flatnonzero(blocks.core[blocks.of] != UNPLACED)
    of = np.full(len(vectors), NOWHERE, dtype=np.intp)
    if not len(inside):
        return Leaves(of=of, held=np.empty(0, dtype=np.intp))
    within, some = Blocks(of=blocks.of[inside], core=blocks.core), vectors[inside]
    part = graph if len(inside) == len(vectors) else graph[inside][:, inside]
    written = authorship.take(inside)
    allowed = readable or readable_leaves(len(np.unique(written.messages)))
    found = _parts(some, part, group[inside], _Carriers(written, allowed), within)
    of[inside] = _rejoined(some, found, within)
    _set_apart(vectors, of, blocks, constraints.apart)
    names, number = np.unique(of[of >= 0], return_inverse=True)
    of[of >= 0] = number
    held = np.full(len(names), FREE, dtype=np.intp)
    core = blocks.core[blocks.of]
    claimed = np.flatnonzero((core >= 0) & (of >= 0))
    held[of[claimed]] = core[claimed]
    return Leaves(of=of, held=held)


def _parts(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    group: NDArray[np.intp],
    carriers: _Carriers,
    blocks: Blocks,
) -> NDArray[np.intp]:
    """The leaf of each passage by linkage, with every held core in a leaf of its own."""
    sizes = np.bincount(blocks.of, minlength=len(blocks.core))
    is_one = (sizes > 1) | (blocks.core >= 0)
    key = np.where(is_one[blocks.of], blocks.of, len(blocks.core) + group)
    _, entry = np.unique(key, return_inverse=True)
    is_core = np.zeros(int(entry.max()) + 1, dtype=np.intp)
    is_core[entry[blocks.core[blocks.of] >= 0]] = 1
    readable = carriers.readable
    nothing = np.zeros(len(vectors), dtype=np.intp)
    if not is_core.any() and (readable.most == 1 or len(is_core) == 1):
        return nothing
    tree = linkage_of(vectors, entry)
    n_cores = tree.totals(is_core)
    is_large = carriers.is_carried(tree, entry) | (n_cores > 0)
    if not is_large.any():
        return nothing
    counted = np.maximum(is_large.astype(np.intp), n_cores)
    n_merges = choose_cut(tree, between_groups(graph, entry), counted, readable)
    node = groups_after(tree, n_merges, is_undone=n_cores >= 2)
    return _filled(vectors, np.where(is_large[node], node, NOWHERE)[entry])


def _has_distinct(
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


def _filled(vectors: NDArray[np.float32], leaf: NDArray[np.intp]) -> NDArray[np.intp]:
    """Leaves numbered from 0; passages of parts too small go to the leaf they are nearest to."""
    names = np.unique(leaf[leaf >= 0])
    number = np.where(leaf >= 0, np.searchsorted(names, leaf), NOWHERE)
    means = unit_means(vectors, number, len(names))
    lost = np.flatnonzero(number < 0)
    number[lost] = np.argmax(vectors[lost] @ means.T, axis=1)
    return number


def _rejoined(
    vectors: NDArray[np.float32], leaf: NDArray[np.intp], blocks: Blocks
) -> NDArray[np.intp]:
    """Linked passages that no large part held, back together under the leaf nearest to all."""
    shared = np.flatnonzero(np.bincount(blocks.of, minlength=len(blocks.core)) > 1)
    if not len(shared):
        return leaf
    leaf = leaf.copy()
    centroids = unit_means(vectors, leaf, int(leaf.max()) + 1)
    for block in shared:
        rows = np.flatnonzero(blocks.of == block)
        if len(np.unique(leaf[rows])) > 1:
            leaf[rows] = int(np.argmax(centroids @ vectors[rows].sum(axis=0)))
    return leaf


def _set_apart(
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
    centroids = unit_means(vectors, leaf, int(leaf.max()) + 1)
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
