"""HDBSCAN, k-means and Leiden's method, each at several grains.

All are asked for clusters of smoothed passages, or of the similarity graph; how fine they are is
then decided as for the linkage. What was measured stands in docs/quality.md.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from ctypes import CDLL
from functools import partial
from threading import Lock
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.authorship import NOWHERE
from synth.clustering.cut import LeafRange
from synth.clustering.linkage import unit_means
from synth.clustering.parts import Smoothed
from synth.clustering.side_by_side import Algorithm, Candidate

Selection = Literal["leaf", "eom"]

N_AXES = 10
"""Dimensions that densities are told in."""
N_NEIGHBOURS = 3
"""Passages by which a density is told, the passage itself among them."""
SIZES = (1.0, 1.4, 2.0, 2.8, 4.0, 5.6)
"""How large the smallest cluster is, in messages that carry an idea."""
MOST_FITTED = 10_000
"""Passages among which densities are told; the others go where they are nearest."""
NUMBERS = (0.7, 1.0, 1.4)
"""How many clusters k-means is asked for, in usual numbers of leaves."""
RESOLUTIONS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)
_ALONE = Lock()
"""Leaves are divided side by side, and limits, warnings and C's rand are the whole process's."""


def density(passages: Smoothed, readable: LeafRange) -> Iterator[Candidate]:
    """HDBSCAN on principal axes (Campello, Moulavi & Sander 2013; McInnes & Healy 2017).

    Both ways to select clusters from its condensed tree: its leaves, and those with most excess of
    mass.
    """
    rows, points = places_on_axes(passages)
    share = len(rows) / len(passages.vectors)
    sizes = sorted({max(2, round(size * readable.min_messages * share)) for size in SIZES})
    selections: tuple[Selection, ...] = ("leaf", "eom")
    for selection in selections:
        for size in sizes:
            if size >= len(points):
                continue
            found = _dense(points, size, selection)
            yield Candidate(
                cluster=_of_all(found, rows, len(passages.vectors)),
                again=partial(_density_again, size=size, selection=selection),
            )


def _density_again(passages: Smoothed, *, size: int, selection: Selection) -> NDArray[np.intp]:
    rows, points = places_on_axes(passages)
    n = len(passages.vectors)
    if size >= len(points):
        return np.full(n, NOWHERE, dtype=np.intp)
    return _of_all(_dense(points, size, selection), rows, n)


def places_on_axes(passages: Smoothed) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Rows of at most ``MOST_FITTED`` passages, ascending, and their places on ``N_AXES`` axes."""
    from sklearn.decomposition import PCA

    n, dim = passages.vectors.shape
    rows = np.arange(n)
    if n > MOST_FITTED:
        drawn = np.random.default_rng(passages.seed).choice(n, MOST_FITTED, replace=False)
        rows = np.sort(drawn)
    if len(rows) <= N_NEIGHBOURS:
        return rows[:0], np.empty((0, 1))
    n_axes = min(N_AXES, dim, len(rows) - 1)
    axes = PCA(n_axes, svd_solver="randomized", random_state=passages.seed)
    return rows, np.asarray(axes.fit_transform(passages.vectors[rows]), dtype=np.float64)


def _dense(points: NDArray[np.float64], size: int, selection: Selection) -> NDArray[np.intp]:
    """The cluster of each point, ``NOWHERE`` for those between clusters."""
    from hdbscan import HDBSCAN

    found = HDBSCAN(
        min_cluster_size=size,
        min_samples=N_NEIGHBOURS,
        cluster_selection_method=selection,
        approx_min_span_tree=False,
        core_dist_n_jobs=1,
    ).fit(points)
    return np.asarray(found.labels_, dtype=np.intp)


def _of_all(cluster: NDArray[np.intp], rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    of = np.full(n, NOWHERE, dtype=np.intp)
    of[rows] = cluster
    return of


def means(passages: Smoothed, readable: LeafRange) -> Iterator[Candidate]:
    """k-means of the groups that passages were condensed to (Lloyd 1982; Arthur & Vassilvitskii
    2007), asked for a readable number."""
    numbers = {
        min(readable.most, max(readable.fewest, 2, round(share * readable.usual)))
        for share in NUMBERS
    }
    for number in sorted(numbers):
        again = partial(_means_again, number=number)
        yield Candidate(cluster=again(passages), again=again)


def _means_again(passages: Smoothed, *, number: int) -> NDArray[np.intp]:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    sizes = np.bincount(passages.group)
    points = unit_means(passages.vectors, passages.group, len(sizes))
    number = min(number, len(points))
    # Threads add up in the order in which they end: with one of them the sums are always the same.
    with _ALONE, threadpool_limits(1, user_api="openmp"), warnings.catch_warnings():
        # Where many passages say the same there are fewer clusters than asked for.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = KMeans(number, n_init=4, random_state=passages.seed).fit(
            points, sample_weight=sizes.astype(np.float64)
        )
    return np.asarray(found.labels_, dtype=np.intp)[passages.group]


def communities(passages: Smoothed, readable: LeafRange) -> Iterator[Candidate]:
    """Leiden's method on the similarity graph (Traag, Waltman & van Eck 2019)."""
    del readable
    for resolution in RESOLUTIONS:
        again = partial(_communities_again, resolution=resolution)
        yield Candidate(cluster=again(passages), again=again)


def _communities_again(passages: Smoothed, *, resolution: float) -> NDArray[np.intp]:
    from sknetwork.clustering import Leiden

    graph = sp.csr_matrix(passages.graph)
    if not graph.sum():
        return np.full(len(passages.vectors), NOWHERE, dtype=np.intp)
    found = Leiden(resolution=resolution, return_probs=False, return_aggregate=False)
    with _ALONE:
        # It draws from C's rand, whatever random state it is given.
        CDLL("ucrtbase" if sys.platform == "win32" else None).srand(passages.seed % 2**32)
        return np.asarray(found.fit_predict(graph), dtype=np.intp)


ALGORITHMS: Mapping[str, Algorithm] = {
    "hdbscan": density,
    "kmeans": means,
    "leiden": communities,
}
