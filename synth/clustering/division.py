"""Divide leaf ideas that are large and not of one piece, each in a space of its own.

In a discussion of many topics a cut ends at the topics: next to what parts them, what parts the
points inside one of them is small. So the passages of a leaf are taken by themselves, as if they
were a discussion: what they share is taken off, their neighbours are looked for anew, and the
parts that come of it are divided again. Whether there are parts is told by modularity, counted
between messages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.vectors import membership, unit_rows
from synth.clustering.constraints import FREE, Constraints
from synth.clustering.cut import LeafRange, between_groups, readable_leaves
from synth.clustering.leaves import NOWHERE, Authorship, Leaves, find_leaves
from synth.clustering.linkage import condensed, smoothed
from synth.clustering.stability import Resampled, members, stability_of
from synth.clustering.tree import MAX_CHILDREN, MAX_LEVELS, Branch

Neighbours = Callable[[NDArray[np.float32]], sp.csr_array]
"""Centred unit rows (n, dim) → their similarity graph (n, n)."""

LEAST_MESSAGES = 18
"""A leaf of fewer messages is read at a glance and never divided."""
CLEAR, CLEAR_LARGE = 0.56, 0.44
"""Modularity between messages from which a leaf has parts: of one of ``SMALL`` messages, and of
one of ``LARGE``, in between by the logarithm of their number. A large leaf is divided when it has
any parts; a small one only when they lie well apart."""
SMALL, LARGE = 60, 180
SAME = 0.8
"""Mean cosine of passages that say the same, such as a form letter with each sender's own number;
of what people write in their own words it is 0.5 at most."""
FEW_MESSAGES = 60
"""In a discussion of so many messages or more, two of them are too few for a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """How some passages are looked at by themselves."""

    fit: Callable[[NDArray[np.intp]], NDArray[np.float32]]
    """Rows of passages → float32 (n_rows, dim): their centred unit rows in a space that is fitted
    on them alone."""
    neighbours: Neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An idea with its passages, and the parts that it is divided into, if it is."""

    rows: NDArray[np.intp]
    """Its passages, ascending."""
    stability: float | None = None
    """0..1 inside the idea it is a part of; None for one that is no part."""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Divider:
    """What leaves are divided by."""

    vectors: NDArray[np.float32]
    """(n, dim) centred unit rows of all passages."""
    refit: Refit
    authorship: Authorship
    constraints: Constraints
    n_resamplings: int
    seed: int

    def divide(self, rows: NDArray[np.intp], n_levels: int) -> Part:
        """The passages ``rows``, ascending, with the parts below them on at most ``n_levels``."""
        return self._divided(Part(rows=rows), n_levels)

    def _divided(self, part: Part, n_levels: int) -> Part:
        rows = part.rows
        messages = self.authorship.messages[rows]
        n = len(np.unique(messages))
        if n_levels < 1 or n < LEAST_MESSAGES or self._says_the_same(rows):
            return part
        vectors = self.refit.fit(rows)
        graph = self.refit.neighbours(vectors)
        of, found_from = self._parts(rows, vectors, graph)
        if of.max() < 1:
            return part
        if _modularity(self.refit.neighbours, vectors, messages, of) < clear_from(n):
            return part
        stability = stability_of(
            members(np.full(int(of.max()) + 1, -1, dtype=np.int32), of.astype(np.int32)),
            found_from,
            messages=messages,
            seed=self.seed,
            n_runs=self.n_resamplings,
        )
        found = (
            Part(rows=rows[of == number], stability=float(stability[number]))
            for number in range(len(stability))
        )
        below = tuple(self._divided(one, n_levels - 1) for one in found)
        return Part(rows=rows, stability=part.stability, parts=below)

    def _says_the_same(self, rows: NDArray[np.intp]) -> bool:
        """Whether the mean cosine of these passages is so high that they differ in nothing."""
        middle = self.vectors[rows].mean(axis=0, dtype=np.float64)
        return float(middle @ middle) >= SAME

    def _parts(
        self, rows: NDArray[np.intp], vectors: NDArray[np.float32], graph: sp.csr_array
    ) -> tuple[NDArray[np.intp], Resampled]:
        """The part of each passage, numbered from 0, and what they were found from."""
        written = self.authorship.take(rows)
        looped = graph if written.copied is None else written.copied.with_loops(graph)
        settled = smoothed(vectors, looped)
        group = condensed(settled, seed=self.seed)
        leaves = find_leaves(
            settled,
            looped,
            group,
            written,
            self.constraints.inside(rows),
            readable=self._readable(len(np.unique(written.messages))),
        )
        found_from = Resampled(vectors=vectors, graph=graph, settled=settled, group=group)
        return leaves.of, found_from

    def _readable(self, n_messages: int) -> LeafRange:
        """How many parts an idea of so many messages may have side by side."""
        usual = readable_leaves(n_messages)
        n_all = len(np.unique(self.authorship.messages))
        return LeafRange(
            fewest=min(usual.fewest, MAX_CHILDREN),
            usual=min(usual.usual, float(MAX_CHILDREN)),
            most=min(usual.most, MAX_CHILDREN),
            min_messages=max(usual.min_messages, 3 if n_all >= FEW_MESSAGES else 2),
        )


def clear_from(n_messages: int) -> float:
    """The modularity from which a leaf of so many messages has parts."""
    place = np.log(n_messages / SMALL) / np.log(LARGE / SMALL)
    return float(CLEAR + (CLEAR_LARGE - CLEAR) * np.clip(place, 0.0, 1.0))


def _modularity(
    neighbours: Neighbours,
    vectors: NDArray[np.float32],
    messages: NDArray[np.intp],
    of: NDArray[np.intp],
) -> float:
    """Modularity of the parts ``of`` (n,) on a graph of the messages (Newman & Girvan 2004).

    Passages of one message are near each other whatever they say, so messages are compared: each
    is the mean direction of its passages, and lies in the part that holds most of them.
    """
    _, message = np.unique(messages, return_inverse=True)
    n, n_parts = int(message.max()) + 1, int(of.max()) + 1
    means = unit_rows(membership(message, n) @ vectors)
    means = unit_rows(means - means.mean(axis=0))
    votes = np.zeros((n, n_parts), dtype=np.intp)
    np.add.at(votes, (message, of), 1)
    _, part = np.unique(votes.argmax(axis=1), return_inverse=True)
    between = between_groups(neighbours(means), part)
    total = float(between.sum())
    if not total:
        return 0.0
    degree = np.asarray(between.sum(axis=1)).ravel()
    return float(between.diagonal().sum() / total - (degree @ degree) / total**2)


def with_parts(
    tops: Sequence[Branch], leaves: Leaves, divider: Divider
) -> tuple[tuple[Branch, ...], NDArray[np.intp]]:
    """The tree with its leaf ideas divided, and the leaf of each passage in it, (n,).

    ``tops`` stand over ``leaves``; ideas that people hold as leaves are not divided. In the result
    leaves are numbered anew.
    """
    of = np.full(len(leaves.of), NOWHERE, dtype=np.intp)
    n_leaves = 0

    def branch_of(part: Part, held: int = FREE) -> Branch:
        nonlocal n_leaves
        if part.parts:
            below = tuple(branch_of(one) for one in part.parts)
            number = np.concatenate([branch.leaves for branch in below])
        else:
            below, number = (), np.array([n_leaves])
            of[part.rows] = n_leaves
            n_leaves += 1
        return Branch(leaves=number, children=below, held=held, stability=part.stability)

    def divided(branch: Branch, level: int) -> Branch:
        if branch.children:
            below = tuple(divided(child, level + 1) for child in branch.children)
            number = np.concatenate([child.leaves for child in below])
            return replace(branch, leaves=number, children=below)
        rows = np.flatnonzero(np.isin(leaves.of, branch.leaves))
        is_free = (leaves.held[branch.leaves] == FREE).all()
        part = divider.divide(rows, MAX_LEVELS - level) if is_free else Part(rows=rows)
        return branch_of(part, branch.held)

    return tuple(divided(top, 1) for top in tops), of
