"""The tree of ideas over the leaves: broader ideas, a readable number at each level.

People's decisions come first: a held idea keeps the parent they gave it, and what the machine
gathers goes around it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.clustering.constraints import ANY, TOP, Constraints

MAX_CHILDREN = 12
FEW = 6
"""So few leaves are shown side by side, without a level above them."""
FEWEST_TOPS = 4
MAX_LEVELS = 5
MOST_CAME_FROM = 0.5
"""Share of a leaf's passages that stood under a broader idea, above which it goes there again."""
BROAD_RESOLUTION = 0.5
"""Weight of what chance would put together under a broader idea (Reichardt & Bornholdt 2006);
lower than that of the leaves, because broader ideas are coarser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An idea and the leaves under it.

    One without children is a leaf idea; it may stand for several of the given leaves where
    there were too many to show.
    """

    leaves: NDArray[np.intp]
    children: tuple[Branch, ...] = ()
    held: int = -1
    """The held idea that it is, or -1."""
    stability: float | None = None
    """0..1, where it is known already."""
    is_divided: bool = False
    """Whether it was a leaf idea before it was divided into its children."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafSet:
    """The leaves that a tree is made over."""

    between: NDArray[np.float64]
    """(n_leaves, n_leaves) how alike the passages of two leaves are, summed over all of them."""
    sizes: NDArray[np.intp]
    """(n_leaves,) passages of each."""
    held: NDArray[np.intp]
    """(n_leaves,) the held idea that each is, or -1."""
    n_from: NDArray[np.intp]
    """(n_leaves, n_held) passages of each leaf that stood under each held broader idea."""


def gather(leaves: LeafSet, constraints: Constraints) -> tuple[Branch, ...]:
    """The top ideas over the leaves, with held ideas where people put them.

    At most ``MAX_CHILDREN`` ideas side by side and ``MAX_LEVELS`` levels, unless people's
    decisions leave no room for that. Leaves are gathered by what their passages say: those are
    joined between which there is most similarity beyond chance (agglomerative modularity; Clauset,
    Newman & Moore 2004), into as many ideas as modularity is best with. So a leaf that is near none
    stays by itself. A held idea of which nothing is left stands in no branch.
    """
    tree = _Tree(leaves, constraints)
    tree.return_leaves(leaves.n_from)
    return tree.tops()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """What is put under broader ideas as one: a leaf, or a held idea with all below it."""

    leaves: NDArray[np.intp]
    height: int
    """Levels it needs, itself included."""
    held: int = -1


class _Tree:
    """Puts leaves and held ideas under each other, top down."""

    def __init__(self, leaves: LeafSet, constraints: Constraints) -> None:
        self._between, self._sizes = leaves.between, leaves.sizes
        self._held = leaves.held
        self._constraints = constraints
        self._leaf_of = {int(h): leaf for leaf, h in enumerate(leaves.held.tolist()) if h >= 0}
        self._free = np.flatnonzero(leaves.held < 0)
        self._below: dict[int, list[int]] = {}
        for idea, parent in enumerate(constraints.parent.tolist()):
            if parent >= 0:
                self._below.setdefault(parent, []).append(idea)
        self._returned: dict[int, list[int]] = {}

    def return_leaves(self, n_from: NDArray[np.intp]) -> None:
        """Give leaves whose parent nobody chose to the held broader ideas that most of their
        passages came from.

        ``n_from`` (n_leaves, n_held): passages of each leaf that stood under each held idea.
        """
        broad = np.flatnonzero(self._constraints.is_broad)
        if not len(broad):
            return
        room = {int(h): MAX_CHILDREN - len(self._children(int(h))) for h in broad}
        remaining: list[int] = []
        for leaf, held in enumerate(self._held.tolist()):
            if held >= 0 and self._constraints.parent[held] != ANY:
                continue
            origin = int(broad[np.argmax(n_from[leaf, broad])])
            if n_from[leaf, origin] > MOST_CAME_FROM * self._sizes[leaf] and room[origin] > 0:
                self._returned.setdefault(origin, []).append(leaf)
            else:
                remaining.append(leaf)
        remaining = [leaf for leaf in remaining if self._held[leaf] < 0]
        # One that nothing came back to keeps at least what is nearest to what it was.
        for idea in broad.tolist():
            self._release_alone(idea)
            if self._children(idea) or self._returned.get(idea) or not remaining:
                continue
            best = max(remaining, key=lambda leaf: (int(n_from[leaf, idea]), -leaf))
            if n_from[best, idea]:
                self._returned[idea] = [best]
                remaining.remove(best)

    def _release_alone(self, idea: int) -> None:
        """A held leaf that alone came back cannot be all that the broader idea holds."""
        returned = self._returned.get(idea, [])
        if len(returned) == 1 and self._held[returned[0]] >= 0 and not self._children(idea):
            del self._returned[idea]

    def tops(self) -> tuple[Branch, ...]:
        taken = {leaf for returned in self._returned.values() for leaf in returned}
        units = [self._leaf(leaf) for leaf in self._free.tolist() if leaf not in taken]
        first: list[_Unit] = []
        for idea, parent in enumerate(self._constraints.parent.tolist()):
            unit = self._unit(idea) if parent < 0 else None
            if unit is not None and self._leaf_of.get(idea) not in taken:
                (first if parent == TOP else units).append(unit)
        placed = [self._branch(unit, MAX_LEVELS) for unit in first]
        if len(first) + len(units) <= FEW:
            return (*placed, *(self._branch(unit, MAX_LEVELS) for unit in units))
        room = max(1, MAX_CHILDREN - len(first))
        return (*placed, *self._arranged(units, room, MAX_LEVELS, is_top=True))

    def _leaf(self, leaf: int) -> _Unit:
        return _Unit(leaves=np.array([leaf]), height=1, held=int(self._held[leaf]))

    def _children(self, idea: int) -> list[_Unit]:
        """Held ideas right below a held one, those that are there."""
        found = [self._unit(child) for child in self._below.get(idea, ())]
        return [unit for unit in found if unit is not None]

    def _unit(self, idea: int) -> _Unit | None:
        """A held idea with all below it; None where nothing is left of it."""
        if not self._constraints.is_broad[idea]:
            leaf = self._leaf_of.get(idea)
            return None if leaf is None else self._leaf(leaf)
        below = [*self._children(idea), *map(self._leaf, self._returned.get(idea, ()))]
        if not below:
            return None
        leaves = np.concatenate([unit.leaves for unit in below])
        return _Unit(leaves=leaves, height=1 + max(unit.height for unit in below), held=idea)

    def _branch(self, unit: _Unit, levels_left: int) -> Branch:
        """A unit with everything below it, in at most so many levels where that can be."""
        if unit.height == 1:
            return Branch(leaves=unit.leaves, held=unit.held)
        held = self._children(unit.held)
        returned = [self._leaf(leaf) for leaf in self._returned.get(unit.held, ())]
        if not held and len(returned) == 1:
            # An idea with a single part is that part.
            return Branch(leaves=unit.leaves, held=unit.held)
        children = [self._branch(child, levels_left - 1) for child in held]
        if returned:
            room = max(1, MAX_CHILDREN - len(held))
            children += self._arranged(returned, room, levels_left - 1)
        return Branch(leaves=unit.leaves, children=tuple(children), held=unit.held)

    def _arranged(
        self, units: Sequence[_Unit], room: int, levels_left: int, *, is_top: bool = False
    ) -> list[Branch]:
        """Units side by side, gathered under broader ideas where they are more than ``room``, or
        where they are top ideas and some of them belong together."""
        if len(units) <= room and not is_top:
            return [self._branch(unit, levels_left) for unit in units]
        tall = [unit for unit in units if unit.height >= levels_left]
        rest = [unit for unit in units if unit.height < levels_left]
        placed = [self._branch(unit, levels_left) for unit in tall]
        if levels_left <= 1:
            return self._squeezed(tall, room)
        if not rest:
            return placed
        most = max(1, room - len(tall))
        for part in self._gathered(rest, min(FEWEST_TOPS, most), most):
            if len(part) == 1:
                placed.append(self._branch(part[0], levels_left))
                continue
            below = self._arranged(part, MAX_CHILDREN, levels_left - 1)
            placed.append(
                Branch(leaves=np.concatenate([u.leaves for u in part]), children=tuple(below))
            )
        return placed

    def _squeezed(self, units: Sequence[_Unit], room: int) -> list[Branch]:
        """On the last level free leaves become one where there are too many; held ones never."""
        held = [Branch(leaves=unit.leaves, held=unit.held) for unit in units if unit.held >= 0]
        free = [unit for unit in units if unit.held < 0]
        most = max(1, room - len(held))
        parts = self._gathered(free, min(most, len(free)), most) if free else []
        joined = [np.concatenate([unit.leaves for unit in part]) for part in parts]
        return [*held, *(Branch(leaves=leaves) for leaves in joined)]

    def _gathered(self, units: Sequence[_Unit], fewest: int, most: int) -> list[list[_Unit]]:
        """Units that belong together, in as many parts from ``fewest`` to ``most`` as modularity
        is best with."""
        if len(units) <= fewest:
            return [[unit] for unit in units]
        belongs = np.zeros((len(units), len(self._sizes)))
        for row, unit in enumerate(units):
            belongs[row, unit.leaves] = 1.0
        part = joined_by_modularity(belongs @ self._between @ belongs.T, fewest, most).tolist()
        return [
            [unit for unit, of in zip(units, part, strict=True) if of == name]
            for name in sorted(set(part))
        ]


def joined_by_modularity(between: NDArray[np.float64], fewest: int, most: int) -> NDArray[np.intp]:
    """The part of each of n units, (n,), in ``fewest`` to ``most`` parts; 1 ≤ fewest ≤ most.

    ``between`` (n, n) is their similarity, symmetric. The two parts that gain most, or lose least,
    modularity are joined until ``fewest`` are left; of the states with at most ``most`` parts the
    best one counts.
    """
    total = float(between.sum()) or 1.0
    near = between / total
    degree = near.sum(axis=1)
    part = np.arange(len(near))
    alive = np.ones(len(near), dtype=bool)
    best, found = -np.inf, part
    while True:
        n_parts = int(alive.sum())
        worth = float(near.diagonal().sum() - BROAD_RESOLUTION * degree @ degree)
        if n_parts <= most and worth > best:
            best, found = worth, part.copy()
        if n_parts <= fewest:
            return found
        gain = near - BROAD_RESOLUTION * np.outer(degree, degree)
        gain[~alive] = gain[:, ~alive] = -np.inf
        np.fill_diagonal(gain, -np.inf)
        into, gone = sorted(divmod(int(np.argmax(gain)), len(near)))
        near[into] += near[gone]
        near[:, into] += near[:, gone]
        near[gone] = near[:, gone] = 0.0
        degree[into] += degree[gone]
        degree[gone] = 0.0
        part[part == gone] = into
        alive[gone] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A forest of branches as rows, parents before children, broadest first."""

    parent: NDArray[np.int32]
    level: NDArray[np.int32]
    row_of_leaf: NDArray[np.intp]
    """(n_leaves,) the row of the leaf idea that holds each given leaf."""
    held: NDArray[np.int32]
    """The held idea that each row is, or -1."""
    stability: NDArray[np.float32]
    """0..1 where it is known already, else NaN."""


def as_rows(tops: tuple[Branch, ...], sizes: NDArray[np.intp]) -> Rows:
    """Number the ideas level by level; ``sizes`` (n_leaves,) order siblings, largest first."""
    parent: list[int] = []
    level: list[int] = []
    held: list[int] = []
    stability: list[float] = []
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
        stability.append(np.nan if branch.stability is None else branch.stability)
        if branch.children:
            waiting.extend((child, row, depth + 1) for child in largest_first(branch.children))
        else:
            row_of_leaf[branch.leaves] = row
    return Rows(
        parent=np.array(parent, dtype=np.int32),
        level=np.array(level, dtype=np.int32),
        row_of_leaf=row_of_leaf,
        held=np.array(held, dtype=np.int32),
        stability=np.array(stability, dtype=np.float32),
    )
