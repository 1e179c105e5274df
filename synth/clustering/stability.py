"""How much of each idea comes back when the discussion is resampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.vectors import membership
from synth.clustering.linkage import MAX_GROUPS, MergeTree, average_linkage, group_means, smoothed
from synth.clustering.parts import Pieces, Smoothed

SHARE_KEPT = 0.8
"""Of the messages, in each draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """What the ideas were found from, and is drawn from again."""

    vectors: NDArray[np.float32]
    """(n, dim) unit rows."""
    graph: sp.csr_array
    smoothed: NDArray[np.float32]
    """(n, dim) the same, smoothed over the whole graph."""
    group: NDArray[np.intp]
    """(n,) the group of each passage, as it was condensed."""
    pieces: Pieces
    """What a draw is merged from."""

    @classmethod
    def of(
        cls, vectors: NDArray[np.float32], graph: sp.csr_array, passages: Smoothed, pieces: Pieces
    ) -> Self:
        """``vectors`` and ``graph`` are what ``passages`` were made of."""
        return cls(
            vectors=vectors,
            graph=graph,
            smoothed=passages.vectors,
            group=passages.group,
            pieces=pieces,
        )

    def take(self, rows: NDArray[np.intp], *, seed: int) -> Smoothed:
        """Some of the passages, ascending; in a small discussion they are smoothed afresh."""
        graph = self.graph[rows][:, rows]
        is_small = len(self.group) <= MAX_GROUPS
        return Smoothed(
            vectors=smoothed(self.vectors[rows], graph) if is_small else self.smoothed[rows],
            graph=graph,
            group=np.unique(self.group[rows], return_inverse=True)[1],
            seed=seed,
        )


def members(parent: NDArray[np.int32], leaf: NDArray[np.int32]) -> sp.csr_array:
    """float32 (n_passages, n_ideas), 1 where a passage lies in an idea or in one below it."""
    rows, columns = [], []
    idea = leaf.copy()
    passage = np.flatnonzero(idea >= 0)
    idea = idea[passage]
    while len(passage):
        rows.append(passage)
        columns.append(idea)
        above = parent[idea]
        passage, idea = passage[above >= 0], above[above >= 0]
    if not rows:
        return sp.csr_array((len(leaf), len(parent)), dtype=np.float32)
    row, column = np.concatenate(rows), np.concatenate(columns)
    ones = np.ones(len(row), dtype=np.float32)
    return sp.csr_array((ones, (row, column)), shape=(len(leaf), len(parent)))


def _best_match(tree: MergeTree, inside: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n_ideas,) the best Jaccard index of each idea with any part the tree ever forms.

    ``inside`` float32 (n_groups, 1 + n_ideas): passages per group, all and those of each idea.
    """
    n = tree.n_groups
    nodes = np.empty((2 * n - 1, inside.shape[1]), dtype=np.float32)
    nodes[:n] = inside
    for merge in range(n - 1):
        nodes[n + merge] = nodes[tree.left[merge]] + nodes[tree.right[merge]]
    size, common = nodes[:, :1], nodes[:, 1:]
    jaccard = common / np.maximum(size + inside[:, 1:].sum(axis=0) - common, 1.0)
    return np.asarray(jaccard.max(axis=0), dtype=np.float32)


def stability_of(
    member: sp.csr_array,
    found: Resampled,
    *,
    messages: NDArray[np.intp],
    seed: int,
    n_runs: int,
) -> NDArray[np.float32]:
    """Stability per idea, float32 (n_ideas,), 0..1.

    Clusterwise stability (Hennig 2007): in each of ``n_runs``, a random part of the
    messages is left out and the rest is clustered afresh, the same way and with the same choices;
    what comes of it is merged by average linkage, and an idea scores its best Jaccard index with
    any part that was formed on the way, averaged over the runs in which it has members left.
    ``member`` is (n_passages, n_ideas) as :func:`members` gives it. Above ``MAX_GROUPS`` passages
    groups of them are left out too, and nothing is smoothed afresh. One passage alone, which others
    may have copied, is the same in every draw.
    """
    if len(found.group) == 1:
        return np.ones(member.shape[1], dtype=np.float32)
    random = np.random.default_rng(seed)
    total = np.zeros(member.shape[1], dtype=np.float64)
    counted = np.zeros(member.shape[1], dtype=np.intp)
    _, message = np.unique(messages, return_inverse=True)
    group = found.group
    for _ in range(n_runs):
        drawn = random.random(int(message.max()) + 1) < SHARE_KEPT
        kept = drawn[message]
        if len(group) > MAX_GROUPS:
            kept &= (random.random(int(group.max()) + 1) < SHARE_KEPT)[group]
        rows = np.flatnonzero(kept)
        if len(rows) < 2:
            continue
        around = found.take(rows, seed=seed)
        part = found.pieces(around)
        n_parts = int(part.max()) + 1
        in_part = membership(part, n_parts)
        of_idea = (in_part @ member[rows]).toarray()
        sizes = np.asarray(in_part.sum(axis=1)).ravel()
        tree = average_linkage(group_means(around.vectors, part, n_parts), sizes.astype(np.float64))
        present = of_idea.sum(axis=0) > 0
        total += np.where(present, _best_match(tree, np.column_stack([sizes, of_idea])), 0.0)
        counted += present
    return np.asarray(total / np.maximum(counted, 1), dtype=np.float32)
