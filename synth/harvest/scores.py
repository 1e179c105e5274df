"""How likely each sentence is to be called a key passage, and what it is likely to be.

The nature (issue, solution, knowledge, example, concept, argument or bias) is a rule over cues,
deterministic and readable, offered as a first guess for a harvester to correct. It sees words,
not meaning: it misses irony, a problem without a problem word, and a solution that is a plain
wish. Measured against German citizens' sentences coded by people, it is right clearly more
often than the commonest class, and far from always; ``docs/harvest.md`` has the figures. ``bias``
needs an outright overgeneralisation and is therefore rare.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.wordlists import words
from synth.harvest.features import measure
from synth.harvest.quotes import count_quoted
from synth.harvest.surface import Surface, read_surface
from synth.harvest.words import CUES, WordTable, column, read_triples, read_words
from synth.records import Nature

if TYPE_CHECKING:
    from synth.harvest import QuoteRow, SentenceRow

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

_NATURES: Final[Mapping[Nature, Mapping[str, float]]] = {
    Nature.BIAS: {"overgeneral": 4.0},
    Nature.CONCEPT: {"definition": 2.5},
    Nature.SOLUTION: {"proposal": 2.0, "wish": 2.0, "decision": 1.0, "request": 0.5},
    Nature.ISSUE: {"asks": 2.0, "question": 1.0, "problem": 2.0},
    Nature.EXAMPLE: {"example": 2.0, "i": 0.5},
    Nature.KNOWLEDGE: {"evidence": 1.5, "figure": 0.5, "link": 1.5},
    Nature.ARGUMENT: {"reason": 2.0, "contrast": 1.0, "opinion": 1.0, "plain": 0.5},
}
"""How much a cue of a kind speaks for a nature; a kind counts once per sentence. The rarer and
more telling nature stands first and wins a tie."""

_FRENCH_INFINITIVE: Final = re.compile(r"\w{2,}(?:er|ir|dre|tre|oir)")
_NOT_INFINITIVES: Final = words(
    "hier premier dernier cher leger entier fier amer foyer metier papier quartier janvier fevrier"
    " entre contre notre votre autre quatre ministre centre titre lettre desir plaisir avenir"
    " loisir espoir soir noir pouvoir devoir savoir"
)
"""Folded words that begin a French sentence and only look like an infinitive."""
_GERMAN_FINITE: Final = words(
    "wird werden wurde wurden ist sind hat haben war waren kann konnen muss mussen gibt habe bin"
    " wenn weil da dass ich man wir sie es er obwohl wahrend wo die hier dort"
)
"""Folded words that make a final "-en" a statement's verb and no demand."""
_GERMAN_INFINITIVE: Final = re.compile(r"[a-zäöüß]{3,}(?:en|ern|eln)[.!]*$")
_WISH_WORDS: Final = 12
"""A German sentence up to this length that ends in an infinitive is read as a demand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScores:
    """Scores of ``n`` sentences and what they rest on."""

    score: NDArray[np.float32]
    """(n,) 0..1."""
    nature: list[Nature]
    features: Mapping[str, NDArray[np.float64]]
    """Name → (n,); see `synth.harvest.features`."""
    tokens: Sequence[Sequence[str]]
    """Folded words of each sentence."""


def score_sentences(
    sentences: Sequence[SentenceRow], *, quotes: Sequence[QuoteRow] = ()
) -> SentenceScores:
    """Score every sentence of a discussion; 100,000 of them take seconds.

    ``quotes`` are what messages repeat of earlier ones; each later message that quotes a
    sentence (`count_quotes`) counts beside those the sentence is known to have.
    Only words, place and reactions are looked at, never vectors: on the threads at hand
    the cosine with the thread's mean vector added nothing to the word centrality.
    """
    if not sentences:
        return SentenceScores(score=np.zeros(0, np.float32), nature=[], features={}, tokens=[])
    texts = [row.text for row in sentences]
    table = read_words(texts, [row.language for row in sentences])
    surface = read_surface(texts)
    triples = read_triples(table.flat, table.n_words, column(sentences, "thread"))
    n_quoted = np.array([row.n_quoted for row in sentences], dtype=np.float64)
    n_quoted += count_quoted(sentences, triples, table.vocabulary, quotes)
    features = measure(sentences, table, surface, triples, n_quoted=n_quoted)
    total = np.full(len(sentences), INTERCEPT)
    for name, weight in WEIGHTS.items():
        total += SCALE * weight * features[name]
    return SentenceScores(
        score=(1 / (1 + np.exp(-total))).astype(np.float32),
        nature=natures(table, surface),
        features=features,
        tokens=table.tokens,
    )


def natures(table: WordTable, surface: Surface) -> list[Nature]:
    """The likeliest nature of each sentence, from `read_words` and `read_surface` of the same."""
    kinds = _kinds(table, surface)
    totals = np.zeros((len(table.tokens), len(_NATURES)))
    for place, weights in enumerate(_NATURES.values()):
        for kind, weight in weights.items():
            totals[:, place] += weight * kinds[kind]
    order = list(_NATURES)
    return [order[place] for place in totals.argmax(axis=1).tolist()]


def _kinds(table: WordTable, surface: Surface) -> dict[str, NDArray[np.bool_]]:
    """Whether each sentence has a cue of each kind: shape (n,) each."""
    sentences = zip(surface.texts, table.tokens, table.languages, strict=True)
    return {kind: table.cue(kind) > 0 for kind in CUES} | {
        "asks": surface.asks,
        "figure": surface.has_number,
        "link": surface.has_link,
        "plain": np.ones(len(table.tokens), dtype=bool),
        "wish": np.array([_is_wish(*sentence) for sentence in sentences], dtype=bool),
    }


def _is_wish(text: str, tokens: Sequence[str], language: str | None) -> bool:
    """Whether a sentence is a bare infinitive, the form of demands in French and German."""
    if not tokens:
        return False
    if language == "fr":
        return tokens[0] not in _NOT_INFINITIVES and bool(_FRENCH_INFINITIVE.fullmatch(tokens[0]))
    if language == "de":
        is_bare = len(tokens) <= _WISH_WORDS and _GERMAN_FINITE.isdisjoint(tokens)
        is_participle = tokens[-1].startswith("ge")
        return is_bare and not is_participle and bool(_GERMAN_INFINITIVE.search(text))
    return False
