"""Why a passage stands where it stands: what it is like, and which ideas were near.

Passages are compared by their directions where a model has read them, else by their words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.keyphrases import stem
from models.languages import primary
from models.vectors import unit_rows
from models.wordlists import LINKS
from synth.embedding.landmarks import Landmarks
from synth.records import Placement, Span
from synth.store import Store
from synth.store.activity import Activity

N_NEAR = 5
"""Passages that are shown as the nearest."""
N_IDEAS = 3
"""Ideas that are named as near to an unplaced passage."""
LOOKED_AT = 300
"""Passages of an idea, the best fit first, whose words are compared where no model read one."""
FOR_MEAN = 2_000
"""The mean direction of all passages is taken from so many of them."""
READ_AT_MOST = 4_000
"""Characters of a text that are looked at."""
_WORD = re.compile(r"[^\W_]{2,}")

Basis = Literal["vectors", "words"]
"""What likeness rests on: directions of a model that read the passages, or the words they share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDirections:
    """The directions of a map's leaf ideas and unplaced passages; make it once.

    A direction is a vector of the model less the mean of what it read, scaled to length 1.
    """

    model: str | None
    """Key of the model that read passages for the map; None where none did."""
    mean: NDArray[np.float32] | None
    """Mean direction of what it read."""
    ideas: Sequence[int]
    """Leaf ideas whose directions are known."""
    centroids: NDArray[np.float32]
    """(n_ideas, dim) theirs, unit rows."""
    unplaced: Mapping[int, NDArray[np.float32]]
    """Passage id → direction, of the passages under no idea whose direction is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A passage, and how like another one it is."""

    passage_id: int
    likeness: float
    """0..1: the cosine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The passages of the same idea that are most like one, the likest first."""

    basis: Basis
    passages: tuple[Alike, ...]
    n_compared: int


def map_directions(store: Store, discussion_id: int, activity: Activity) -> MapDirections:
    """The directions that `nearest_passages` and `nearest_ideas` compare.

    Directions of ideas are those that the build kept; the build of a small map keeps none, and
    then they are the means of what the model read.
    """
    model = store.vectors.model_of(discussion_id)
    arrays = store.spaces.get(discussion_id, "landmarks")
    step = 1 if arrays is None else max(1, len(activity.passages) // FOR_MEAN)
    ids = activity.passages[::step].tolist()
    ids, rows = _read(store, ids, model)
    mean = rows.mean(axis=0) if len(rows) else None
    if arrays is not None:
        marks = Landmarks.from_arrays(arrays)
        at = dict(zip(marks.passage_ids.tolist(), marks.vectors, strict=True))
        leaves, centroids = marks.idea_ids.tolist(), marks.centroids
    elif mean is not None:
        away = unit_rows(rows - mean)
        at = dict(zip(ids, away, strict=True))
        leaves, centroids = _means(ids, away, activity)
    else:
        at, leaves, centroids = {}, [], rows
    unplaced = set(activity.passages[activity.leaves == 0].tolist())
    return MapDirections(
        model=model,
        mean=mean,
        ideas=leaves,
        centroids=centroids,
        unplaced={one: row for one, row in at.items() if one in unplaced},
    )


def _read(
    store: Store, passage_ids: Sequence[int], model: str | None
) -> tuple[list[int], NDArray[np.float32]]:
    """The passages that a model read, and their vectors, float32 (n, dim)."""
    found = {} if model is None else store.vectors.of_passages(passage_ids, model=model)
    rows = np.frombuffer(b"".join(found.values()), dtype=np.float16).astype(np.float32)
    return list(found), rows.reshape(len(found), -1 if found else 0)


def _means(
    passage_ids: Sequence[int], rows: NDArray[np.float32], activity: Activity
) -> tuple[list[int], NDArray[np.float32]]:
    """Leaf ideas and the mean directions of their passages."""
    order = np.argsort(activity.passages)
    own = order[np.searchsorted(activity.passages, passage_ids, sorter=order)]
    leaves = activity.leaves[own]
    ids = np.unique(leaves[leaves > 0])
    means = [rows[leaves == leaf].mean(axis=0) for leaf in ids]
    table = np.array(means, dtype=np.float32).reshape(len(ids), rows.shape[1])
    return ids.tolist(), unit_rows(table)


def nearest_passages(
    store: Store, placement: Placement, beside: Sequence[int], directions: MapDirections
) -> Nearest:
    """The passages most like one among those ``beside`` it, given the best fit first.

    Directions are compared where a model has read the passage, and then with those that it
    has read too; otherwise the words of the ``LOOKED_AT`` that fit best.
    """
    own_id = placement.passage_id
    if directions.model is not None and directions.mean is not None:
        is_read = store.vectors.of_passages([own_id], model=directions.model)
        vectors = store.vectors.of_passages(beside, model=directions.model) if is_read else {}
        if len(vectors.keys() | is_read.keys()) > 1:
            found = by_direction(own_id, vectors | is_read, mean=directions.mean, most=N_NEAR)
            return Nearest(basis="vectors", passages=tuple(found), n_compared=len(vectors) - 1)
    others = [one for one in beside if one != own_id][:LOOKED_AT]
    texts = store.passages.texts([own_id, *others])
    own = texts.pop(own_id)
    message = store.messages.get(placement.message_id)
    language = None if message is None else message.language
    alike = by_words(own, texts, language=language, most=N_NEAR)
    return Nearest(basis="words", passages=tuple(alike), n_compared=len(texts))


def nearest_ideas(passage_id: int, directions: MapDirections) -> list[tuple[int, float]]:
    """(leaf idea, cosine) of the ideas nearest to an unplaced passage, nearest first.

    Empty where its direction is unknown.
    """
    vector = directions.unplaced.get(passage_id)
    if vector is None:
        return []
    cosines = directions.centroids @ vector
    order = np.argsort(-cosines, kind="stable")[:N_IDEAS].tolist()
    return [(directions.ideas[row], float(cosines[row])) for row in order if cosines[row] > 0]


def by_direction(
    passage_id: int, vectors: Mapping[int, bytes], *, mean: NDArray[np.float32], most: int
) -> list[Alike]:
    """The passages whose vectors lie nearest to one of them, without what all share.

    ``vectors``: passage id → float16 row; ``mean`` (dim,) of the discussion.
    """
    ids = list(vectors)
    rows = np.frombuffer(b"".join(vectors.values()), dtype=np.float16).reshape(len(ids), -1)
    away = rows.astype(np.float32) - mean
    lengths = np.linalg.norm(away, axis=1)
    own = ids.index(passage_id)
    cosines = (away @ away[own]) / np.maximum(lengths * lengths[own], 1e-9)
    order = np.argsort(-cosines, kind="stable")
    found = [(ids[row], float(cosines[row])) for row in order.tolist() if row != own]
    return [Alike(passage_id=one, likeness=cosine) for one, cosine in found[:most] if cosine > 0]


def by_words(
    text: str, others: Mapping[int, str], *, language: str | None, most: int
) -> list[Alike]:
    """The texts that share the rarest words with one: the cosine of their weighted words."""
    tag = primary(language)
    own = words_of(text, tag)
    bags = {one: words_of(other, tag) for one, other in others.items()}
    n_texts = Counter(word for bag in (own, *bags.values()) for word in bag)
    n = len(bags) + 1
    worth = {word: math.log((n + 1) / of) ** 2 for word, of in n_texts.items()}
    size = _size(own, worth)
    found = []
    for one, bag in bags.items():
        shared = math.fsum(worth.get(word, 0.0) for word in own & bag)
        if shared:
            cosine = shared / (size * _size(bag, worth))
            found.append(Alike(passage_id=one, likeness=cosine))
    return sorted(found, key=lambda a: (-a.likeness, a.passage_id))[:most]


def words_of(text: str, language: str) -> frozenset[str]:
    """The words of a text without case, accents and number."""
    return frozenset(stem(word, language) for word in _WORD.findall(text[:READ_AT_MOST]))


def shared_terms(text: str, phrases: Collection[str], *, language: str | None) -> tuple[Span, ...]:
    """Where words of the phrases stand in a text, whatever their case, accents and number."""
    tag = primary(language)
    links = {stem(word, tag) for word in LINKS.get(tag, ())}
    wanted = {word for phrase in phrases for word in words_of(phrase, tag)} - links
    found = _WORD.finditer(text[:READ_AT_MOST])
    return tuple(Span(start=m.start(), end=m.end()) for m in found if stem(m[0], tag) in wanted)


def _size(bag: Collection[str], worth: Mapping[str, float]) -> float:
    return math.sqrt(math.fsum(worth.get(word, 0.0) for word in bag)) or 1.0
