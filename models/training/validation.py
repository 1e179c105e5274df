"""How well vectors tell points apart on topics that training does not see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from models.training.sources import LANGUAGES, Points, Source, parallel_points
from models.vectors import unit_rows

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]


def report(encode: Encode, apart: Sequence[Source]) -> str:
    """One line of figures for the sources kept apart.

    Each topic of ArgKP is a discussion, all claims of Perspectrum are one, and the parallel
    points of one language are looked for with another.
    """
    parts = []
    for source in apart:
        if source.name == "parallel":
            found = between_languages(encode, parallel_points(), source.topics)
            parts.append(f"parallel R@1 {np.mean(list(found.values())):.3f}")
            continue
        discussions = list(source.topics.values())
        if source.name == "perspectrum":
            discussions = [_together(source)]
        scores = [_scores(encode, points) for points in discussions]
        auc, precision = np.mean(scores, axis=0)
        parts.append(f"{source.name} AUC {auc:.3f} R-precision {precision:.3f}")
    return "; ".join(parts)


def pair_auc(vectors: Vectors, points: Sequence[str]) -> float:
    """How often two texts of one point are closer than two of different points."""
    from sklearn.metrics import roc_auc_score

    likeness, gold = _likeness(vectors), np.array(points)
    pairs = np.triu_indices(len(gold), 1)
    return float(roc_auc_score((gold[:, None] == gold[None, :])[pairs], likeness[pairs]))


def r_precision(vectors: Vectors, points: Sequence[str]) -> float:
    """How many of a text's n nearest have its point, n being how many others have it."""
    likeness, gold = _likeness(vectors), np.array(points)
    np.fill_diagonal(likeness, -np.inf)
    found = []
    for row, point in enumerate(gold):
        n = int((gold == point).sum()) - 1
        if n:
            found.append((gold[np.argsort(-likeness[row])[:n]] == point).mean())
    return float(np.mean(found))


def between_languages(
    encode: Encode, topics: Mapping[str, Points], asked: Collection[str]
) -> dict[tuple[str, str], float]:
    """R@1 for each pair of languages: is the nearest text of the other one the same point?

    ``topics`` are the parallel points; those of the topics ``asked`` are looked for among all.
    Each language is centred first, as the product does it.
    """
    rows = [(topic, said) for topic, points in topics.items() for said in points.values()]
    vectors = encode([text for _, said in rows for text in said])
    spoken = vectors.reshape(len(rows), len(LANGUAGES), -1)
    spoken = unit_rows(spoken - spoken.mean(axis=0, keepdims=True))
    wanted = np.flatnonzero([topic in asked for topic, _ in rows])
    found = {}
    for (a, one), (b, other) in permutations(enumerate(LANGUAGES), 2):
        nearest = np.argmax(spoken[wanted, a] @ spoken[:, b].T, axis=1)
        found[one, other] = float((nearest == wanted).mean())
    return found


def _scores(encode: Encode, points: Points) -> tuple[float, float]:
    texts = [text for said in points.values() for text in said]
    gold = [point for point, said in points.items() for _ in said]
    vectors = encode(texts)
    return pair_auc(vectors, gold), r_precision(vectors, gold)


def _together(source: Source) -> Points:
    return {
        f"{topic}\t{point}": said
        for topic, points in source.topics.items()
        for point, said in points.items()
    }


def _likeness(vectors: Vectors) -> Vectors:
    centred = unit_rows(np.asarray(vectors - vectors.mean(axis=0), np.float32))
    return np.asarray(centred @ centred.T, np.float32)
