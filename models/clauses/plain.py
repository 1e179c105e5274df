"""Clauses of a text in a language without a parser: its sentences, and their beginnings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models import sentences, wordlists
from models.clauses.clause import MAX_CHARS, MAX_WORDS, Clause, self_contained, spelt
from models.keyphrases import stop_words
from models.text import fold

_NOTHING: frozenset[str] = frozenset()
_LABEL = re.compile(r"\A[^:]{1,40}:\s+")
_MARKED = re.compile(r"[:;]|\s[-–—]\s")
_LAST = re.compile(r"[.!…\s]+\Z")
_COMMA = re.compile(r",\s+([^\W_]+)")
VERB_SECOND = frozenset({"de", "nl"})
"""Languages where the order of words changes behind an opener: it cannot be taken off."""
SHORTER = 0.85
"""Share of quality that a sentence cut at a comma keeps."""


def plain_clauses(text: str, language: str) -> Iterator[Clause]:
    """The sentences that can stand alone; of longer ones what is before a reason or purpose."""
    for start, end in sentences.split(text, language):
        if "?" in text[start:end]:
            continue
        whole = _LAST.sub("", text[start:end])
        label = _LABEL.match(whole)
        sentence = _after_opener(whole[label.end() if label else 0 :], language)
        at = start + len(whole) - len(sentence)
        for part, kept in _lengths(sentence, language):
            surface = re.sub(r"\s+", " ", part)
            if _stands(surface, language):
                quality = kept * self_contained(surface, language)
                yield Clause(at, at + len(part), surface, quality)


def _after_opener(sentence: str, language: str) -> str:
    """Without "Però", "Además," … at the beginning, where that leaves the order as it is."""
    if language in VERB_SECOND:
        return sentence
    while (found := re.match(r"\s*([^\W_]+)[,\s]+", sentence)) and (
        found.group(1).casefold() in wordlists.OPENING.get(language, _NOTHING)
    ):
        sentence = sentence[found.end() :]
    return sentence


def _lengths(sentence: str, language: str) -> Iterator[tuple[str, float]]:
    yield sentence, 1.0
    cuts = wordlists.AFTER_COMMA.get(language, _NOTHING)
    for comma in reversed(list(_COMMA.finditer(sentence))):
        before = sentence[: comma.start()]
        if comma.group(1).casefold() in cuts and len(before) <= MAX_CHARS:
            yield before, SHORTER


def _stands(surface: str, language: str) -> bool:
    """Whether a stretch can be a whole sentence or a heading, as far as its words tell."""
    words = spelt(surface)
    if not 2 < len(words) <= MAX_WORDS + 4 or _MARKED.search(surface):
        return False
    first, last = words[0], words[-1]
    if first in wordlists.SUBORDINATORS or first in wordlists.INTERROGATIVES.get(
        language, _NOTHING
    ):
        return False
    if first in wordlists.OPENING.get(language, _NOTHING):
        return False
    finite = wordlists.FINITE.get(language)
    if finite is not None and first in wordlists.LINKS[language] and finite.isdisjoint(words):
        return False  # "Bei Regen mit dem Bus"
    ends = wordlists.NEVER_ENDS.get(language)
    return last not in ends if ends is not None else fold(last) not in stop_words(language)
