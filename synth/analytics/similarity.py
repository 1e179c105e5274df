"""What passages have in common: their directions where a model read them, else their words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.keyphrases import stem
from models.languages import primary
from models.wordlists import LINKS
from synth.records import Span

_WORD = re.compile(r"[^\W_]{2,}")
READ_AT_MOST = 4_000
"""Characters of a text that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A passage, and how like another one it is."""

    passage_id: int
    likeness: float
    """0..1: the cosine."""


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
        shared = sum(worth.get(word, 0.0) for word in own & bag)
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


def nearest(
    vector: NDArray[np.float32],
    centroids: NDArray[np.float32],
    ids: Sequence[int],
    *,
    most: int,
) -> list[tuple[int, float]]:
    """The ids whose directions lie nearest to a vector, with their cosines, nearest first."""
    cosines = centroids @ vector
    order = np.argsort(-cosines, kind="stable")[:most]
    return [(ids[row], float(cosines[row])) for row in order.tolist() if cosines[row] > 0]


def _size(bag: Collection[str], worth: Mapping[str, float]) -> float:
    return math.sqrt(sum(worth.get(word, 0.0) for word in bag)) or 1.0
