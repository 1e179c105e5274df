"""Divide leaf ideas that are large and not of one piece, each in a space of its own.

In a discussion of many topics a cut ends at the topics: next to what parts them, what parts the
points inside one of them is small. So the passages of a leaf are taken by themselves, as if they
were a discussion: what they share is taken off, their neighbours are looked for anew, and the
parts that come of it are divided again. Whether there are parts is told by modularity, counted
between messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.embedders import n_usable
from models.vectors import membership, unit_rows
from synth.clustering.authorship import NOWHERE, Authorship
from synth.clustering.constraints import ANY, FREE, Constraints
from synth.clustering.cut import LeafRange, between_groups, readable_leaves
from synth.clustering.leaves import Leaves, find_leaves
from synth.clustering.parts import Clusterer, Smoothed
from synth.clustering.stability import Resampled, members, stability_of
from synth.clustering.tree import MAX_CHILDREN, MAX_LEVELS, Branch

Neighbours = Callable[[NDArray[np.float32]], sp.csr_array]
"""Centred unit rows (n, dim) → their similarity graph (n, n)."""

LEAST_MESSAGES = 18
"""A leaf of fewer messages is read at a glance and never divided."""
CLEAR, CLEAR_LARGE = 0.57, 0.44
"""Modularity between messages from which a leaf has parts: of one of ``SMALL`` messages, and of
one of ``LARGE``, in between by the logarithm of their number. A large leaf is divided when it has
any parts; a small one only when they lie well apart."""
SMALL, LARGE = 60, 120
SAY_THE_SAME = 0.8
"""Mean cosine of passages that say the same, such as a form letter with each sender's own number;
of what people write in their own words it is 0.5 at most."""
MOST_OF_PARENT = 0.75
"""Share of an idea's passages from which one of its sub-ideas says what the idea says."""
TWO_ARE_FEW = 60
"""In a discussion of so many messages or more, two of them are too few for a part."""
NO_LEAVES = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """How a space is fitted on some passages alone, and neighbours are found in it."""

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
    n_messages: int
    """Of the whole discussion."""
    constraints: Constraints
    clusterer: Clusterer
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
        return float(middle @ middle) >= SAY_THE_SAME

    def _parts(
        self, rows: NDArray[np.intp], vectors: NDArray[np.float32], graph: sp.csr_array
    ) -> tuple[NDArray[np.intp], Resampled]:
        """The part of each passage, numbered from 0, and what they were found from."""
        written = self.authorship.take(rows)
        passages = Smoothed.of(vectors, graph, written.copied, seed=self.seed)
        leaves = find_leaves(
            passages,
            written,
            self.constraints.inside(rows),
            clusterer=self.clusterer,
            readable=self._readable(len(np.unique(written.messages))),
        )
        assert leaves.parts is not None  # free passages are clustered
        return leaves.of, Resampled.of(vectors, graph, passages, leaves.parts.pieces)

    def _readable(self, n_messages: int) -> LeafRange:
        """How many parts an idea of so many messages may have side by side."""
        usual = readable_leaves(n_messages)
        return LeafRange(
            fewest=min(usual.fewest, MAX_CHILDREN),
            usual=min(usual.usual, float(MAX_CHILDREN)),
            most=min(usual.most, MAX_CHILDREN),
            min_messages=max(usual.min_messages, 3 if self.n_messages >= TWO_ARE_FEW else 2),
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

    ``tops`` stand over ``leaves``; ideas that people hold as leaves are not divided. One of these
    whose parent nobody chose goes among the parts of a divided idea beside it, where it is as near
    to that as they are: it may have been one of them. In the result leaves are numbered anew.
    """
    tree = _DividedTree(leaves, divider, _parts_of_leaf_ideas(tops, leaves, divider))
    return tree.in_a_row([tree.with_its_parts(top) for top in tops]), tree.of


def _parts_of_leaf_ideas(
    tops: Sequence[Branch], leaves: Leaves, divider: Divider
) -> dict[int, Part]:
    """What each leaf idea is divided into, by the first of its leaves.

    They are divided side by side: numpy lets go of the interpreter.
    """

    def divided(branch: Branch, level: int) -> Part:
        rows = np.flatnonzero(np.isin(leaves.of, branch.leaves))
        if (leaves.held[branch.leaves] != FREE).any():
            return Part(rows=rows)
        return divider.divide(rows, MAX_LEVELS - level)

    found = list(_leaf_ideas(tops, level=1))
    with ThreadPoolExecutor(n_usable()) as pool:
        parts = pool.map(lambda one: divided(*one), found)
        return {int(branch.leaves[0]): part for (branch, _), part in zip(found, parts, strict=True)}


class _DividedTree:
    """The tree with parts in the place of leaf ideas, and its leaves numbered anew."""

    def __init__(self, leaves: Leaves, divider: Divider, part: Mapping[int, Part]) -> None:
        """``part``: as :func:`_parts_of_leaf_ideas` gives it."""
        self._divider, self._part = divider, part
        self.of = np.full(len(leaves.of), NOWHERE, dtype=np.intp)
        self._n_leaves = 0

    def with_its_parts(self, branch: Branch) -> Branch:
        """The idea with the parts of the leaf ideas below it, or with its own."""
        if not branch.children:
            return self._branch_of(self._part[int(branch.leaves[0])], branch.held)
        below = self.in_a_row([self.with_its_parts(child) for child in branch.children])
        return _over(branch, self._without_most(below))

    def _without_most(self, siblings: tuple[Branch, ...]) -> tuple[Branch, ...]:
        """Sub-ideas, with the parts of a divided one in its place where it is most of the idea
        above and there is room: what it would be called, the idea above is called."""
        sizes = [int(np.isin(self.of, branch.leaves).sum()) for branch in siblings]
        place = int(np.argmax(sizes))
        most, rest = siblings[place], (*siblings[:place], *siblings[place + 1 :])
        is_most = sizes[place] >= MOST_OF_PARENT * sum(sizes) and most.held < 0
        if is_most and most.is_divided and len(rest) + len(most.children) <= MAX_CHILDREN:
            return (*most.children, *rest)
        return siblings

    def _branch_of(self, part: Part, held: int = FREE) -> Branch:
        if part.parts:
            below = tuple(self._branch_of(one) for one in part.parts)
            divided = Branch(leaves=NO_LEAVES, held=held, stability=part.stability, is_divided=True)
            return _over(divided, below)
        self.of[part.rows] = self._n_leaves
        self._n_leaves += 1
        number = np.array([self._n_leaves - 1])
        return Branch(leaves=number, held=held, stability=part.stability)

    def in_a_row(self, siblings: Sequence[Branch]) -> tuple[Branch, ...]:
        """Ideas side by side, with held leaves given to the divided ideas they are part of."""
        stay, above = list(siblings), self._divider.constraints.parent
        alone = [b for b in siblings if not b.children and b.held >= 0 and above[b.held] == ANY]
        for branch in alone:
            fits = {place: self._fit(branch, one) for place, one in enumerate(stay)}
            best = max(fits, key=lambda place: (fits[place], -place))
            if fits[best] > 0 and len(stay) > 2:
                stay[best] = _over(stay[best], (*stay[best].children, branch))
                stay = [one for one in stay if one is not branch]
        return tuple(stay)

    def _fit(self, branch: Branch, parent: Branch) -> float:
        """How much nearer it is to an idea that was divided than the farthest of its parts is."""
        if not parent.is_divided or len(parent.children) >= MAX_CHILDREN:
            return -1.0
        middle = self._direction(parent)
        farthest = min(float(self._direction(part) @ middle) for part in parent.children)
        return float(self._direction(branch) @ middle) - farthest

    def _direction(self, branch: Branch) -> NDArray[np.float32]:
        rows = np.isin(self.of, branch.leaves)
        return unit_rows(self._divider.vectors[rows].mean(axis=0))


def _leaf_ideas(branches: Sequence[Branch], *, level: int) -> Iterator[tuple[Branch, int]]:
    """The ideas without children, and their levels."""
    for branch in branches:
        if branch.children:
            yield from _leaf_ideas(branch.children, level=level + 1)
        else:
            yield branch, level


def _over(branch: Branch, below: tuple[Branch, ...]) -> Branch:
    """The idea with these ideas below it."""
    leaves = np.concatenate([child.leaves for child in below])
    return replace(branch, leaves=leaves, children=below)
