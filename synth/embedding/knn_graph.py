"""Which passages are near which: unit vectors in, a sparse similarity graph out.

Sentence vectors of one discussion share a large common part (what the discussion is about,
the language they are in, and the bias of the model), so cosines of raw vectors are all high
and say little. :func:`centred` takes it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

N_NEIGHBOURS = 10
"""Between 7 and 15 the ideas found hardly change; see docs/quality.md."""
CENTRE_SHRINKAGE = 4.0
"""Passages' worth of doubt about the mean: two passages do not say what a discussion is about."""
CONTEXT_SHARE = 1.0
"""What a message says as a whole, beside 1 for what a passage of it says alone."""
TOPIC_SHARE = 2.0
"""What its author called a message, beside 1 for the mean of its passages."""
PARENT_SHARE = 0.8
"""What the message says that is replied to, beside 1 for the reply's own words."""
EXACT_SEARCH_LIMIT = 20_000
"""Above this many distinct passages the search visits a part of the cells only."""
CELLS_VISITED = 12
"""One cell in so many is visited for each passage."""
SEARCH_BATCH = 4_096
DUPLICATE_SIMILARITY = 1.0
MIN_SIMILARITY = 1e-3
"""A neighbour at a right angle or beyond still counts as an edge, barely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What all passages of a discussion share."""

    mean: NDArray[np.float32]
    """(dim,)"""
    of_language: Mapping[str, NDArray[np.float32]]
    """By language what its passages share beside that, (dim,)."""


def centre_of(
    vectors: NDArray[np.float32], languages: Sequence[str | None] | None = None
) -> Centre:
    """What the rows, and those of each language (one per row, None where unknown), share.

    Means of few rows are shrunk by ``n / (n + CENTRE_SHRINKAGE)``.
    """
    mean = _shrunk_mean(vectors)
    rows = vectors - mean
    of_language = {tag: _shrunk_mean(rows[own]) for tag, own in _rows_by_language(languages)}
    return Centre(mean=mean, of_language=of_language)


def centred(
    vectors: NDArray[np.float32],
    languages: Sequence[str | None] | None = None,
    *,
    centre: Centre | None = None,
) -> NDArray[np.float32]:
    """Unit rows without what all passages of a discussion share: float32 (n, dim).

    What everybody says tells nothing apart: the mean is taken off. With ``languages`` (one
    per row, None where unknown) so is what is left of the mean of each language, so that
    passages are near for what they say and not for the language they say it in. ``centre`` is
    that of the discussion where ``vectors`` are only some of it, such as later messages; by
    default it is theirs. After Mu & Viswanath 2018, "All-but-the-top", without removing
    principal components: that lost agreement with people.
    """
    if not len(vectors):
        return vectors
    found = centre_of(vectors, languages) if centre is None else centre
    rows = vectors - found.mean
    for tag, own in _rows_by_language(languages):
        if tag in found.of_language:
            rows[own] -= found.of_language[tag]
    return _unit(rows)


def _rows_by_language(
    languages: Sequence[str | None] | None,
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    tags = np.array([language or "" for language in languages or ()])
    for tag in np.unique(tags[tags != ""]):
        yield str(tag), tags == tag


def _shrunk_mean(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(rows):
        return np.zeros(rows.shape[1], dtype=np.float32)
    mean = rows.mean(axis=0, dtype=np.float64) * (len(rows) / (len(rows) + CENTRE_SHRINKAGE))
    return np.asarray(mean, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What stands around the passages of a discussion."""

    message: NDArray[np.intp]
    """(n_passages,) row of each passage's message in the arrays below; a message may have none."""
    parent: NDArray[np.intp]
    """(n_messages,) the message it answers, -1 where it answers none."""
    topic: NDArray[np.intp]
    """(n_messages,) row of the topic its author gave it, -1 where there is none."""
    topics: NDArray[np.float32]
    """(n_topics, dim) unit rows in the space of the passages."""
    topic_mean: NDArray[np.float32] | None = None
    """(dim,) what all topics of the discussion share, where these are only some of them."""


def mean_topic(context: Context) -> NDArray[np.float32]:
    """What the topics of a discussion's messages share, float32 (dim,); zero without any."""
    called = context.topics[context.topic[context.topic >= 0]]
    if not len(called):
        return np.zeros(context.topics.shape[1], dtype=np.float32)
    return np.asarray(called.mean(axis=0), dtype=np.float32)


def in_context(vectors: NDArray[np.float32], context: Context) -> NDArray[np.float32]:
    """Passages drawn towards the message they stand in: float32 (n_passages, dim), unit rows.

    A passage of a long message says little without the rest of it, and a short answer little
    without its question. ``vectors`` are unit rows, blended; :func:`centred` comes after. To
    each is added the unit vector of its surroundings: the mean of its message's passages
    and twice the message's topic, and four fifths as much of the same of the message it
    answers. A message of one passage that has no topic and answers nothing keeps its vector;
    what a message without passages is called counts for those that answer it. Headings are not
    worded like texts, so what all topics share is taken off first. Raises ValueError, which names
    the array, when the arrays do not belong together.
    """
    _check(context, *vectors.shape)
    n_messages = len(context.parent)
    if not len(vectors):
        return vectors
    ones = np.ones(len(vectors), dtype=np.float32)
    rows = (context.message, np.arange(len(vectors)))
    said = _unit(sp.csr_array((ones, rows), shape=(n_messages, len(vectors))) @ vectors)
    has_topic = context.topic >= 0
    if has_topic.any():
        called = context.topics[context.topic[has_topic]]
        shared = mean_topic(context) if context.topic_mean is None else context.topic_mean
        said[has_topic] += TOPIC_SHARE * (called - shared)
        said = _unit(said)
    around = said.copy()
    is_reply = context.parent >= 0
    around[is_reply] += PARENT_SHARE * said[context.parent[is_reply]]
    return _unit(vectors + CONTEXT_SHARE * _unit(around)[context.message])


def _check(context: Context, n_passages: int, dim: int) -> None:
    """Raise ValueError where an array has another length than it should, or names no row."""
    n_messages = len(context.parent)
    for name, array, n, of in (
        ("message", context.message, n_passages, "passages"),
        ("topic", context.topic, n_messages, "messages"),
    ):
        if len(array) != n:
            raise ValueError(f"context.{name} has {len(array)} entries for {n} {of}")
    if len(context.topics) and context.topics.shape[1] != dim:
        raise ValueError(f"context.topics has {context.topics.shape[1]} columns, not {dim}")
    for name, array, least, n in (
        ("message", context.message, 0, n_messages),
        ("parent", context.parent, -1, n_messages),
        ("topic", context.topic, -1, len(context.topics)),
    ):
        if len(array) and not (least <= array.min() and array.max() < n):
            raise ValueError(f"context.{name} holds numbers outside {least}..{n - 1}")


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


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
