"""What a sentence is: issue, solution, knowledge, example, concept, argument or bias.

A rule over cues, deterministic and readable, offered as a first guess for a harvester to
correct. It sees words, not meaning: irony, a problem told without a problem word and a
solution told as a plain wish pass it by. Measured against German citizens' sentences coded
by people, it is right clearly more often than the commonest class, and far from always;
``docs/harvest.md`` has the figures. ``bias`` needs an outright overgeneralisation and is
therefore rare.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from synth.harvest.surface import Shapes
from synth.harvest.words import WordTable
from synth.records import Nature

_ORDER: Final = (
    Nature.BIAS,
    Nature.CONCEPT,
    Nature.SOLUTION,
    Nature.ISSUE,
    Nature.EXAMPLE,
    Nature.KNOWLEDGE,
    Nature.ARGUMENT,
)
"""Who wins a tie: the rarer and more telling nature."""

_WEIGHTS: Final = {
    Nature.BIAS: {"overgeneral": 4.0},
    Nature.CONCEPT: {"definition": 2.5},
    Nature.SOLUTION: {"proposal": 2.0, "wish": 2.0, "decision": 1.0, "request": 0.5},
    Nature.ISSUE: {"asks": 2.0, "question": 1.0, "problem": 2.0},
    Nature.EXAMPLE: {"example": 2.0, "i": 0.5},
    Nature.KNOWLEDGE: {"evidence": 1.5, "figure": 0.5, "link": 1.5},
    Nature.ARGUMENT: {"reason": 2.0, "contrast": 1.0, "opinion": 1.0, "plain": 0.5},
}
"""How much a cue of a kind speaks for a nature; a kind counts once per sentence."""

_FRENCH_INFINITIVE: Final = re.compile(r"\w{2,}(?:er|ir|dre|tre|oir)")
# fmt: off
_NOT_INFINITIVES: Final = frozenset(
    ("hier", "premier", "dernier", "cher", "leger", "entier", "fier", "amer", "foyer", "metier",
     "papier", "quartier", "janvier", "fevrier", "entre", "contre", "notre", "votre", "autre",
     "quatre", "ministre", "centre", "titre", "lettre", "desir", "plaisir", "avenir", "loisir",
     "espoir", "soir", "noir", "pouvoir", "devoir", "savoir")
)
_GERMAN_FINITE: Final = frozenset(
    ("wird", "werden", "wurde", "wurden", "ist", "sind", "hat", "haben", "war", "waren", "kann",
     "konnen", "muss", "mussen", "gibt", "habe", "bin", "wenn", "weil", "da", "dass", "ich",
     "man", "wir", "sie", "es", "er", "obwohl", "wahrend", "wo", "die", "hier", "dort")
)
"""Folded words that make a final "-en" a statement's verb and no demand."""
# fmt: on
_GERMAN_INFINITIVE: Final = re.compile(r"[a-zäöüß]{3,}(?:en|ern|eln)[.!]*$")
_WISH_WORDS: Final = 12
"""A German sentence up to this length that ends in an infinitive is read as a demand."""


def natures(table: WordTable, shapes: Shapes) -> list[Nature]:
    """The likeliest nature of each sentence, from `read_words` and `read_shapes` of the same."""
    kinds = _kinds(table, shapes)
    totals = np.zeros((len(table.tokens), len(_ORDER)))
    for column, nature in enumerate(_ORDER):
        for kind, weight in _WEIGHTS[nature].items():
            totals[:, column] += weight * kinds[kind]
    return [_ORDER[column] for column in totals.argmax(axis=1).tolist()]


def _kinds(table: WordTable, shapes: Shapes) -> dict[str, NDArray[np.bool_]]:
    names = ("overgeneral", "definition", "proposal", "decision", "request", "question",
             "problem", "example", "i", "evidence", "reason", "contrast", "opinion")  # fmt: skip
    kinds = {name: table.cue(name) > 0 for name in names}
    kinds["asks"] = shapes.asks
    kinds["figure"] = shapes.has_number
    kinds["link"] = shapes.has_link
    kinds["plain"] = np.ones(len(table.tokens), dtype=bool)
    kinds["wish"] = np.array(
        [
            _is_wish(text, words, language)
            for text, words, language in zip(
                shapes.texts, table.tokens, table.languages, strict=True
            )
        ],
        dtype=bool,
    )
    return kinds


def _is_wish(text: str, words: Sequence[str], language: str | None) -> bool:
    """Whether a sentence is a bare infinitive, the form of demands in French and German."""
    if not words:
        return False
    if language == "fr":
        return words[0] not in _NOT_INFINITIVES and bool(_FRENCH_INFINITIVE.fullmatch(words[0]))
    if language == "de":
        is_bare = len(words) <= _WISH_WORDS and _GERMAN_FINITE.isdisjoint(words)
        is_participle = words[-1].startswith("ge")
        return is_bare and not is_participle and bool(_GERMAN_INFINITIVE.search(text))
    return False
