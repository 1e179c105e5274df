"""Clauses that can stand as a title: what a text claims or asks for, in its own words.

A clause is a verbatim stretch that says one thing: a main clause, the content of "I think that
…" or "because …", a demand ("Interdire les verrous numériques"), or a nominal fragment. English and
French use the dependency parse (``parsed``), and what does not hold together in it is left out
(``grammar``); other languages the punctuation of the sentence (``plain``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.clauses.clause import MAX_CHARS, Clause, is_aside, is_fit, opens_loosely, self_contained
from models.clauses.grammar import agrees
from models.clauses.parsed import parsed_clauses
from models.clauses.plain import plain_clauses
from models.keyphrases import Phrase, phrases_in
from models.languages import primary
from models.spacy_pipelines import TAGGED, documents

__all__ = [
    "MAX_CHARS", "Clause", "ParsedText", "heading_clauses", "is_aside", "opens_loosely", "read",
    "self_contained",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParsedText:
    """What one parse of a text gives for naming ideas."""

    phrases: tuple[Phrase, ...]
    clauses: tuple[Clause, ...]


def read(texts: Sequence[str], languages: Sequence[str | None]) -> list[ParsedText]:
    """The noun phrases and title-worthy clauses of each text, from one parse each.

    About 5,000 words per second on two cores in English and French. Raises ModelMissing where
    the pipeline of one of them is not installed.
    """
    found = [ParsedText((), ()) for _ in texts]
    for row, doc in documents(texts, languages):
        language = primary(languages[row])
        clauses = parsed_clauses(doc) if language in TAGGED else plain_clauses(doc.text, language)
        found[row] = ParsedText(tuple(phrases_in(doc, language)), tuple(_fit(clauses, language)))
    return found


def heading_clauses(lines: Sequence[str], languages: Sequence[str | None]) -> list[Clause | None]:
    """Lines that people wrote as headings, each as one clause where it can stand as such.

    Raises ModelMissing where the pipeline of a language is not installed.
    """
    surfaces = [re.sub(r"\s+", " ", line).strip().rstrip(".!:;, ") for line in lines]
    found: list[Clause | None] = [None] * len(lines)
    for row, doc in documents(surfaces, languages):
        surface, language = surfaces[row], primary(languages[row])
        if is_fit(surface, language) and (language not in TAGGED or agrees(doc[:])):
            quality = self_contained(surface, language)
            found[row] = Clause(0, len(lines[row]), surface, quality)
    return found


def _fit(clauses: Iterator[Clause], language: str) -> Iterator[Clause]:
    seen: set[tuple[int, int]] = set()
    for clause in clauses:
        is_new = (clause.start, clause.end) not in seen
        if (
            is_new
            and is_fit(clause.surface, language)
            and not opens_loosely(clause.surface, language)
        ):
            seen.add((clause.start, clause.end))
            yield clause
