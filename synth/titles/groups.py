"""Which passages are under each idea, and how near its centre each one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.vectors import unit_rows
from synth.records import IdeaTree

Vectors = NDArray[np.float32]

CONTRAST = 0.5
"""Share of the parent's centre that is taken away from an idea's: what sets it apart counts."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The ideas of one discussion seen as groups of passages."""

    members: list[NDArray[np.intp]]
    """Rows of all passages below each idea, ascending."""
    parent: NDArray[np.int32]
    belongs: sparse.csr_matrix
    """(n_ideas, n_passages) 1 where the passage is below the idea."""
    mean: Vectors
    """(dim,) centre of the discussion."""
    directions: Vectors
    """(n_ideas, dim) unit rows: from the discussion's centre towards the idea."""
    centred: Vectors
    """(n_passages, dim) unit rows: vectors without what the whole discussion shares."""
    languages: list[str | None]
    """Most frequent language of each idea's passages."""

    @property
    def n_ideas(self) -> int:
        return len(self.members)

    def centrality(self, idea: int) -> Vectors:
        """(n_members,) cosine of each member with its idea's direction."""
        return np.asarray(self.centred[self.members[idea]] @ self.directions[idea], np.float32)

    def siblings(self, idea: int) -> NDArray[np.intp]:
        """Rows of the other ideas under the same parent."""
        rows = np.flatnonzero(self.parent == self.parent[idea])
        return np.asarray(rows[rows != idea], np.intp)


def group(tree: IdeaTree, vectors: Vectors, languages: Sequence[str | None]) -> Groups:
    """Gather the members, centres and languages of every idea.

    vectors: float32 (n_passages, dim), unit rows; one language tag or None per passage.
    """
    members = _members(tree)
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], np.float32)
    centred = unit_rows(vectors - mean)
    centres = np.zeros((len(members), vectors.shape[1]), np.float32)
    for idea, rows in enumerate(members):
        if len(rows):
            centres[idea] = centred[rows].mean(axis=0)
    inside = tree.parent >= 0
    directions = centres.copy()
    directions[inside] -= CONTRAST * centres[tree.parent[inside]]
    return Groups(
        members=members,
        parent=tree.parent,
        belongs=_membership(members, len(tree.leaf)),
        mean=mean,
        directions=unit_rows(directions),
        centred=centred,
        languages=[_majority([languages[row] for row in rows]) for rows in members],
    )


def _members(tree: IdeaTree) -> list[NDArray[np.intp]]:
    n_ideas = len(tree.parent)
    below: list[list[NDArray[np.intp]]] = [[np.flatnonzero(tree.leaf == i)] for i in range(n_ideas)]
    for idea in range(n_ideas - 1, -1, -1):
        if tree.parent[idea] >= 0:
            below[tree.parent[idea]].extend(below[idea])
    return [np.sort(np.concatenate(rows)) for rows in below]


def _membership(members: list[NDArray[np.intp]], n_passages: int) -> sparse.csr_matrix:
    indptr = np.cumsum([0, *(len(rows) for rows in members)])
    indices = np.concatenate(members) if members else np.empty(0, np.intp)
    values = np.ones(len(indices), np.float32)
    return sparse.csr_matrix((values, indices, indptr), shape=(len(members), n_passages))


def _majority(languages: Sequence[str | None]) -> str | None:
    counts = Counter(language for language in languages if language)
    return min(counts, key=lambda tag: (-counts[tag], tag)) if counts else None
