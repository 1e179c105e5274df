"""Which passages are near which: unit vectors in, a sparse similarity graph out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.embedders import n_usable
from models.vectors import in_threads

N_NEIGHBOURS = 10
"""Between 7 and 15 the ideas found hardly change; see docs/quality.md."""
EXACT_SEARCH_LIMIT = 20_000
"""Above this many distinct passages the search visits a part of the cells only."""
CELLS_VISITED = 12
"""One cell in so many is visited for each passage."""
SEARCH_BATCH = 4_096
CELLS_BATCH = 20_000
"""Passages that search cells in one go; it bounds the memory."""
DUPLICATE_SIMILARITY = 1.0
MIN_SIMILARITY = 1e-3
"""A neighbour at a right angle or beyond still counts as an edge, barely."""


def _first_of_each(vectors: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row of the first of each distinct vector, in order, and per row which one it equals."""
    number: dict[bytes, int] = {}
    keys = (blake2b(row, digest_size=16).digest() for row in np.ascontiguousarray(vectors))
    which = np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.intp)
    return np.unique(which, return_index=True)[1], which


Found = tuple[NDArray[np.intp], NDArray[np.float32]]
"""Of each row, what the nearest are, (n, k), -1 where there is none, and their similarities."""


def _found_in_all(vectors: NDArray[np.float32], k: int) -> Iterator[Found]:
    """The ``k`` nearest of each row, itself among them, portion by portion."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    for start in range(0, len(vectors), SEARCH_BATCH):
        found, near = index.search(vectors[start : start + SEARCH_BATCH], k)
        yield near, found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Vectors in cells, of which some are searched for each.

    All rows that look into a cell are multiplied with all in it at once (as in
    ``faiss.contrib.big_batch_search``): an eighth of the time that faiss takes for one row after
    the other.
    """

    vectors: NDArray[np.float32]
    index: Any
    """Finds the cells that are nearest to a row."""
    members: Sequence[NDArray[np.intp]]
    """The rows in each cell."""

    @classmethod
    def of(cls, vectors: NDArray[np.float32], seed: int) -> Self:
        import faiss

        n, dim = vectors.shape
        n_cells = int(2 * np.sqrt(n))
        means = faiss.Kmeans(
            dim, n_cells, niter=8, seed=seed, spherical=True, max_points_per_centroid=40
        )
        means.train(vectors)
        cell = means.index.search(vectors, 1)[1].ravel()
        ends = np.cumsum(np.bincount(cell, minlength=n_cells))[:-1]
        members = np.split(np.argsort(cell, kind="stable"), ends)
        return cls(vectors=vectors, index=means.index, members=members)

    def found(self, k: int) -> Iterator[Found]:
        """The ``k`` nearest of each row that were found, itself among them, portion by portion."""
        starts = range(0, len(self.vectors), CELLS_BATCH)
        with ThreadPoolExecutor(n_usable()) as pool:
            yield from pool.map(lambda start: self._found(start, k), starts)

    def _found(self, start: int, k: int) -> Found:
        import faiss

        rows = self.vectors[start : start + CELLS_BATCH]
        best = faiss.ResultHeap(len(rows), k, keep_max=True)
        # How sums are rounded must not depend on the number of cores.
        with in_threads(1):
            visited = self.index.search(rows, len(self.members) // CELLS_VISITED)[1]
            looking = np.split(
                np.argsort(visited, axis=None, kind="stable") // visited.shape[1],
                np.cumsum(np.bincount(visited.ravel(), minlength=len(self.members)))[:-1],
            )
            for members, some in zip(self.members, looking, strict=True):
                if not len(members) or not len(some):
                    continue
                similarity, place = faiss.knn(
                    rows[some],
                    self.vectors[members],
                    min(k, len(members)),
                    metric=faiss.METRIC_INNER_PRODUCT,
                )
                best.add_result_subset(some, similarity, members[place])
        best.finalize()
        return best.I, best.D


def _nearest(
    vectors: NDArray[np.float32], k: int, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Rows, columns and similarities of the ``k`` nearest others of each distinct vector."""
    if len(vectors) <= EXACT_SEARCH_LIMIT:
        portions = _found_in_all(vectors, k + 1)
    else:
        portions = _Cells.of(vectors, seed).found(k + 1)
    rows, columns, similarities = [], [], []
    start = 0
    for near, found in portions:
        row = np.repeat(np.arange(start, start + len(near)), k + 1)
        start += len(near)
        column, similarity = near.ravel(), found.ravel()
        keep = (column != row) & (column >= 0)
        # Numerically equal vectors may push a row out of its own list: cut to k again.
        rank = np.cumsum(keep.reshape(-1, k + 1), axis=1).ravel()
        keep &= rank <= k
        rows.append(row[keep])
        columns.append(column[keep])
        similarities.append(similarity[keep])
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(similarities)


def similarity_graph(
    vectors: NDArray[np.float32],
    *,
    n_neighbours: int = N_NEIGHBOURS,
    seed: int = 0,
) -> sp.csr_array:
    """Symmetric graph of the nearest passages by cosine.

    ``vectors`` float32 (n, dim), unit rows, blended or :func:`centred`. Returns a
    float32 csr_array (n, n) with an empty diagonal: an edge where either passage is among
    the other's ``n_neighbours``, weighing their cosine. Copies are searched once and hang on
    the first of them with weight 1, so that a sentence posted a hundred times cannot use up
    its own neighbourhood. Copies are passages of equal vectors. ``seed`` matters only above
    ``EXACT_SEARCH_LIMIT``, where cells are trained.
    """
    n = len(vectors)
    if n < 2:
        return sp.csr_array((n, n), dtype=np.float32)
    first, which = _first_of_each(np.asarray(vectors, dtype=np.float32))
    distinct = np.ascontiguousarray(
        vectors if len(first) == n else vectors[first], dtype=np.float32
    )
    k = min(n_neighbours, len(first) - 1)
    rows = columns = np.empty(0, dtype=np.intp)
    weights = np.empty(0, dtype=np.float32)
    if k > 0:
        with in_threads(1):
            near_rows, near_columns, weights = _nearest(distinct, k, seed)
        rows, columns = first[near_rows], first[near_columns]
        weights = np.maximum(weights, MIN_SIMILARITY)
    copies = np.setdiff1d(np.arange(n), first, assume_unique=True)
    rows = np.concatenate([rows, copies])
    columns = np.concatenate([columns, first[which[copies]]])
    weights = np.concatenate([weights, np.full(len(copies), DUPLICATE_SIMILARITY)])
    directed = sp.csr_array((weights.astype(np.float32), (rows, columns)), shape=(n, n))
    graph = sp.csr_array(directed.maximum(directed.T))
    graph.sort_indices()
    return graph
