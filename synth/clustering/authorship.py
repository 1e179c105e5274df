"""Who says which passage, and whether enough people carry an idea."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.cut import LeafRange
from synth.clustering.linkage import MergeTree

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


@dataclass(frozen=True, slots=True)
class Carriers:
    """Who carries the parts of a discussion, and how many a leaf needs.

    Enough messages, and two voices where the discussion has ten.
    """

    authorship: Authorship
    readable: LeafRange

    def is_carried(self, tree: MergeTree, group: NDArray[np.intp]) -> NDArray[np.bool_]:
        """(n_nodes,) whether each node of a merge tree is; ``group`` (n,) enters it."""
        carried_by, messages, voices = self._with_copies(group)
        is_carried = _has_distinct(tree, carried_by, messages, self.readable.min_messages)
        if self._has_many_voices():
            is_carried &= _has_distinct(tree, carried_by, voices, 2)
        return is_carried

    def carried_parts(self, part: NDArray[np.intp]) -> NDArray[np.bool_]:
        """(n_parts,) whether each part is; ``part`` (n,) that of each passage, from 0."""
        carried_by, messages, voices = self._with_copies(part)
        is_carried = _n_distinct(carried_by, messages) >= self.readable.min_messages
        if self._has_many_voices():
            is_carried &= _n_distinct(carried_by, voices) >= 2
        return is_carried

    def _has_many_voices(self) -> bool:
        return len(np.unique(self.authorship.voices)) >= 10

    def _with_copies(
        self, group: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Group, message and voice of each passage and of each copy."""
        messages, voices = self.authorship.messages, self.authorship.voices
        if (copied := self.authorship.copied) is None:
            return group, messages, voices
        return (
            np.concatenate([group, group[copied.row]]),
            np.concatenate([messages, copied.messages]),
            np.concatenate([voices, copied.voices]),
        )


def _n_distinct(part: NDArray[np.intp], counted: NDArray[np.intp]) -> NDArray[np.intp]:
    """(n_parts,) how many distinct values of ``counted`` each part holds."""
    pairs = np.unique(np.column_stack([part, counted]), axis=0)
    return np.bincount(pairs[:, 0], minlength=int(part.max(initial=-1)) + 1)


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
