"""Under which idea a passage belongs, how well it fits there, and who stays unplaced.

Everything here is in the space of centred unit vectors. An idea is its centroid: the mean
direction of its passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.vectors import membership, unit_rows
from synth.clustering.authorship import NOWHERE
from synth.records import IdeaTree, Unplaced

LEAST_FIT = 0.1
"""Cosine with the rest of its idea under which a passage says something else."""
DOUBT = 100
"""Passages' worth of doubt: the centroids of a small discussion are rough, and being centred
they point away from each other, so it asks for less."""
CLEAR_FIT = 0.15
"""Cosine with another idea from which a passage that does not fit its own may go there."""
AS_NEAR = 0.8
"""Share of the best fit from which the second best idea is as near as the best."""
FEW_WORDS = 4
"""A text of fewer words says little without the texts around it."""
LEAST_FIT_NEW = 0.1
"""The same for a later passage, which has no share in the centroid."""


def idea_centroids(
    vectors: NDArray[np.float32], leaf: NDArray[np.int32], n_ideas: int
) -> NDArray[np.float32]:
    """Mean direction of the passages directly under each idea, float32 (n_ideas, dim).

    Rows of ideas without passages of their own (those above the leaves) are zero.
    """
    return unit_rows(membership(leaf, n_ideas) @ vectors)


def least_fit(n_passages: int) -> float:
    """The cosine that a passage needs to stay in its idea, in a discussion of so many."""
    return LEAST_FIT * n_passages / (n_passages + DOUBT)


def place(
    vectors: NDArray[np.float32],
    tree: IdeaTree,
    *,
    messages: NDArray[np.intp] | None = None,
    is_vouched: NDArray[np.bool_] | None = None,
    least: float | None = None,
) -> IdeaTree:
    """The tree with weights 0..1, and with misfits moved or left unplaced.

    ``vectors`` float32 (n, dim): centred unit rows. ``messages`` (n,): the message of each
    passage, by any numbers; without them every passage is a message of its own. A passage
    fits where its cosine with the mean direction of what *other* messages say in its idea is
    at least ``least`` (by default :func:`least_fit`). One that is vouched for (``is_vouched``,
    (n,): other voices posted it too, or a person decided about it) stays where ``tree`` has it, be
    it under no idea. A misfit goes to another idea where it clearly belongs there and nowhere else,
    and stays unplaced otherwise; an idea is never emptied, and the only idea of a discussion keeps
    all its passages. The weight is the cosine with the whole idea. Raises ValueError when the
    arrays do not belong together.
    """
    n = len(vectors)
    if n != len(tree.leaf):
        raise ValueError(f"{n} vectors for {len(tree.leaf)} placements")
    n_ideas = len(tree.parent)
    if not n_ideas:
        return tree
    if n_ideas == 1:
        # The common part that centring took out is the idea: nothing left to compare with.
        return replace(tree, weight=(tree.leaf >= 0).astype(np.float32))
    said_by = np.arange(n) if messages is None else messages
    needed = least_fit(n) if least is None else least
    fits = fit_with_others(vectors, tree.leaf, said_by) >= needed
    if is_vouched is not None:
        fits |= is_vouched
    centroids = idea_centroids(vectors, tree.leaf, n_ideas)
    own = np.einsum("ij,ij->i", vectors, centroids[np.maximum(tree.leaf, 0)])
    leaf = np.where(fits, tree.leaf, NOWHERE)
    lost = np.flatnonzero(~fits)
    elsewhere, fit, second = _nearest_ideas(vectors[lost], centroids, without=tree.leaf[lost])
    belongs = (fit >= CLEAR_FIT) & (second < AS_NEAR * fit)
    leaf[lost[belongs]] = elsewhere[belongs]
    leaf = _nobody_emptied(leaf, tree.leaf, own, n_ideas)
    weight = np.einsum("ij,ij->i", vectors, centroids[np.maximum(leaf, 0)])
    weight = np.where(leaf >= 0, np.clip(weight, 0.0, 1.0), 0.0).astype(np.float32)
    return replace(tree, leaf=leaf.astype(np.int32), weight=weight)


def why_unplaced(
    vectors: NDArray[np.float32], tree: IdeaTree, n_words: Sequence[int]
) -> list[Unplaced | None]:
    """Per passage why it stands under no idea; None where it stands under one.

    ``vectors`` float32 (n, dim) and ``tree`` as :func:`place` took and gave them;
    ``n_words`` (n,): words of each passage.
    """
    centroids = idea_centroids(vectors, tree.leaf, len(tree.parent))
    return why_not(vectors, tree.leaf, centroids, n_words)


def why_not(
    vectors: NDArray[np.float32],
    leaf: NDArray[np.int32],
    centroids: NDArray[np.float32],
    n_words: Sequence[int],
) -> list[Unplaced | None]:
    """The same for passages that :func:`place_new` placed, or not, by these ``centroids``."""
    reasons: list[Unplaced | None] = [None] * len(vectors)
    rows = np.flatnonzero(leaf < 0)
    _, fit, second = _nearest_ideas(vectors[rows], centroids)
    is_between = (fit >= CLEAR_FIT) & (second >= AS_NEAR * fit)
    for row, between in zip(rows.tolist(), is_between.tolist(), strict=True):
        if n_words[row] < FEW_WORDS:
            reasons[row] = Unplaced.SAYS_LITTLE
        else:
            reasons[row] = Unplaced.BETWEEN if between else Unplaced.NEAR_NONE
    return reasons


def fit_with_others(
    vectors: NDArray[np.float32], leaf: NDArray[np.int32], messages: NDArray[np.intp]
) -> NDArray[np.float32]:
    """(n,) cosine of each passage with the sum of what other messages say in its leaf;
    0 where nobody else says anything there."""
    fit = np.zeros(len(vectors), dtype=np.float32)
    order = np.argsort(leaf, kind="stable")
    starts = np.searchsorted(leaf[order], np.unique(leaf))
    for rows in np.split(order, starts[1:]):
        _, message = np.unique(messages[rows], return_inverse=True)
        of_message = np.zeros((int(message.max()) + 1, vectors.shape[1]), dtype=np.float32)
        np.add.at(of_message, message, vectors[rows])
        others = of_message.sum(axis=0) - of_message[message]
        length = np.linalg.norm(others, axis=1)
        dot = np.einsum("ij,ij->i", vectors[rows], others)
        fit[rows] = np.divide(dot, length, out=np.zeros_like(dot), where=length > 1e-6)
    return fit


def _nearest_ideas(
    vectors: NDArray[np.float32],
    centroids: NDArray[np.float32],
    *,
    without: NDArray[np.int32] | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]:
    """The nearest leaf of each row, its cosine, and that of the second nearest leaf.

    ``without`` (n,): a leaf that is out of the question for each row. Cosines are -1 where
    there is no such leaf.
    """
    leaves = np.flatnonzero(centroids.any(axis=1))
    cosine = np.full((len(vectors), max(2, len(leaves) + 1)), -1.0, dtype=np.float32)
    cosine[:, : len(leaves)] = vectors @ centroids[leaves].T
    if without is not None:
        own = without[:, None] == leaves[None, :]
        cosine[:, : len(leaves)][own] = -1.0
    nearest = np.argmax(cosine, axis=1)
    two = -np.sort(-cosine, axis=1)[:, :2]
    return np.append(leaves, NOWHERE)[np.minimum(nearest, len(leaves))], two[:, 0], two[:, 1]


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
    least_fit: float = LEAST_FIT_NEW,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Leaf idea and weight of later passages, without redoing the rest.

    ``vectors`` float32 (n, dim): unit rows centred with the discussion's stored centre;
    ``centroids`` as :func:`idea_centroids` gave them. Returns int32 (n,), -1 where
    unplaced, and float32 (n,).
    """
    n = len(vectors)
    if n == 0 or not centroids.any():
        return np.full(n, NOWHERE, dtype=np.int32), np.zeros(n, dtype=np.float32)
    fit = vectors @ centroids.T
    fit[:, ~centroids.any(axis=1)] = -np.inf
    leaf = np.argmax(fit, axis=1).astype(np.int32)
    best = fit[np.arange(n), leaf]
    misfit = best < least_fit
    leaf[misfit] = NOWHERE
    return leaf, np.where(misfit, 0.0, np.clip(best, 0.0, 1.0)).astype(np.float32)
