"""A model without a transformer, for a quick look at a discussion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.blend import Blend, no_vectors
from models.embedders import ModelCard
from models.lexical import N_DIMENSIONS, WEIGHTS_SHA256

CARD = ModelCard(
    name="draft",
    title="WordLlama static vectors with the discussion's own character n-grams",
    kind="fitted",
    licence="MIT",
    languages=("en", "fr", "de"),
    dimensions=N_DIMENSIONS,
    max_tokens=None,
    package="wordllama",
    package_version="0.4.0.post1",
    sha256=WEIGHTS_SHA256,
    notes=(
        "Fast, fitted on the texts of the discussion. Texts that say the same in other words "
        "are found in English only; across languages nothing is close."
    ),
)


class DraftEmbedder:
    """Embeds texts with static word vectors and character n-grams (``models.lexical``).

    ``encode`` fits on the texts it is given unless ``fit`` was called before. Fit on a
    whole discussion to get comparable vectors for its later messages.
    """

    is_fitted_per_discussion = True
    card = CARD
    fingerprint = f"{CARD.name}-{WEIGHTS_SHA256[:16]}-1"

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed
        self.blend_: Blend | None = None

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn the weights of words and n-grams. Raises ModelMissing."""
        self.blend_ = Blend(seed=self.seed).fit(no_vectors(len(texts)), texts)
        return self

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """float32 (n, 456), unit rows; see ``models.embedders.Embedder.encode``.

        A text that shares no word with the others lies on the first axis.
        """
        if not texts:
            return np.zeros((0, N_DIMENSIONS), np.float32)
        nothing = no_vectors(len(texts))
        if self.blend_ is None:
            _, vectors = Blend(seed=self.seed).fit_transform(nothing, texts)
        else:
            _, vectors = self.blend_.transform(nothing, texts)
        if progress:
            progress(len(texts))
        return vectors
