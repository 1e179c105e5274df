"""Turns and made-up examples as vectors, and how like one another they are.

All of it is relative to the model that read them: nearness is told in units of the spread of
cosines among examples, kinds by a regression on the examples, and a model that does not tell the
kinds of examples apart is not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.wordlists import read_toml

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]

LEAST_TURNS = 20
"""Turns below which nobody can say what a discussion is about."""
MOST_COMPARED = 2_000
"""Turns of the discussion, evenly drawn, that each is compared with."""
NEAREST_EXAMPLES, NEAREST_TURNS = 3, 5
"""How many of the nearest make up how near a turn is to examples, and to the discussion."""
RIDGE = 0.03
"""Keeps the regression from following single turns."""
LEAST_RIGHT = 0.8
"""Share of the examples that a model must tell rightly by the others (e5-small: 0.91)."""
AT_ONCE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The messages of a discussion, or those of it that are at hand, as columns."""

    vectors: Vectors
    """(n, dim) unit rows; zero where nothing is known of a turn, or it does not count."""
    n_words: NDArray[np.intp]
    """(n,)"""
    parents: NDArray[np.intp]
    """(n,) row of the turn that each answers, -1 for none."""
    group: NDArray[np.intp]
    """(n,) the first turn that says the same; a copy does not vouch for another."""
    takes_up: NDArray[np.bool_]
    """(n,) whether it takes up a word of what it answers."""

    def __post_init__(self) -> None:
        n = len(self.vectors)
        for name in ("n_words", "parents", "group", "takes_up"):
            if (length := len(getattr(self, name))) != n:
                raise ValueError(f"{name} has {length} entries for {n} turns")

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """(n,)"""
        return np.asarray(self.vectors.any(axis=1))

    def compared(self, among: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Rows of at most 2,000 of the turns ``among`` (n,), evenly drawn."""
        rows = np.flatnonzero(among)
        evenly = np.linspace(0, len(rows) - 1, min(len(rows), MOST_COMPARED))
        return rows[evenly.round().astype(np.intp)]

    def nearest_others(self, compared: NDArray[np.intp]) -> Floats:
        """(n,) mean cosine of each turn with the five nearest of some; without itself, its copies,
        what it answers and what answers it."""
        found = np.full(len(self.vectors), -1.0)
        for at in range(0, len(found) if len(compared) else 0, AT_ONCE):
            rows = np.arange(at, min(at + AT_ONCE, len(found)))
            cosines = self.vectors[rows] @ self.vectors[compared].T
            is_own = self.group[rows][:, None] == self.group[compared]
            is_own |= self.parents[rows][:, None] == compared
            is_own |= self.parents[compared] == rows[:, None]
            cosines[is_own] = -1.0
            found[rows] = mean_of_top(cosines, NEAREST_TURNS)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """What the examples (``example_turns.toml``) mean to the model that read the turns.

    float32 (n, dim) each, unit rows.
    """

    talk: Vectors
    """Talk off the topic."""
    statements: Vectors
    """Statements."""
    nothing: Vectors
    """What people write where they have no answer."""

    @classmethod
    def of(cls, rows: Vectors) -> Self:
        """From the rows of all texts, in the order of :func:`example_texts`."""
        kinds = _kinds()
        ends = np.cumsum([len(texts) for texts in kinds.values()])[:-1]
        return cls(**dict(zip(kinds, np.split(rows, ends), strict=True)))

    @property
    def unit(self) -> float:
        """The spread of the cosines of every two examples of talk."""
        one, other = np.triu_indices(len(self.talk), 1)
        return max(float(np.std((self.talk @ self.talk.T)[one, other])), 1e-6)

    def are_told_apart(self) -> bool:
        """Whether the model tells talk from statements, each judged by the other examples."""
        told = Regression.fit(self.talk, (self.statements,))
        kind = np.repeat([1.0, -1.0], [len(self.talk), len(self.statements)])
        return float((np.sign(told.left_out) == kind).mean()) >= LEAST_RIGHT


@cache
def _kinds() -> dict[str, list[str]]:
    kinds = read_toml(__package__, "example_turns.toml")
    return {kind: [text for some in kinds[kind].values() for text in some] for kind in kinds}


def example_texts() -> list[str]:
    """All examples, one kind after the other."""
    return [text for texts in _kinds().values() for text in texts]


def mean_of_top(cosines: Vectors, n: int) -> Floats:
    """(n_rows,) the mean of the ``n`` largest of each row."""
    n = min(n, cosines.shape[1])
    return np.asarray(np.partition(cosines, -n, axis=1)[:, -n:].mean(axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Ridge regression of vectors: +1 for one kind, -1 for others."""

    mean: Floats
    slope: Floats
    """(dim + 1,) the constant last."""
    left_out: Floats
    """(n,) what all other rows of the fit tell of each, the kind first."""

    @classmethod
    def fit(cls, kind: Vectors, others: Sequence[Vectors]) -> Self:
        """The kind weighs as much as all others; each part of the others as much as another."""
        parts = [kind, *(part for part in others if len(part))]
        sizes = [len(part) for part in parts]
        weight = [1.0 / sizes[0], *(1.0 / (len(sizes) - 1) / n for n in sizes[1:])]
        weights = np.repeat(weight, sizes)
        wanted = np.repeat([1.0] + [-1.0] * (len(sizes) - 1), sizes)
        rows = np.vstack(parts).astype(np.float64)
        mean = rows.mean(axis=0)
        rows = _with_constant(rows - mean)
        weighted = rows * weights[:, None]
        ridge = np.diag(np.append(np.full(rows.shape[1] - 1, RIDGE), 1e-6))
        inverse = np.linalg.inv(weighted.T @ rows + ridge)
        slope = inverse @ (weighted.T @ wanted)
        share = weights * np.einsum("ij,ij->i", rows @ inverse, rows)
        left_out = (rows @ slope - share * wanted) / np.maximum(1 - share, 1e-9)
        return cls(mean=mean, slope=slope, left_out=left_out)

    def predict(self, vectors: Vectors) -> Floats:
        """(n,) from about -1 to 1."""
        return np.asarray(_with_constant(vectors.astype(np.float64) - self.mean) @ self.slope)


def _with_constant(rows: Floats) -> Floats:
    return np.column_stack([rows, np.ones(len(rows))])
