"""The tree over leaf ideas where people said what stands under what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synth.clustering.constraints import TOP, Constraints
from synth.clustering.tree import FEW, MAX_CHILDREN, MAX_LEVELS, Branch, ward_parts

MOST_OF_IT = 0.5
"""Share of a leaf's passages that stood under a broader idea, above which it goes there again."""
SPREAD = 1.2
"""A readable number of top ideas is about this times the square root of what they hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """What is put under broader ideas as one: a leaf, or a held idea with all below it."""

    leaves: NDArray[np.intp]
    height: int
    """Levels it needs, itself included."""
    held: int = -1


class _Skeleton:
    def __init__(
        self,
        means: NDArray[np.float32],
        sizes: NDArray[np.intp],
        held: NDArray[np.intp],
        constraints: Constraints,
    ) -> None:
        self._means = means
        self._sizes = sizes
        self._constraints = constraints
        self._leaf_of = {int(h): leaf for leaf, h in enumerate(held.tolist()) if h >= 0}
        self._free = np.flatnonzero(held < 0)
        self._below: dict[int, list[int]] = {}
        for idea, parent in enumerate(constraints.parent.tolist()):
            if parent >= 0:
                self._below.setdefault(parent, []).append(idea)
        self._homed: dict[int, list[int]] = {}

    def settle(self, stood: NDArray[np.intp]) -> None:
        """Give free leaves to the held broader ideas that most of their passages came from.

        ``stood`` (n_leaves, n_held): passages of each leaf that stood under each held idea.
        """
        broad = np.flatnonzero(self._constraints.is_broad)
        if not len(broad) or not len(self._free):
            return
        room = {int(h): MAX_CHILDREN - len(self._children(int(h))) for h in broad}
        homeless: list[int] = []
        for leaf in self._free.tolist():
            home = int(broad[np.argmax(stood[leaf, broad])])
            if stood[leaf, home] > MOST_OF_IT * self._sizes[leaf] and room[home] > 0:
                self._homed.setdefault(home, []).append(leaf)
            else:
                homeless.append(leaf)
        # One that nothing came back to keeps at least what is nearest to what it was.
        for idea in broad.tolist():
            if self._children(idea) or self._homed.get(idea) or not homeless:
                continue
            best = max(homeless, key=lambda leaf: (int(stood[leaf, idea]), -leaf))
            if stood[best, idea]:
                self._homed[idea] = [best]
                homeless.remove(best)

    def tops(self) -> tuple[Branch, ...]:
        taken = {leaf for homed in self._homed.values() for leaf in homed}
        units = [self._leaf(leaf) for leaf in self._free.tolist() if leaf not in taken]
        first: list[_Unit] = []
        for idea, parent in enumerate(self._constraints.parent.tolist()):
            unit = self._unit(idea) if parent < 0 else None
            if unit is not None:
                (first if parent == TOP else units).append(unit)
        placed = [self._branch(unit, MAX_LEVELS) for unit in first]
        if len(first) + len(units) <= FEW:
            return (*placed, *(self._branch(unit, MAX_LEVELS) for unit in units))
        wanted = int(np.clip(round(np.sqrt(len(units)) * SPREAD), 4, MAX_CHILDREN))
        room = max(1, min(wanted, MAX_CHILDREN - len(first)))
        return (*placed, *self._arranged(units, room, MAX_LEVELS, n_parts=room))

    def _leaf(self, leaf: int) -> _Unit:
        return _Unit(leaves=np.array([leaf]), height=1)

    def _children(self, idea: int) -> list[_Unit]:
        """Held ideas right below a held one, those that are there."""
        found = [self._unit(child) for child in self._below.get(idea, ())]
        return [unit for unit in found if unit is not None]

    def _unit(self, idea: int) -> _Unit | None:
        """A held idea with all below it; None where nothing is left of it."""
        if not self._constraints.is_broad[idea]:
            leaf = self._leaf_of.get(idea)
            return None if leaf is None else replace(self._leaf(leaf), held=idea)
        below = [*self._children(idea), *(self._leaf(leaf) for leaf in self._homed.get(idea, ()))]
        if not below:
            return None
        leaves = np.concatenate([unit.leaves for unit in below])
        return _Unit(leaves=leaves, height=1 + max(unit.height for unit in below), held=idea)

    def _branch(self, unit: _Unit, levels_left: int) -> Branch:
        """A unit with everything below it, in at most so many levels where that can be."""
        if unit.height == 1:
            return Branch(leaves=unit.leaves, held=unit.held)
        held = self._children(unit.held)
        homed = [self._leaf(leaf) for leaf in self._homed.get(unit.held, ())]
        if not held and len(homed) == 1:
            # An idea with a single part is that part.
            return Branch(leaves=unit.leaves, held=unit.held)
        children = [self._branch(child, levels_left - 1) for child in held]
        if homed:
            room = max(1, MAX_CHILDREN - len(held))
            children += self._arranged(homed, room, levels_left - 1)
        return Branch(leaves=unit.leaves, children=tuple(children), held=unit.held)

    def _arranged(
        self, units: Sequence[_Unit], room: int, levels_left: int, *, n_parts: int | None = None
    ) -> list[Branch]:
        """Units side by side, gathered under broader ideas where they are more than ``room``.

        ``n_parts``: how many broader ideas to make; None leaves that to the number of units.
        """
        if len(units) <= room and n_parts is None:
            return [self._branch(unit, levels_left) for unit in units]
        tall = [unit for unit in units if unit.height >= levels_left]
        rest = [unit for unit in units if unit.height < levels_left]
        placed = [self._branch(unit, levels_left) for unit in tall]
        if levels_left <= 1:
            return self._squeezed(tall, room)
        if not rest:
            return placed
        root = int(np.ceil(len(rest) ** (1 / levels_left)))
        wanted = int(np.clip(root, 4, MAX_CHILDREN)) if n_parts is None else n_parts
        for part in self._gathered(rest, max(1, min(wanted, room - len(tall)))):
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
        parts = self._gathered(free, max(1, room - len(held))) if free else []
        joined = [np.concatenate([unit.leaves for unit in part]) for part in parts]
        return [*held, *(Branch(leaves=leaves) for leaves in joined)]

    def _gathered(self, units: Sequence[_Unit], n_parts: int) -> list[list[_Unit]]:
        rows = np.arange(len(units))
        if n_parts <= 1:
            return [list(units)]
        means = np.stack([self._middle(unit) for unit in units])
        return [[units[row] for row in part] for part in ward_parts(means, rows, n_parts)]

    def _middle(self, unit: _Unit) -> NDArray[np.float32]:
        total = self._sizes[unit.leaves].astype(np.float32) @ self._means[unit.leaves]
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)


def gather_around(
    means: NDArray[np.float32],
    sizes: NDArray[np.intp],
    held: NDArray[np.intp],
    stood: NDArray[np.intp],
    constraints: Constraints,
) -> tuple[Branch, ...]:
    """The top ideas over leaves, with held ideas where people put them.

    ``means`` float32 (n_leaves, dim): unit centroids; ``sizes`` (n_leaves,) passages of each;
    ``held`` (n_leaves,) the held idea that a leaf is, or -1; ``stood`` (n_leaves, n_held)
    passages of each leaf that stood under each held broader idea. A held idea keeps the
    parent that ``constraints`` name; the machine gathers the rest as
    :func:`synth.clustering.tree.gather` does. At most ``MAX_CHILDREN`` side by side and
    ``MAX_LEVELS`` levels, unless people's decisions leave no room for that. A held idea of which
    nothing is left stands in no branch.
    """
    skeleton = _Skeleton(means, sizes, held, constraints)
    skeleton.settle(stood)
    return skeleton.tops()
