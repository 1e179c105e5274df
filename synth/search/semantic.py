"""Find what is said by its meaning: passages, voices and ideas near a sentence, and its place.

Cosines of a sentence encoder are compared as they are: between a question and the passages of one
discussion, what all passages share changes no order (``benchmarks/search.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.vectors import unit_rows
from synth.search.nearness import NeighbourScale

N_NEIGHBOURS = 20
"""So many nearest passages vote for the ideas that a sentence is near to."""
KERNEL = 1.0
"""A passage whose cosine is smaller by this counts e times less; in standard deviations of the
sentence's cosines, since every model has its own scale."""
N_PLACE = 12
"""A sentence has its place on the map among so many nearest passages."""
WORD_WEIGHT = 0.15
"""Weight of words beside meaning, both in standard deviations (``benchmarks/search.py``)."""
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class SemanticIndex:
    """What the passages of a discussion mean to the model that its map was made with."""

    model: str
    """Name of the model."""
    is_of_words: bool
    """Whether the model knows words alone: what is said in other words is not near."""
    passages: NDArray[np.int64]
    """(n,) ids, ascending."""
    vectors: NDArray[np.float32]
    """(n, dim) unit rows."""
    penalty: NDArray[np.float32]
    """(n,) taken off the cosine of a passage whose vector is only estimated, else 0."""
    shifts: Mapping[str, NDArray[np.float32]]
    """By language, what its passages share beside what all share, (dim,); taken off the vectors."""
    scale: NeighbourScale
    """How near the passages are to each other."""
    encode: Callable[[str], NDArray[np.float32]]
    """Text → (dim,), unit."""

    def vector(self, text: str, language: str | None) -> NDArray[np.float32]:
        """Where a text lies among the passages, (dim,), unit."""
        vector = self.encode(text)
        shift = None if language is None else self.shifts.get(language)
        return unit_rows(vector if shift is None else vector - shift)

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n,) how near each passage is."""
        return np.asarray(self.vectors @ vector - self.penalty, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearIdea:
    """An idea near a sentence."""

    idea_id: int
    score: float
    """Ideas are ordered by it."""
    fit: float
    """0..1: share of its own passages that are farther from its centroid than the sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaCentroids:
    """Where the leaf ideas of a map lie among its passages."""

    ids: NDArray[np.int64]
    """(n_ideas,) ascending."""
    of: NDArray[np.int64]
    """(n,) row of each passage's idea, -1 for none."""
    mean: NDArray[np.float32]
    """(dim,) what all passages share."""
    rows: NDArray[np.float32]
    """(n_ideas, dim) mean direction of each without that, unit rows."""
    spread: tuple[NDArray[np.float32], ...]
    """By idea, ascending cosines of its own passages to its centroid."""


def centroids_of(vectors: NDArray[np.float32], leaves: NDArray[np.int64]) -> IdeaCentroids:
    """``vectors`` (n, dim) unit rows of the passages, ``leaves`` (n,) their ideas, 0 for none."""
    ids = np.unique(leaves[leaves > 0])
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], dtype=np.float32)
    rows, spread = [], []
    for idea in ids.tolist():
        away = unit_rows(np.asarray(vectors[leaves == idea] - mean, dtype=np.float32))
        centroid = unit_rows(away.sum(axis=0))
        rows.append(centroid)
        spread.append(np.sort(away @ centroid))
    found = np.searchsorted(ids, leaves)
    return IdeaCentroids(
        ids=ids,
        of=np.where(leaves > 0, found, -1),
        mean=mean,
        rows=np.array(rows, dtype=np.float32).reshape(len(ids), vectors.shape[1]),
        spread=tuple(spread),
    )


def near_ideas(
    vector: NDArray[np.float32],
    cosines: NDArray[np.float32],
    centroids: IdeaCentroids,
    *,
    most: int,
) -> list[NearIdea]:
    """The leaf ideas near a sentence, the nearest first.

    ``cosines`` (n,) of the passages. The nearest passages vote for their ideas, nearer ones more,
    and the centroids of the ideas speak too: together they name the idea of a passage more often
    than either alone.
    """
    if not len(centroids.ids):
        return []
    towards = centroids.rows @ unit_rows(np.asarray(vector - centroids.mean, dtype=np.float32))
    scores = towards + _votes(cosines, centroids.of, n=len(centroids.ids))
    order = np.argsort(-scores, kind="stable")[:most]
    return [
        NearIdea(
            idea_id=int(centroids.ids[row]),
            score=float(scores[row]),
            fit=_share_below(centroids.spread[row], float(towards[row])),
        )
        for row in order.tolist()
    ]


def _votes(cosines: NDArray[np.float32], of: NDArray[np.int64], *, n: int) -> NDArray[np.float32]:
    """(n,) what the nearest passages say for each idea: half a unit vector."""
    nearest, weights = _nearest(cosines, np.flatnonzero(of >= 0), N_NEIGHBOURS)
    votes = np.bincount(of[nearest], weights=weights, minlength=n).astype(np.float32)
    return np.asarray(unit_rows(votes) / 2, dtype=np.float32)


def _nearest(
    cosines: NDArray[np.float32], rows: NDArray[np.intp], n: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The ``n`` nearest of the rows, and what each of them counts."""
    nearest = rows[np.argsort(-cosines[rows], kind="stable")[:n]]
    scale = max(KERNEL * float(cosines[rows].std()), _TINY)
    return nearest, np.exp((cosines[nearest] - cosines[nearest].max()) / scale)


def _share_below(ascending: NDArray[np.float32], value: float) -> float:
    return float(np.searchsorted(ascending, value) / len(ascending)) if len(ascending) else 0.0


def place_among(
    cosines: NDArray[np.float32], places: NDArray[np.float32], leaves: NDArray[np.int64]
) -> tuple[float, float] | None:
    """Where on the map a sentence would stand: the mean place of the nearest passages, nearer ones
    counting more.

    Those of the idea that most of them stand under: a mean over two ideas lies in neither.
    ``places`` (n, 2), NaN where a passage is not laid out. None where nothing is laid out.
    """
    laid = np.flatnonzero(~np.isnan(places[:, 0]))
    if not len(laid):
        return None
    nearest, weights = _nearest(cosines, laid, N_PLACE)
    ideas, of = np.unique(leaves[nearest], return_inverse=True)
    strongest = int(np.bincount(of, weights=weights).argmax())
    kept = of == strongest if ideas[strongest] else np.ones(len(nearest), dtype=np.bool_)
    x, y = np.average(places[nearest[kept]], axis=0, weights=weights[kept]).tolist()
    return x, y


def mixed(meant: NDArray[np.float32], worded: NDArray[np.float32]) -> NDArray[np.float32]:
    """One score from cosines and BM25 (0 where no word was found), both (n,).

    A convex combination of standardised scores: it beat reciprocal rank fusion here, as in Bruch,
    Gai & Ingber 2022 (arXiv:2210.11934). A word that few messages hold stands many deviations out,
    so that an exact name comes first, while common words hardly count.
    """
    return np.asarray(_standard(meant) + WORD_WEIGHT * _standard(worded), dtype=np.float32)


def _standard(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), _TINY), dtype=np.float32)
