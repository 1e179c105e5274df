"""Turns off the topic: talk beside the matter, told by what it is like.

A turn is compared with made-up turns of two kinds (``example_turns.toml``): talk beside any matter
(somebody's dinner, lost keys, the date of the next meeting), and statements about questions of
common life. It is off the topic where it is nearer to such talk than to all that others say in this
discussion. A point of view that only one person holds is not: it is like other statements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.wordlists import read_toml

Floats = NDArray[np.float64]

LEAST_TURNS = 20
"""Turns below which nobody can say what a discussion is about."""
MOST_COMPARED = 2_000
"""Turns of the discussion, evenly drawn, that each is compared with."""
NEAREST_EXAMPLES, NEAREST_TURNS = 3, 5
"""How many of the nearest make up how near a turn is to examples, and to the discussion."""
WEIGHT_OF_KIND = 3.0
"""What the regression says, beside 1 for nearness."""
RIDGE = 0.03
"""Keeps the regression from following single turns."""
SHORT, PER_WORD = 15, 0.025
"""Words from which a turn has more to say than a remark, and what each further one takes off."""
SHARE_OF_NEIGHBOURS = 0.35
"""What the turns that it answers, or that answer it, add, beside 1 for a turn's own words."""
LEAST_SCORE = -0.5
"""Score above which a turn is off the topic; 0 is as near to talk as to the discussion."""
LEAST_ABOVE = 1.6
"""And as far above the median of the discussion: where people say many different things, nobody
is near to anybody."""
LEAST_RIGHT = 0.8
"""Share of the examples that a model must tell rightly by the others (e5-small: 0.91)."""
AT_ONCE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The messages of a discussion, or those of it that are at hand, as columns."""

    vectors: NDArray[np.float32]
    """(n, dim) unit rows; zero where nothing is known of a turn, or it does not count."""
    n_words: NDArray[np.intp]
    """(n,)"""
    parents: NDArray[np.intp]
    """(n,) row of the turn that each answers, -1 for none."""
    group: NDArray[np.intp]
    """(n,) the first turn that says the same; a copy does not vouch for another."""

    def __post_init__(self) -> None:
        n = len(self.vectors)
        for name in ("n_words", "parents", "group"):
            if (length := len(getattr(self, name))) != n:
                raise ValueError(f"{name} has {length} entries for {n} turns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """What the examples mean to the model that read the turns."""

    aside: NDArray[np.float32]
    """(n_aside, dim) unit rows: talk beside the matter."""
    matter: NDArray[np.float32]
    """(n_matter, dim) unit rows: statements."""


def example_texts() -> tuple[list[str], list[str]]:
    """The examples: talk beside the matter, and statements."""
    kinds = read_toml(__package__, "example_turns.toml")
    aside, matter = ([text for some in kinds[kind].values() for text in some] for kind in kinds)
    return aside, matter


def find_off_topic(turns: Turns, examples: Examples) -> NDArray[np.bool_]:
    """(n,) which turns are off the topic.

    None in a discussion of less than 20 turns, and none where the model that read them does not
    tell the two kinds of examples apart.
    """
    is_known = np.asarray(turns.vectors.any(axis=1))
    if is_known.sum() < LEAST_TURNS or not tells_kinds(examples):
        return np.zeros(len(turns.vectors), dtype=np.bool_)
    score = scores(turns, examples)
    enough = max(LEAST_SCORE, float(np.median(score[is_known])) + LEAST_ABOVE)
    return np.asarray(is_known & (score > enough))


def scores(turns: Turns, examples: Examples) -> Floats:
    """(n,) how much each turn is like talk beside the matter, and unlike the discussion.

    In units of the spread of cosines among the examples, so that models with narrow and with
    wide cosines are judged alike. The median where nothing is known.
    """
    is_known = np.asarray(turns.vectors.any(axis=1))
    compared = np.flatnonzero(is_known)
    evenly = np.linspace(0, len(compared) - 1, min(len(compared), MOST_COMPARED))
    compared = compared[evenly.round().astype(np.intp)]
    own = _nearness(turns, examples, compared) / _unit(examples.aside)
    own += WEIGHT_OF_KIND * _kind(turns.vectors, examples, compared)
    own -= PER_WORD * np.maximum(0, turns.n_words - SHORT)
    median = np.median(own[is_known])
    own[~is_known] = median
    around = _mean_of_neighbours(own, turns.parents, is_known, otherwise=float(median))
    return np.asarray(np.round(own + SHARE_OF_NEIGHBOURS * (around - median), 4))


def _unit(vectors: NDArray[np.float32]) -> float:
    """The spread of the cosines of every two rows."""
    one, other = np.triu_indices(len(vectors), 1)
    return max(float(np.std((vectors @ vectors.T)[one, other])), 1e-6)


def _mean_of_top(cosines: NDArray[np.float32], n: int) -> Floats:
    n = min(n, cosines.shape[1])
    return np.asarray(np.partition(cosines, -n, axis=1)[:, -n:].mean(axis=1), dtype=np.float64)


def _nearness(turns: Turns, examples: Examples, compared: NDArray[np.intp]) -> Floats:
    """(n,) how much nearer to the examples of talk than to what others say, or to statements."""
    found = np.zeros(len(turns.vectors))
    for at in range(0, len(found), AT_ONCE):
        rows = np.arange(at, min(at + AT_ONCE, len(found)))
        some = turns.vectors[rows]
        others = some @ turns.vectors[compared].T
        is_own = turns.group[rows][:, None] == turns.group[compared]
        is_own |= turns.parents[rows][:, None] == compared
        is_own |= turns.parents[compared] == rows[:, None]
        others[is_own] = -1.0
        beside = _mean_of_top(some @ examples.matter.T, NEAREST_EXAMPLES)
        beside = np.maximum(beside, _mean_of_top(others, NEAREST_TURNS))
        found[rows] = _mean_of_top(some @ examples.aside.T, NEAREST_EXAMPLES) - beside
    return found


def _kind(vectors: NDArray[np.float32], examples: Examples, compared: NDArray[np.intp]) -> Floats:
    """(n,) from about -1 for what is like statements and this discussion, to 1 for talk.

    By a regression on the examples and the turns ``compared``, which count as statements; each of
    these is judged by what the others tell.
    """
    parts = (examples.aside, examples.matter, vectors[compared])
    sizes = [len(part) for part in parts]
    told = _Regression.fit(
        np.vstack(parts),
        wanted=np.repeat([1.0, -1.0, -1.0], sizes),
        weights=np.repeat([1.0 / sizes[0], 0.5 / sizes[1], 0.5 / sizes[2]], sizes),
    )
    found = told.predict(vectors)
    found[compared] = told.left_out[-len(compared) :]
    return found


def tells_kinds(examples: Examples) -> bool:
    """Whether the model that read them tells the two kinds of examples apart at all."""
    n, m = len(examples.aside), len(examples.matter)
    kind = np.repeat([1.0, -1.0], [n, m])
    told = _Regression.fit(
        np.vstack((examples.aside, examples.matter)),
        wanted=kind,
        weights=np.repeat([1.0 / n, 1.0 / m], [n, m]),
    )
    return float((np.sign(told.left_out) == kind).mean()) >= LEAST_RIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regression:
    """Weighted ridge regression of +1 and -1 on vectors."""

    mean: Floats
    slope: Floats
    """(dim + 1,) the constant last."""
    left_out: Floats
    """(n,) what all other rows tell of each row of the fit."""

    @classmethod
    def fit(cls, vectors: NDArray[np.float32], *, wanted: Floats, weights: Floats) -> _Regression:
        rows = vectors.astype(np.float64)
        mean = rows.mean(axis=0)
        rows = _with_constant(rows - mean)
        weighted = rows * weights[:, None]
        ridge = np.diag(np.append(np.full(rows.shape[1] - 1, RIDGE), 1e-6))
        inverse = np.linalg.inv(weighted.T @ rows + ridge)
        slope = inverse @ (weighted.T @ wanted)
        share = weights * np.einsum("ij,ij->i", rows @ inverse, rows)
        left_out = (rows @ slope - share * wanted) / np.maximum(1 - share, 1e-9)
        return cls(mean=mean, slope=slope, left_out=left_out)

    def predict(self, vectors: NDArray[np.float32]) -> Floats:
        """(n,)"""
        return np.asarray(_with_constant(vectors.astype(np.float64) - self.mean) @ self.slope)


def _with_constant(rows: Floats) -> Floats:
    return np.column_stack([rows, np.ones(len(rows))])


def _mean_of_neighbours(
    values: Floats, parents: NDArray[np.intp], is_known: NDArray[np.bool_], *, otherwise: float
) -> Floats:
    """(n,) the mean of the turns that each answers and that answer it."""
    replies = np.flatnonzero(parents >= 0)
    replies = replies[is_known[replies] & is_known[parents[replies]]]
    above = parents[replies]
    total, n = np.zeros(len(values)), np.zeros(len(values))
    for one, other in ((replies, above), (above, replies)):
        np.add.at(total, one, values[other])
        np.add.at(n, one, 1)
    return np.where(n > 0, total / np.maximum(n, 1), otherwise)
