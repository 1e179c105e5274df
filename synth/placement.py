"""Under which idea a passage belongs, how well it fits there, and who stays unplaced.

Everything here is in the space of centred unit vectors. An idea is its centroid: the mean
direction of its passages.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.records import IdeaTree

UNPLACED = -1
LEAST_FIT = 0.15
"""Cosine with its idea's centroid under which a passage says something else.

Its own share in a centroid of ``m`` passages is about ``1 / sqrt(m)``: small ideas keep
nearly everybody, large ones ask for likeness to the others."""
LEAST_FIT_NEW = 0.1
"""The same for a later passage, which has no share in the centroid."""


def idea_centroids(
    vectors: NDArray[np.float32], leaf: NDArray[np.int32], n_ideas: int
) -> NDArray[np.float32]:
    """Mean direction of the passages directly under each idea, float32 (n_ideas, dim).

    Rows of ideas without passages of their own (those above the leaves) are zero. Keep the
    result with the run: :func:`place_new` needs it for later messages.
    """
    placed = np.flatnonzero(leaf >= 0)
    ones = np.ones(len(placed), dtype=np.float32)
    belongs = sp.csr_array((ones, (leaf[placed], placed)), shape=(n_ideas, len(vectors)))
    total = belongs @ vectors
    lengths = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def place(
    vectors: NDArray[np.float32],
    tree: IdeaTree,
    *,
    is_placeable: NDArray[np.bool_] | None = None,
    is_fixed: NDArray[np.bool_] | None = None,
    least_fit: float = LEAST_FIT,
) -> IdeaTree:
    """The tree with honest placements: weights 0..1, and misfits left unplaced.

    ``vectors`` float32 (n, dim): centred unit rows. ``is_placeable`` (n,) is False where
    the text says too little to place (the caller judges that from the words); ``is_fixed``
    (n,) is True where a person decided, so that it stays whatever its fit. The weight is
    the cosine with the mean direction of the idea's passages. A passage stays unplaced when
    that is under ``least_fit``; the only idea of a discussion keeps everybody. Raises
    ValueError when the arrays do not belong together.
    """
    if len(vectors) != len(tree.leaf):
        raise ValueError(f"{len(vectors)} vectors for {len(tree.leaf)} placements")
    n_ideas = len(tree.parent)
    leaf = tree.leaf.copy()
    if is_placeable is not None:
        leaf[~is_placeable] = UNPLACED
    if not n_ideas:
        return replace(tree, leaf=leaf)
    if n_ideas == 1:
        # The common part that centring took out is the idea: nothing left to compare with.
        return replace(tree, leaf=leaf, weight=(leaf >= 0).astype(np.float32))
    centroids = idea_centroids(vectors, leaf, n_ideas)
    fit = np.einsum("ij,ij->i", vectors, centroids[np.maximum(leaf, 0)])
    misfit = fit < least_fit
    leaf[misfit if is_fixed is None else misfit & ~is_fixed] = UNPLACED
    leaf = _nobody_emptied(leaf, tree.leaf, fit, n_ideas)
    weight = np.where(leaf >= 0, np.clip(fit, 0.0, 1.0), 0.0).astype(np.float32)
    return replace(tree, leaf=leaf, weight=weight)


def _nobody_emptied(
    leaf: NDArray[np.int32], before: NDArray[np.int32], fit: NDArray[np.float32], n_ideas: int
) -> NDArray[np.int32]:
    """Gives an idea that lost every passage its best-fitting one back: a leaf is never empty."""
    had = np.bincount(before[before >= 0], minlength=n_ideas)
    has = np.bincount(leaf[leaf >= 0], minlength=n_ideas)
    for idea in np.flatnonzero((had > 0) & (has == 0)):
        rows = np.flatnonzero(before == idea)
        leaf[rows[np.argmax(fit[rows])]] = idea
    return leaf


def place_new(
    vectors: NDArray[np.float32],
    centroids: NDArray[np.float32],
    *,
    is_placeable: NDArray[np.bool_] | None = None,
    least_fit: float = LEAST_FIT_NEW,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Leaf idea and weight of later passages, without redoing the rest.

    ``vectors`` float32 (n, dim): unit rows centred with the discussion's stored centre;
    ``centroids`` as :func:`idea_centroids` gave them. Returns int32 (n,), -1 where
    unplaced, and float32 (n,).
    """
    n = len(vectors)
    if n == 0 or not centroids.any():
        return np.full(n, UNPLACED, dtype=np.int32), np.zeros(n, dtype=np.float32)
    fit = vectors @ centroids.T
    fit[:, ~centroids.any(axis=1)] = -np.inf
    leaf = np.argmax(fit, axis=1).astype(np.int32)
    best = fit[np.arange(n), leaf]
    misfit = best < least_fit
    if is_placeable is not None:
        misfit |= ~is_placeable
    leaf[misfit] = UNPLACED
    return leaf, np.where(misfit, 0.0, np.clip(best, 0.0, 1.0)).astype(np.float32)
