"""Two views of texts that are fitted on a discussion and need no transformer.

``StaticView``: the mean of static word-piece vectors (WordLlama), weighted by how rare a
piece is in this discussion and centred. It knows which English words are close. Weighting
and centring follow Arora et al. 2017, "A simple but tough-to-beat baseline for sentence
embeddings", with inverse document frequency in place of their corpus frequencies.

``LatentView``: character n-grams weighted by tf-idf and reduced by a truncated SVD (latent
semantic analysis, Deerwester et al. 1990). It knows this discussion's own words, in
whatever language and spelling.

Both are fitted on a discussion and then transform any text. Fitted state ends in ``_``;
``arrays`` returns it for storage, ``from_arrays`` restores it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.embedders import n_usable
from models.languages import identify, shares
from models.text_counts import (
    N_BUCKETS,
    Texts,
    counted,
    static_table,
)
from models.vectors import unit_rows

Arrays = Mapping[str, NDArray[np.generic]]
"""Fitted state, by name."""

N_STATIC = 256
N_LATENT = 200
N_DIMENSIONS = N_STATIC + N_LATENT

_FOREIGN = 0.5
"""Weight of the static view in a discussion without English."""
_N_IDENTIFIED = 500
"""Texts whose language is looked at, evenly spread."""
_AT_ONCE = 4096
_FEW = 50
"""Texts up to which a term counts that stands in one of them only."""
_COMMON = 0.5
"""Share of the texts above which a term says nothing."""
_N_COLUMNS = 50_000
"""N-grams that are kept, those of most texts first."""
N_FITTED = 5_000
"""Texts of a discussion that the axes are fitted on, evenly spread; the others are projected."""
_N_ITERATIONS, _N_ITERATIONS_LARGE = 4, 2
"""Power iterations of the randomised SVD (Halko et al. 2011). Where the texts are too many to
be fitted on all, the axes are an estimate anyway, and two more bring no better neighbours."""
_N_OVERSAMPLED = 10
"""Axes that are computed beyond those that are wanted."""
_N_EXACT = 1_000
"""Texts up to which the axes are computed exactly: so few take less time that way."""
_NOTHING = 1e-9
"""An eigenvalue below this is rounding."""


class LexicalView:
    """Both views side by side: what a text says in a discussion's own words.

    The static vectors were trained on English. They count in full in an English
    discussion and half in another language, in between in a mixed one.
    """

    def __init__(
        self, *, seed: int = 0, static_weight: float | None = None, n_fitted: int = N_FITTED
    ) -> None:
        """``static_weight``: that of a discussion which these texts are a part of; ``n_fitted``:
        texts, evenly spread, that the axes are fitted on, the others being projected."""
        self.static, self.latent = StaticView(), LatentView(seed=seed, n_fitted=n_fitted)
        self._given_weight = static_weight

    def fit(self, texts: Texts) -> Self:
        """Learn the weights of pieces and n-grams. Raises ModelMissing."""
        self.fit_transform(texts)
        return self

    def transform(self, texts: Texts) -> NDArray[np.float32]:
        """float32 (n, 456): static view, then latent view; zero where it knows nothing."""
        counts = counted(texts)
        static = np.float32(self.static_weight_) * self.static.transform(counts)
        return np.hstack((static, self.latent.transform(counts)))

    def fit_transform(self, texts: Texts) -> NDArray[np.float32]:
        """The same as ``fit``, then ``transform``."""
        counts, given = counted(texts), self._given_weight
        self.static_weight_ = _static_weight(counts.texts) if given is None else given
        static = np.float32(self.static_weight_) * self.static.fit_transform(counts)
        return np.hstack((static, self.latent.fit(counts).transform(counts)))

    def arrays(self) -> Arrays:
        """The fitted state, the axes in half precision."""
        own: dict[str, NDArray[np.generic]] = {"static_weight": np.array(self.static_weight_)}
        own |= named_in("static", self.static.arrays())
        return own | named_in("latent", self.latent.arrays())

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """A fitted view from what ``arrays`` returned."""
        view = cls()
        view.static_weight_ = float(arrays["static_weight"])
        view.static = StaticView.from_arrays(part_of(arrays, "static"))
        view.latent = LatentView.from_arrays(part_of(arrays, "latent"))
        return view


def _static_weight(texts: Sequence[str]) -> float:
    """How much the static vectors count beside these texts."""
    step = -(-len(texts) // _N_IDENTIFIED) or 1
    return _FOREIGN + (1 - _FOREIGN) * shares(identify(texts[::step])).get("en", 0.0)


class StaticView:
    """Rarity-weighted, centred means of static word-piece vectors."""

    def fit(self, texts: Texts) -> Self:
        """Learn how rare each piece is, and the mean text."""
        self.fit_transform(texts)
        return self

    def transform(self, texts: Texts) -> NDArray[np.float32]:
        """float32 (n, 256), unit rows; zero for a text without a piece that counts."""
        return self._centred(self._means(counted(texts).pieces))

    def fit_transform(self, texts: Texts) -> NDArray[np.float32]:
        """The same as ``fit``, then ``transform``."""
        counts = counted(texts).pieces
        n_texts, n_pieces = counts.shape
        n_with = np.bincount(counts.indices, minlength=n_pieces)
        rarity = np.log((n_texts + 1) / (n_with + 0.5))
        self.weights_ = np.maximum(rarity, 0.0).astype(np.float32)
        means = self._means(counts)
        self.mean_ = means.mean(axis=0) if n_texts else np.zeros(N_STATIC, np.float32)
        return self._centred(means)

    def arrays(self) -> Arrays:
        return {"weights": self.weights_, "mean": self.mean_}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        view = cls()
        view.weights_ = arrays["weights"].astype(np.float32)
        view.mean_ = arrays["mean"].astype(np.float32)
        return view

    def _centred(self, means: NDArray[np.float32]) -> NDArray[np.float32]:
        means[means.any(axis=1)] -= self.mean_
        return unit_rows(means)

    def _means(self, counts: sparse.csr_matrix) -> NDArray[np.float32]:
        """Directions of the texts before they are centred."""
        weighted = counts.astype(np.float32)
        weighted.data = np.log1p(weighted.data) * self.weights_[weighted.indices]
        return unit_rows(np.asarray(weighted @ static_table(), np.float32))


class LatentView:
    """Latent semantic analysis of character n-grams."""

    def __init__(self, *, seed: int = 0, n_fitted: int = N_FITTED) -> None:
        """``n_fitted`` as for ``LexicalView``."""
        self.seed, self.n_fitted = seed, n_fitted

    def fit(self, texts: Texts) -> Self:
        """Learn which n-grams count, their weights, and the axes that tell texts apart."""
        step = -(-len(texts) // self.n_fitted) or 1
        counts = counted(texts).ngrams[::step]
        n_texts = counts.shape[0]
        n_with = np.bincount(counts.indices, minlength=N_BUCKETS)
        self.columns_ = _telling(n_with, n_texts=n_texts)
        self.weights_ = np.log((1 + n_texts) / (1 + n_with[self.columns_])) + 1
        self.components_ = np.zeros((len(self.columns_), 0), np.float32)
        weighted = self._weighted(counts)
        n_axes = min(N_LATENT, min(weighted.shape) - 1)
        if n_axes > 0:
            n_iter = _N_ITERATIONS if step == 1 else _N_ITERATIONS_LARGE
            self.components_ = _axes(weighted, n_axes, n_iter=n_iter, seed=self.seed)
        return self

    def transform(self, texts: Texts) -> NDArray[np.float32]:
        """float32 (n, 200), unit rows; zero for a text without a known n-gram."""
        found = np.zeros((len(texts), N_LATENT), np.float32)
        counts = counted(texts).ngrams

        def project(start: int) -> None:
            rows = slice(start, start + _AT_ONCE)
            projected = self._weighted(counts[rows]) @ self.components_
            found[rows, : projected.shape[1]] = projected

        # scipy lets go of the interpreter while it multiplies.
        with ThreadPoolExecutor(n_usable()) as pool:
            deque(pool.map(project, range(0, len(texts), _AT_ONCE)), maxlen=0)
        return unit_rows(found)

    def arrays(self) -> Arrays:
        return {
            "columns": self.columns_.astype(np.int32),
            "weights": self.weights_.astype(np.float32),
            "components": self.components_.astype(np.float16),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        view = cls()
        view.columns_ = arrays["columns"].astype(np.int64)
        view.weights_ = arrays["weights"].astype(np.float64)
        view.components_ = arrays["components"].astype(np.float32)
        return view

    def _weighted(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """float32 (n, n_columns), tf-idf with unit rows."""
        weighted = counts[:, self.columns_]
        weights = (1 + np.log(weighted.data)) * self.weights_[weighted.indices]
        lengths = np.sqrt(np.bincount(_rows(weighted), weights**2, minlength=weighted.shape[0]))
        weighted.data = (weights / lengths[_rows(weighted)]).astype(np.float32)
        return weighted


def _axes(
    weighted: sparse.csr_matrix, n_axes: int, *, n_iter: int, seed: int
) -> NDArray[np.float32]:
    """float32 (n_columns, n_axes): the right singular vectors of the largest singular values.

    Exact for few texts, by the eigenvectors of their inner products; for many, randomised.
    """
    if weighted.shape[0] <= _N_EXACT:
        inner = (weighted @ weighted.T).toarray().astype(np.float64)
        values, vectors = np.linalg.eigh(inner)
        kept = np.flatnonzero(values > _NOTHING)[::-1][:n_axes]
        projected = weighted.T @ (vectors[:, kept] / np.sqrt(values[kept]))
        return np.ascontiguousarray(projected, np.float32)
    return np.ascontiguousarray(
        _right_vectors(weighted, n_axes, n_iter=n_iter, seed=seed), np.float32
    )


def _right_vectors(
    matrix: sparse.csr_matrix, n_axes: int, *, n_iter: int, seed: int
) -> NDArray[np.float32]:
    """(n_columns, n_axes): right singular vectors by a randomised SVD (Halko et al. 2011).

    As scikit-learn has it, without the second that its import takes.
    """
    from scipy.linalg import lu, qr, svd

    is_wide = matrix.shape[0] < matrix.shape[1]
    tall = matrix.T if is_wide else matrix
    drawn = np.random.RandomState(seed).normal(size=(tall.shape[1], n_axes + _N_OVERSAMPLED))
    range_ = drawn.astype(matrix.dtype)
    for _ in range(n_iter):
        for side in (tall, tall.T):
            range_ = side @ range_
            if n_iter > _N_ITERATIONS_LARGE:
                range_, _ = lu(range_, permute_l=True, check_finite=False)
    basis, _ = qr(tall @ range_, mode="economic", check_finite=False)
    left, _, right = svd(basis.T @ tall, full_matrices=False)
    return np.asarray((basis @ left)[:, :n_axes] if is_wide else right[:n_axes].T)


def named_in(part: str, arrays: Arrays) -> dict[str, NDArray[np.generic]]:
    """The arrays of one part of a whole, under the names that the whole gives them."""
    return {f"{part}.{name}": array for name, array in arrays.items()}


def part_of(arrays: Arrays, name: str) -> Arrays:
    """The arrays of one part of a whole, under the names that the part gave them."""
    start = f"{name}."
    return {key.removeprefix(start): a for key, a in arrays.items() if key.startswith(start)}


def _telling(n_with: NDArray[np.int64], *, n_texts: int) -> NDArray[np.int64]:
    """Columns of the n-grams that stand in some texts, but not in most; ascending."""
    fewest = 1 if n_texts <= _FEW else 2
    counting = np.flatnonzero((n_with >= fewest) & (n_with <= _COMMON * n_texts))
    widest = np.argsort(-n_with[counting], kind="stable")[:_N_COLUMNS]
    return np.sort(counting[widest])


def _rows(matrix: sparse.csr_matrix) -> NDArray[np.int64]:
    """The row of each stored value."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
