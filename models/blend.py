"""An encoder's vectors and what a discussion's own words say, side by side.

An encoder knows what texts mean in general; inside one discussion most texts mean
something similar, and its vectors lie close together. Centred, and beside rarity-weighted
word vectors and n-grams, they tell the ideas apart much better: see ``models/README.md`` for
figures. ``DraftEmbedder`` makes do with the words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.embedders import ModelCard
from models.lexical import N_DIMENSIONS, N_FITTED, Arrays, LexicalView, named_in, part_of
from models.text_counts import WEIGHTS_SHA256, Texts
from models.vectors import unit_rows

ENCODER_WEIGHT = 1.0
"""Length of an encoder's centred vector, beside 1 for each of the two lexical views. From 0.7 to 1
the ideas of ArgKP, CIMT, samples and a mailing list are as good within chance; from 1.2 on they
are worse."""
RIDGE = 1.0
"""Keeps the estimate from following single texts."""

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Blend:
    """Centred encoder vectors and the two lexical views, side by side.

    Fit on a discussion, transform its texts and later ones. The vector of a text that the
    encoder has not read is estimated from its words, by a ridge regression from the lexical views
    to the centred encoder vectors, fitted on the texts that were read. Vectors of no
    dimension, float32 (n, 0), give what the words alone say. Fitted state ends in ``_``;
    ``arrays`` returns it for storage, ``from_arrays`` restores it.
    With ``estimates`` the regression is fitted even where all texts of the fit were read, for
    others that will not be.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        estimates: bool = False,
        static_weight: float | None = None,
        n_fitted: int = N_FITTED,
    ) -> None:
        """``static_weight``: how much static vectors count, where that is known, and ``n_fitted``:
        see ``LexicalView``."""
        self.seed, self._n_fitted = seed, n_fitted
        self._static_weight = static_weight
        self._wants_estimates = estimates

    def fit(self, vectors: Vectors, texts: Texts, *, is_known: Mask | None = None) -> Self:
        """``vectors`` float32 (n, dim) of the n ``texts``: unit rows where ``is_known`` (n,), by
        default everywhere, and anything elsewhere. Raises ModelMissing."""
        self._learn(vectors, texts, is_known)
        return self

    def transform(
        self, vectors: Vectors, texts: Texts, *, is_known: Mask | None = None
    ) -> tuple[Vectors, Vectors]:
        """The vectors with those that are not known estimated, and the blend.

        float32 (n, dim) and (n, dim + 456), both unit rows. Raises ValueError for unknown
        vectors where the fit learned no estimate.
        """
        return self._blended(vectors, self.view_.transform(texts), is_known)

    def fit_transform(
        self, vectors: Vectors, texts: Texts, *, is_known: Mask | None = None
    ) -> tuple[Vectors, Vectors]:
        """The same as ``fit``, then ``transform``; texts are read once."""
        return self._blended(vectors, self._learn(vectors, texts, is_known), is_known)

    @property
    def n_encoder(self) -> int:
        """Dimensions of the encoder's vectors; 0 where the words stand alone."""
        return len(self.mean_)

    @property
    def estimates(self) -> bool:
        """Whether vectors may be unknown: the regression was fitted."""
        return self.weights_ is not None

    @property
    def static_weight(self) -> float:
        """How much the static vectors count beside the rest of the lexical view."""
        return self.view_.static_weight_

    def arrays(self) -> Arrays:
        """The fitted state, what is large in half precision."""
        own: dict[str, NDArray[np.generic]] = {
            "mean": self.mean_,
            "spread": np.array(self.spread_),
        }
        if self.weights_ is not None:
            own["weights"] = self.weights_.astype(np.float32)
        return own | named_in("view", self.view_.arrays())

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """A fitted blend from what ``arrays`` returned."""
        blend = cls()
        blend.mean_ = arrays["mean"].astype(np.float32)
        blend.spread_ = float(arrays["spread"])
        weights = arrays.get("weights")
        blend.weights_ = None if weights is None else weights.astype(np.float32)
        blend.view_ = LexicalView.from_arrays(part_of(arrays, "view"))
        return blend

    def _learn(self, vectors: Vectors, texts: Texts, is_known: Mask | None) -> Vectors:
        """Fit; returns the lexical view of the texts."""
        self.view_ = LexicalView(
            seed=self.seed, static_weight=self._static_weight, n_fitted=self._n_fitted
        )
        view = self.view_.fit_transform(texts)
        known = vectors if is_known is None else vectors[is_known]
        self.mean_ = known.mean(axis=0) if len(known) else np.zeros(vectors.shape[1], np.float32)
        away = known - self.mean_
        self.spread_ = float(np.linalg.norm(away, axis=1).mean()) if len(known) else 0.0
        self.weights_: Vectors | None = None
        is_complete = is_known is None or is_known.all()
        if self._wants_estimates or not is_complete:
            words = view if is_known is None else view[is_known]
            inner = words.T @ words + RIDGE * np.eye(words.shape[1], dtype=np.float32)
            self.weights_ = np.linalg.solve(inner, words.T @ unit_rows(away))
        return view

    def _blended(
        self, vectors: Vectors, view: Vectors, is_known: Mask | None
    ) -> tuple[Vectors, Vectors]:
        centred = unit_rows(np.asarray(vectors - self.mean_, np.float32))
        if is_known is not None and not is_known.all():
            if self.weights_ is None:
                raise ValueError("nothing was learned that could stand in for unknown vectors")
            unknown = ~is_known
            centred[unknown] = unit_rows(np.asarray(view[unknown] @ self.weights_, np.float32))
            vectors = vectors.copy()
            guess = self.mean_ + self.spread_ * centred[unknown]
            vectors[unknown] = unit_rows(np.asarray(guess, np.float32))
        blended = unit_rows(np.hstack((np.float32(ENCODER_WEIGHT) * centred, view)))
        blended[~blended.any(axis=1), 0] = 1.0
        return vectors, blended


def no_vectors(n: int) -> Vectors:
    """float32 (n, 0): what ``Blend`` takes for ``n`` texts that no encoder reads."""
    return np.zeros((n, 0), np.float32)


DRAFT_CARD = ModelCard(
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
    """Embeds texts by their words alone, without a transformer: a quick look at a discussion.

    ``encode`` fits on the texts it is given unless ``fit`` was called before. Fit on a
    whole discussion to get comparable vectors for its later messages.
    """

    is_fitted_per_discussion = True
    card = DRAFT_CARD
    fingerprint = f"{DRAFT_CARD.name}-{WEIGHTS_SHA256[:16]}-1"

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed
        self.blend_: Blend | None = None

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn the weights of words and n-grams. Raises ModelMissing."""
        self.blend_ = Blend(seed=self.seed).fit(no_vectors(len(texts)), texts)
        return self

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
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
