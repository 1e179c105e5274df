"""Blends an encoder's vectors with what a discussion's own words say.

An encoder knows what texts mean in general; inside one discussion most texts mean
something similar, and its vectors lie close together. Centring them and setting rarity-
weighted word vectors and n-grams beside them tells the ideas apart much better: see
``models/README.md`` for figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.lexical import LexicalView, unit


class Blend:
    """Centred encoder vectors and the two lexical views, side by side.

    Fit on a discussion, transform its texts and later ones. Fitted state ends in ``_``.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> Self:
        """``vectors`` float32 (n, dim), unit rows, of the n ``texts``. Raises ModelMissing."""
        self.mean_ = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1])
        self.view_ = LexicalView(seed=self.seed).fit(texts)
        return self

    def transform(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, dim + 456), unit rows."""
        centred = unit(np.asarray(vectors - self.mean_, np.float32))
        blended = unit(np.hstack((centred, self.view_.transform(texts))))
        blended[~blended.any(axis=1), 0] = 1.0
        return blended


def blend(
    vectors: NDArray[np.float32], texts: Sequence[str], *, seed: int = 0
) -> NDArray[np.float32]:
    """Fit a ``Blend`` on a discussion and transform it: float32 (n, dim + 456), unit rows."""
    return Blend(seed=seed).fit(vectors, texts).transform(vectors, texts)


RIDGE = 1.0
"""Keeps the estimate from following single texts."""


def complete(
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    *,
    is_known: NDArray[np.bool_],
    n_fitted: int | None = None,
    seed: int = 0,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vectors with the unknown rows estimated from their words, and their blend.

    ``vectors`` float32 (n, dim), unit rows where ``is_known`` (n,) and anything elsewhere. The
    estimate is a ridge regression from the lexical views to the centred encoder vectors,
    fitted on the known rows of this very discussion. With ``n_fitted``, means, views and
    regression are fitted on so many first rows only; the others are transformed. Returns
    float32 (n, dim) and (n, dim + 456), both unit rows; the second is what ``blend`` gives
    for the first.
    """
    n_own = len(texts) if n_fitted is None else n_fitted
    words_of = LexicalView(seed=seed)
    view = words_of.fit_transform(texts[:n_own])
    if n_own < len(texts):
        view = np.vstack((view, words_of.transform(texts[n_own:])))
    is_fitted = is_known & (np.arange(len(texts)) < n_own)
    known = vectors[is_fitted]
    mean = known.mean(axis=0)
    centred = unit(np.asarray(vectors - mean, np.float32))
    if not is_known.all():
        words = view[is_fitted]
        inner = words.T @ words + RIDGE * np.eye(words.shape[1], dtype=np.float32)
        weights = np.linalg.solve(inner, words.T @ centred[is_fitted])
        centred[~is_known] = unit(np.asarray(view[~is_known] @ weights, np.float32))
        spread = float(np.linalg.norm(known - mean, axis=1).mean())
        vectors = vectors.copy()
        vectors[~is_known] = unit(np.asarray(mean + spread * centred[~is_known], np.float32))
    blended = unit(np.hstack((centred, view)))
    blended[~blended.any(axis=1), 0] = 1.0
    return vectors, blended
