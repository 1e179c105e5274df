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
