"""How likely each sentence is to be called a key passage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from synth.harvest.features import measure
from synth.harvest.nature import natures
from synth.harvest.quotes import count_quoted, threads_of
from synth.harvest.rows import QuoteRow, SentenceRow
from synth.harvest.surface import read_shapes
from synth.harvest.triples import read_triples
from synth.harvest.words import read_words
from synth.records import Nature

WEIGHTS: Final[Mapping[str, float]] = {
    "length": 1.0,
    "prose": 1.0,
    "centrality": 2.0,
    "subject": 1.0,
    "first": 1.5,
    "early": 0.5,
    "asks": 0.5,
    "proposes": 0.5,
    "problem": 0.5,
    "facts": 0.5,
    "quoted": 1.0,
    "answered": 0.5,
    "backed": 1.0,
    "late": -0.5,
    "unfinished": -0.25,
    "address": -0.5,
    "polite": -0.5,
    "outside": -1.0,
    "repeat": -1.5,
}
"""Round numbers set by hand, signs from the literature, sizes near one.

A logistic regression over the same features, fitted with each thread held out, ranks
e-mail sentences no better, and halving or doubling any one weight changes little
(``docs/harvest.md``): twenty threads are too few to improve on equal-sized weights (Dawes,
1979, "The robust beauty of improper linear models"). ``answered`` and ``backed`` could not
be checked there; they are kept small enough not to outvote the words.
"""

INTERCEPT: Final = -2.4
SCALE: Final = 0.8
"""Turn the weighted sum into the share of readers who would choose the sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores of ``n`` sentences and what they rest on."""

    score: NDArray[np.float32]
    """(n,) 0..1."""
    nature: list[Nature]
    features: Mapping[str, NDArray[np.float64]]
    """Name → (n,); see `synth.harvest.features`."""
    tokens: Sequence[Sequence[str]]
    """Folded words of each sentence."""

    def reasons(self, rows: Sequence[int], *, limit: int = 3) -> list[tuple[str, ...]]:
        """For each row the features that raise it above the usual sentence, strongest first."""
        names = [name for name, weight in WEIGHTS.items() if weight > 0]
        gains = np.column_stack(
            [WEIGHTS[name] * (self.features[name] - self.features[name].mean()) for name in names]
        )[np.asarray(rows, dtype=np.int64)]
        order = np.argsort(-gains, axis=1, kind="stable")[:, :limit]
        return [
            tuple(names[column] for column in columns if gain[column] > 0)
            for columns, gain in zip(order, gains, strict=True)
        ]


def score_sentences(sentences: Sequence[SentenceRow], *, quotes: Sequence[QuoteRow] = ()) -> Scores:
    """Score every sentence of a discussion; 100,000 of them take seconds.

    ``quotes`` are what messages repeat of earlier ones; each later message that quotes a
    sentence (`count_quotes`) counts beside those the sentence is known to have.
    Only words, place and reactions are looked at, never vectors: on the threads at hand
    the cosine with the thread's mean vector added nothing to the word centrality.
    """
    if not sentences:
        return Scores(score=np.zeros(0, np.float32), nature=[], features={}, tokens=[])
    texts = [row.text for row in sentences]
    table = read_words(texts, [row.language for row in sentences])
    shapes = read_shapes(texts)
    triples = read_triples(table.flat, table.n_words, threads_of(sentences))
    n_quoted = np.array([row.n_quoted for row in sentences], dtype=np.float64)
    n_quoted += count_quoted(sentences, triples, table.vocabulary, quotes)
    features = measure(sentences, table, shapes, triples, n_quoted=n_quoted)
    total = np.full(len(sentences), INTERCEPT)
    for name, weight in WEIGHTS.items():
        total += SCALE * weight * features[name]
    return Scores(
        score=(1 / (1 + np.exp(-total))).astype(np.float32),
        nature=natures(table, shapes),
        features=features,
        tokens=table.tokens,
    )
