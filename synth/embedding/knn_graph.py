"""Which passages are near which: unit vectors in, a sparse similarity graph out."""

from __future__ import annotations

from typing import Any

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
DUPLICATE_SIMILARITY = 1.0
MIN_SIMILARITY = 1e-3
"""A neighbour at a right angle or beyond still counts as an edge, barely."""


def _first_of_each(vectors: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row of the first of each distinct vector, in order, and per row which one it equals."""
    rows = np.ascontiguousarray(vectors)
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[inverse]


def _index(vectors: NDArray[np.float32], seed: int) -> Any:
    import faiss

    n, dim = vectors.shape
    flat = faiss.IndexFlatIP(dim)
    if n <= EXACT_SEARCH_LIMIT:
        flat.add(vectors)
        return flat
    n_cells = int(2 * np.sqrt(n))
    cells = faiss.IndexIVFFlat(flat, dim, n_cells, faiss.METRIC_INNER_PRODUCT)
    cells.cp.seed = seed
    cells.cp.niter = 8
    cells.cp.max_points_per_centroid = 40
    cells.train(vectors)
    cells.add(vectors)
    cells.nprobe = n_cells // CELLS_VISITED
    return cells


def _nearest(
    vectors: NDArray[np.float32], k: int, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Rows, columns and similarities of the ``k`` nearest others of each distinct vector."""
    n = len(vectors)
    index = _index(vectors, seed)
    rows, columns, similarities = [], [], []
    for start in range(0, n, SEARCH_BATCH):
        found, near = index.search(vectors[start : start + SEARCH_BATCH], k + 1)
        row = np.repeat(np.arange(start, start + len(near)), k + 1)
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
    distinct = np.ascontiguousarray(vectors[first], dtype=np.float32)
    k = min(n_neighbours, len(first) - 1)
    rows = columns = np.empty(0, dtype=np.intp)
    weights = np.empty(0, dtype=np.float32)
    if k > 0:
        with in_threads(n_usable() if len(distinct) > EXACT_SEARCH_LIMIT else 1):
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
