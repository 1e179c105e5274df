"""Whether a point was said already: how near a sentence comes, on the discussion's own scale.

How near is near differs from discussion to discussion: short arguments about one question lie close
to each other, long messages about many do not. So the nearest passage of a sentence is measured by
how near the discussion's own passages are to their nearest of another message, and only where that
and a few other signs leave little doubt is it told that somebody said the point, or that nobody
did. The coefficients were fitted by ``benchmarks.point`` on held-out points of other discussions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import log
from typing import Self

import numpy as np
from numpy.typing import NDArray

from synth.passages import n_words

N_SAMPLE = 400
"""So many passages show how near neighbours are in a discussion."""
MOST_ALIKE = 0.9995
"""Above this cosine two passages are copies, which do not count as neighbours."""
LEAST_SAMPLE = 20
"""Fewer passages, of a discussion or of a language in it, do not show how near is near."""
LEAST_LETTERS = 12
"""A shorter text is a word or two rather than a point."""
LEAST_UNSAID = 50
"""Letters. Of shorter texts fewer than 19 in 20 were right that were said to be said by nobody."""
LEAST_WORDS = 4
"""A sentence of fewer words does not tell its language."""
_LEAST_SPREAD = 0.02


def language_of_point(text: str) -> str | None:
    """The language of a sentence that somebody types; None for one of a few words."""
    from models import identify_one

    return identify_one(text) if n_words(text) >= LEAST_WORDS else None


class Nearness(IntEnum):
    """What can be told about a point."""

    NOBODY = 0
    """Nobody seems to have said it: right in at least 19 of 20 held-out points."""
    SOME = 1
    """Something is closest; whether it is the same cannot be told."""
    SEVERAL = 2
    """Others said it: right in at least 19 of 20 held-out points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for a point having been said, beside its language."""

    standard: float
    """The nearest centred cosine, in standard deviations above what is usual for the passages."""
    cosine: float
    """The highest cosine of a passage, not centred."""
    longer: float
    """Logarithm of the text's letters over those of the nearest passage."""
    letters: float
    """Logarithm of the text's letters."""
    crosses: bool
    """Whether the nearest passage is known to be in another language."""

    @property
    def signs(self) -> tuple[float, ...]:
        """What is weighed."""
        return self.standard, self.cosine, self.longer, self.letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """From where on evidence is believed: both must hold."""

    odds: float
    """Log odds that somebody said it."""
    standard: float
    """As in ``Evidence``: on the scale of the discussion alone, whatever the rest says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the evidence weighs, and what can be told from it."""

    bias: float
    weights: tuple[float, ...]
    """For the signs of ``Evidence``, in their order."""
    unsaid: Bound
    """At most."""
    said: Bound
    """At least."""

    def odds(self, evidence: Evidence) -> float:
        """Log odds that somebody said it, where as many points were said as not."""
        return self.bias + sum(
            weight * value for weight, value in zip(self.weights, evidence.signs, strict=True)
        )

    def nearness(self, evidence: Evidence) -> Nearness:
        """What can be told with at least 19 of 20 right."""
        odds, standard = self.odds(evidence), evidence.standard
        is_far = odds <= self.unsaid.odds and standard <= self.unsaid.standard
        if is_far and evidence.letters >= log(LEAST_UNSAID):
            return Nearness.NOBODY
        if odds >= self.said.odds and standard >= self.said.standard:
            return Nearness.SEVERAL
        return Nearness.SOME


RULES = (
    Rule(
        bias=-5.897,
        weights=(1.239, 8.47, -0.872, 0.041),
        unsaid=Bound(odds=-2.99, standard=-0.75),
        said=Bound(odds=4.5, standard=1.25),
    ),
    Rule(
        bias=-16.983,
        weights=(0.661, 24.337, -2.198, 0.397),
        unsaid=Bound(odds=-3.18, standard=0.0),
        said=Bound(odds=2.21, standard=0.25),
    ),
)
"""Within a language, and across. ``python -m benchmarks.point DATA_FOLDER --fit`` fitted them on
the splits ``train`` of ArgKP-2021 (Friedman et al. 2021) and Perspectrum (Chen et al. 2019), our
parallel points and our sample threads, each weighing the same. Under the bounds 97 in 100 answers
of "nobody", and 98.5 of "others", are right in each of the four."""


def nearness_of(evidence: Evidence) -> Nearness:
    """What can be told from the evidence."""
    return RULES[int(evidence.crosses)].nearness(evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Centred cosines of passages to the nearest one of another message."""

    mean: float
    spread: float
    """Standard deviation."""

    @classmethod
    def of(cls, cosines: NDArray[np.float32]) -> Self:
        return cls(mean=float(cosines.mean()), spread=max(float(cosines.std()), _LEAST_SPREAD))


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourScale:
    """How near the passages of a discussion are to each other."""

    mean: NDArray[np.float32]
    """(dim,) what all passages share."""
    towards: NDArray[np.float32]
    """(n,) products of the passages with ``mean``."""
    lengths: NDArray[np.float32]
    """(n,) of the passages without ``mean``."""
    letters: NDArray[np.int32]
    """(n,) how long the passages are."""
    languages: NDArray[np.str_]
    """(n,) tags, empty where unknown."""
    usual: Usual | None
    """None where there are too few passages to tell."""
    of_language: Mapping[str, Usual]
    """For the passages of each language that has enough of them."""

    def centred(
        self, vector: NDArray[np.float32], cosines: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(n,) cosines without what all passages share, from those of the vector as it is."""
        away = float(np.linalg.norm(vector - self.mean))
        shared = self.towards + float(self.mean @ vector) - float(self.mean @ self.mean)
        return np.asarray((cosines - shared) / np.maximum(self.lengths * away, 1e-6), np.float32)

    def evidence(
        self,
        vector: NDArray[np.float32],
        cosines: NDArray[np.float32],
        *,
        rows: NDArray[np.intp],
        letters: int,
        language: str | None,
    ) -> Evidence | None:
        """What the passages ``rows`` say about a text of so many letters in a language (None:
        unknown), with ``cosines`` (n,); None where there is too little to tell."""
        usual = self.of_language.get(language or "", self.usual)
        if usual is None or not len(rows) or letters < LEAST_LETTERS:
            return None
        found = self.centred(vector, cosines)[rows]
        nearest, best = int(rows[found.argmax()]), float(found.max())
        other = str(self.languages[nearest])
        return Evidence(
            standard=(best - usual.mean) / usual.spread,
            cosine=float(cosines[rows].max()),
            longer=log(letters) - log(max(int(self.letters[nearest]), 1)),
            letters=log(letters),
            crosses=bool(language) and bool(other) and other != language,
        )


def scale_of(
    vectors: NDArray[np.float32],
    *,
    messages: NDArray[np.int64],
    letters: Sequence[int],
    languages: Sequence[str | None],
    is_read: NDArray[np.bool_],
) -> NeighbourScale:
    """The scale of passages, by row: unit vectors (n, dim), ids of their messages, letters and
    languages; those that a model has read count."""
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], np.float32)
    towards, square = vectors @ mean, float(mean @ mean)
    lengths = np.sqrt(np.maximum(np.einsum("nd,nd->n", vectors, vectors) - 2 * towards + square, 0))
    tags = np.array([tag or "" for tag in languages], dtype=np.str_)
    read = np.flatnonzero(is_read)
    rows = read[:: max(1, len(read) // N_SAMPLE)]
    nearest = _nearest(vectors, towards, lengths=lengths, messages=messages, rows=rows)
    known = np.isfinite(nearest)
    own = {tag: known & (tags[rows] == tag) for tag in np.unique(tags[rows]).tolist() if tag}
    return NeighbourScale(
        mean=mean,
        towards=towards,
        lengths=lengths,
        letters=np.array(letters, dtype=np.int32),
        languages=tags,
        usual=Usual.of(nearest[known]) if known.sum() >= LEAST_SAMPLE else None,
        of_language={
            tag: Usual.of(nearest[those])
            for tag, those in own.items()
            if those.sum() >= LEAST_SAMPLE
        },
    )


def _nearest(
    vectors: NDArray[np.float32],
    towards: NDArray[np.float32],
    *,
    lengths: NDArray[np.float32],
    messages: NDArray[np.int64],
    rows: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Per row the centred cosine of its nearest passage of another message, -inf without one.

    From products of the vectors as they are: a centred copy of a large discussion is not needed.
    """
    shared = float(towards.mean()) if len(towards) else 0.0  # the square of the mean's length
    found = vectors[rows] @ vectors.T
    found -= towards[rows][:, None] - shared
    found -= towards[None, :]
    found /= np.maximum(lengths[rows], 1e-3)[:, None]
    found /= np.maximum(lengths, 1e-3)[None, :]
    is_same = messages[rows][:, None] == messages[None, :]
    found[is_same | (found > MOST_ALIKE)] = -np.inf
    return np.asarray(found.max(axis=1, initial=-np.inf), dtype=np.float32)
