"""What people decided about ideas, as arrays that the search for ideas must honour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

FREE = -1
"""A passage that no held idea claims."""
UNPLACED = -2
"""A passage that a person put under no idea."""
TOP = -1
"""A held idea that a person put at the top."""
ANY = -2
"""A held idea whose parent the machine may choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """People's decisions over ``n`` passages; held ideas are numbered from 0.

    A *held* idea is one that a person touched: it is found again whatever the vectors say.
    """

    core: NDArray[np.intp]
    """(n,) the held leaf idea that must hold each passage, ``FREE`` or ``UNPLACED``."""
    under: NDArray[np.intp]
    """(n,) the held broader idea each passage stood under on the last map, else -1."""
    together: NDArray[np.intp]
    """(n_pairs, 2) rows of passages that end under the same leaf, or both under none where a
    person put one of them there."""
    apart: NDArray[np.intp]
    """(n_pairs, 2) rows of passages that never do."""
    parent: NDArray[np.intp]
    """(n_held,) the held idea above each one, ``TOP`` or ``ANY``."""
    is_broad: NDArray[np.bool_]
    """(n_held,) whether it stood above other ideas; those above held ideas do so again."""

    @classmethod
    def none(cls, n: int) -> Self:
        """Nobody decided anything about ``n`` passages."""
        no_pairs = np.empty((0, 2), dtype=np.intp)
        return cls(
            core=np.full(n, FREE),
            under=np.full(n, -1),
            together=no_pairs,
            apart=no_pairs,
            parent=np.empty(0, dtype=np.intp),
            is_broad=np.empty(0, dtype=np.bool_),
        )

    @property
    def n_held(self) -> int:
        return len(self.parent)

    def concerned(self) -> NDArray[np.intp]:
        """Rows of the passages that a decision names, ascending."""
        named = np.flatnonzero(self.core != FREE)
        return np.unique(np.concatenate([named, self.together.ravel(), self.apart.ravel()]))

    def over(self, rows: NDArray[np.intp]) -> Constraints:
        """The same over some of the passages; ``rows`` hold all that are ``concerned``."""
        place = np.full(len(self.core), -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        return Constraints(
            core=self.core[rows],
            under=self.under[rows],
            together=place[self.together],
            apart=place[self.apart],
            parent=self.parent,
            is_broad=self.is_broad,
        )

    def inside(self, rows: NDArray[np.intp]) -> Constraints:
        """What holds among some free passages, ``rows`` ascending: links with both ends there."""
        some = type(self).none(len(rows))
        place = np.full(len(self.core), -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        together, apart = place[self.together], place[self.apart]
        return replace(
            some,
            together=together[(together >= 0).all(axis=1)],
            apart=apart[(apart >= 0).all(axis=1)],
        )

    def is_fixed(self) -> NDArray[np.bool_]:
        """(n,) whether a passage stays where it is, be it under no idea, however badly it fits.

        Linked ones do too: elsewhere they might leave the other one, or meet it.
        """
        fixed = np.asarray(self.core != FREE)
        fixed[self.together.ravel()] = True
        fixed[self.apart.ravel()] = True
        return fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Passages that go under ideas as one."""

    of: NDArray[np.intp]
    """(n,) the block of each passage, numbered from 0; most hold one passage only."""
    core: NDArray[np.intp]
    """(n_blocks,) the held idea each belongs to, ``FREE`` or ``UNPLACED``."""


def blocks_of(constraints: Constraints) -> Blocks:
    """Held cores and linked passages, each as one block (transitive closure of the links).

    What is linked to a passage that a person put under no idea goes there with it.
    """
    n, core = len(constraints.core), constraints.core
    # "Under no idea" claims passages as a held idea does; two such claims are never one block.
    claim = np.where(core == UNPLACED, constraints.n_held, core)
    first = np.arange(n)
    for linked in _linked(claim, constraints.together):
        first[linked] = linked[0]
    _, of = np.unique(first, return_inverse=True)
    held = np.full(int(of.max(initial=-1)) + 1, FREE, dtype=np.intp)
    held[of[core == UNPLACED]] = UNPLACED
    held[of[core >= 0]] = core[core >= 0]
    # All blocks of a held idea are one.
    name = np.where(held >= 0, held, constraints.n_held + np.arange(len(held)))
    names, number = np.unique(name[of], return_inverse=True)
    block = np.zeros(len(names), dtype=np.intp)
    block[number] = of
    return Blocks(of=number.astype(np.intp), core=held[block])


def _linked(claimed: NDArray[np.intp], pairs: NDArray[np.intp]) -> list[list[int]]:
    """Rows that links tie together, ascending in each set.

    Links count in order; one that would tie two claims together does not. ``claimed`` (n,) names
    the claim on each row, `FREE` for none.
    """
    if not len(pairs):
        return []
    from scipy.cluster.hierarchy import DisjointSet

    sets = DisjointSet(np.unique(pairs).tolist())
    claim = {row: int(claimed[row]) for row in sets}
    for one, other in pairs.tolist():
        left, right = claim[sets[one]], claim[sets[other]]
        if left < 0 or right < 0 or left == right:
            sets.merge(one, other)
            claim[sets[one]] = max(left, right)
    return [sorted(rows) for rows in sets.subsets()]
