"""Find the ideas of a discussion: vectors and a neighbour graph in, a tree of ideas out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.authorship import NOWHERE, Authorship, Copied
from synth.clustering.clusterers import clusterer_of
from synth.clustering.constraints import ANY, FREE, TOP, UNPLACED, Constraints
from synth.clustering.cut import between_groups
from synth.clustering.division import Divider, Refit, with_parts
from synth.clustering.leaves import Leaves, find_leaves
from synth.clustering.linkage import group_means, unit_means
from synth.clustering.parts import Smoothed
from synth.clustering.stability import Resampled, members, stability_of
from synth.clustering.tree import LeafSet, as_rows, gather
from synth.records import IdeaTree
from synth.settings import ClustererName

N_RESAMPLINGS = 8
NEAR_SHARE = 0.7
"""Of the similarity between leaves, what that of neighbouring passages counts for."""

__all__ = [
    "ANY",
    "FREE",
    "N_RESAMPLINGS",
    "TOP",
    "UNPLACED",
    "Authorship",
    "Constraints",
    "Copied",
    "Options",
    "Refit",
    "find_ideas",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How ideas are looked for."""

    clusterer: ClustererName = "linkage"
    n_resamplings: int = N_RESAMPLINGS
    """Draws behind each idea's stability."""
    seed: int = 0


DEFAULT = Options()


def find_ideas(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    *,
    authorship: Authorship | None = None,
    constraints: Constraints | None = None,
    refit: Refit | None = None,
    options: Options = DEFAULT,
) -> IdeaTree:
    """The ideas of a discussion, with every passage in the leaf it is nearest to.

    ``vectors`` float32 (n, dim): centred unit rows; ``graph`` (n, n): their similarity
    graph. ``authorship``: author and message of each passage; without it every passage is a
    message of its own by somebody else. With ``constraints`` people's decisions come first:
    held ideas are found again, passages that a person put under none have leaf -1, and the bounds
    hold as far as the decisions leave room. ``refit``: large leaves that are not of one piece are
    divided again, by passages looked at by themselves; without it they are not. The result has 1
    to 5 levels, at most 12 ideas side by side, and a number of leaves that the discussion chooses.
    ``weight`` is the cosine of a passage with its leaf, cut at 0; the assignment
    decides who stays unplaced. Deterministic for a given seed. Raises ValueError when the arrays
    do not belong together.
    """
    n = len(vectors)
    written = Authorship.single(n) if authorship is None else authorship
    decided = Constraints.none(n) if constraints is None else constraints
    _require_same_length(n, graph, written, decided)
    if n == 0:
        return _no_ideas(0)
    passages = Smoothed.of(vectors, graph, written.copied, seed=options.seed)
    clusterer = clusterer_of(options.clusterer)
    leaves = find_leaves(passages, written, decided, clusterer=clusterer)
    if leaves.parts is None or not len(leaves.held):
        return _no_ideas(n)
    tops, of = gather(_leaf_set(vectors, graph, leaves, decided), decided), leaves.of
    if refit is not None:
        divider = Divider(
            vectors=vectors,
            refit=refit,
            authorship=written,
            n_messages=len(np.unique(written.messages)),
            constraints=decided,
            clusterer=clusterer,
            n_resamplings=options.n_resamplings,
            seed=options.seed,
        )
        tops, of = with_parts(tops, leaves, divider)
    rows = as_rows(tops, np.bincount(of[of >= 0]))
    leaf = np.where(of >= 0, rows.row_of_leaf[of], NOWHERE).astype(np.int32)
    stability = stability_of(
        members(rows.parent, leaf),
        Resampled.of(vectors, graph, passages, leaves.parts.pieces),
        messages=written.messages,
        seed=options.seed,
        n_runs=options.n_resamplings,
    )
    return IdeaTree(
        parent=rows.parent,
        level=rows.level,
        leaf=leaf,
        weight=_cosine_with_own(vectors, leaf, len(rows.parent)),
        stability=np.where(np.isnan(rows.stability), stability, rows.stability),
        held=None if constraints is None else rows.held,
    )


def _require_same_length(
    n: int, graph: sp.csr_array, authorship: Authorship, constraints: Constraints
) -> None:
    """Raise ValueError where these are not about ``n`` passages."""
    if graph.shape != (n, n):
        raise ValueError(f"a graph of {graph.shape} for {n} vectors")
    if len(authorship.messages) != n or len(authorship.voices) != n:
        lengths = f"{len(authorship.messages)} messages and {len(authorship.voices)} voices"
        raise ValueError(f"{lengths} for {n} vectors")
    if len(constraints.core) != n:
        raise ValueError(f"constraints on {len(constraints.core)} passages for {n} vectors")


def _leaf_set(
    vectors: NDArray[np.float32], graph: sp.csr_array, leaves: Leaves, constraints: Constraints
) -> LeafSet:
    """What the tree over the leaves is made of."""
    n_leaves = len(leaves.held)
    inside = np.flatnonzero(leaves.of >= 0)
    n_from = np.zeros((n_leaves, constraints.n_held), dtype=np.intp)
    rows = inside[constraints.under[inside] >= 0]
    np.add.at(n_from, (leaves.of[rows], constraints.under[rows]), 1)
    return LeafSet(
        between=_between_leaves(vectors[inside], graph[inside][:, inside], leaves.of[inside]),
        sizes=np.bincount(leaves.of[inside], minlength=n_leaves),
        held=leaves.held,
        n_from=n_from,
    )


def _between_leaves(
    vectors: NDArray[np.float32], graph: sp.csr_array, of: NDArray[np.intp]
) -> NDArray[np.float64]:
    """(n_leaves, n_leaves) how much of all similarity lies between two leaves, or inside one.

    Most of it is that of neighbours. Where leaves share none, the mean cosines of their passages,
    squared, still tell which are alike.
    """
    near = between_groups(graph, of).toarray()
    sizes = np.bincount(of).astype(np.float64)
    means = group_means(vectors, of, len(sizes)).astype(np.float64)
    alike = np.maximum(means @ means.T, 0.0) ** 2 * np.outer(sizes, sizes)
    parts = ((NEAR_SHARE, near), (1 - NEAR_SHARE, alike))
    found = [share * part / (float(part.sum()) or 1.0) for share, part in parts]
    return np.asarray(found[0] + found[1], dtype=np.float64)


def _cosine_with_own(
    vectors: NDArray[np.float32], leaf: NDArray[np.int32], n_ideas: int
) -> NDArray[np.float32]:
    means = unit_means(vectors, leaf.astype(np.intp), n_ideas)
    cosine = np.einsum("ij,ij->i", vectors, means[leaf])
    return np.asarray(np.where(leaf >= 0, np.clip(cosine, 0.0, 1.0), 0.0), dtype=np.float32)


def _no_ideas(n: int) -> IdeaTree:
    """No idea over ``n`` passages."""
    none = np.empty(0, dtype=np.int32)
    return IdeaTree(
        parent=none,
        level=none,
        leaf=np.full(n, NOWHERE, dtype=np.int32),
        weight=np.zeros(n, dtype=np.float32),
        stability=np.empty(0, dtype=np.float32),
    )
