"""Candidate keyphrases: the noun phrases of a text, and the keys that make them comparable.

English and French go through a spaCy tagger; other languages through word runs between stop
words. A phrase has a surface for people and a key for counting: the folded content words
(case, accents and number removed), so that "accès aux données" and "Accès à la donnée" meet.
`content_runs` folds a text into the same keys without a tagger, fast enough for every text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from models import wordlists
from models.spacy_pipelines import TAGGED, import_spacy
from models.text import fold

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

MAX_CONTENT_WORDS = 4
"""Longer phrases repeat too rarely to be counted."""

_WORD = re.compile(r"[^\W_]+(?:[-‑.+#&][^\W_]+)*[+#]*|[^\w\s]+|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase at ``text[start:end]``; ``key`` is equal for its spelling variants."""

    key: str
    surface: str
    start: int
    end: int


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """A word without case, accents and number: a light stem, for comparing and never for show."""
    plain = fold(word)
    for suffix, left, put in wordlists.SUFFIXES.get(language, ()):
        if plain.endswith(suffix) and len(plain) - len(suffix) >= left:
            return plain[: len(plain) - len(suffix)] + put
    return plain


@cache
def stop_words(language: str) -> frozenset[str]:
    """Function words without accents; empty for a language that spaCy does not know."""
    import_spacy()
    from spacy.util import get_lang_class

    try:
        words = get_lang_class(language).Defaults.stop_words
    except ImportError:
        return frozenset()
    kept = wordlists.KEPT.get(language, frozenset())
    return frozenset(fold(word) for word in words if word not in kept)


@cache
def _vague(language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in wordlists.VAGUE.get(language, ()))


def is_vague(key: str, language: str) -> bool:
    """Whether a phrase names nothing: only words such as "thing", "way" or "example"."""
    return all(word in _vague(language) for word in key.split())


@lru_cache(maxsize=200_000)
def _content(word: str, language: str) -> str:
    """The folded word, or nothing for a function word, a number or a lone small letter."""
    if word.isdigit() or (len(word) == 1 and not word.isupper()):
        return ""
    return "" if fold(word) in stop_words(language) else stem(word, language)


def content_runs(text: str, language: str) -> list[list[str]]:
    """The folded content words of a text, one list per stretch without punctuation."""
    run: list[str] = []
    runs = [run]
    previous, before = "", ""
    for word in _WORD.findall(text):
        if not word[0].isalnum():
            if word in "'’":
                previous, before = word, previous
                continue
            if run and word[0] not in "-‑/":
                run = []
                runs.append(run)
            previous = ""
            continue
        if previous and previous in "'’":
            elided = before.casefold()
            if run and run[-1] == elided and elided in wordlists.ELIDED:
                run.pop()
            if word.casefold() in wordlists.CLITIC:
                previous = word
                continue
        if folded := _content(word, language):
            run.append(folded)
        previous = word
    return [run for run in runs if run]


def key_of(surface: str, language: str) -> str:
    """The counting key of a phrase: its folded content words, joined by spaces."""
    return " ".join(word for run in content_runs(surface, language) for word in run)


def phrases_in(doc: Doc, language: str) -> list[Phrase]:
    """The noun phrases of a parsed text, without determiners, at most four content words.

    Tagged languages: runs of adjectives and nouns (Justeson & Katz 1995), alone and joined by one
    preposition. Others: runs between stop words; German ones must end in a capitalised word.
    """
    cores = _tagged_cores(doc) if language in TAGGED else _plain_cores(doc, language)
    phrases = []
    for number, (start, end) in enumerate(cores):
        spans = [(start, end)]
        if number + 1 < len(cores) and _linked(doc, end, cores[number + 1][0], language):
            spans.append((start, cores[number + 1][1]))
        for first, last in spans:
            if phrase := _phrase(doc, first, last, language):
                phrases.append(phrase)
    return phrases


def _phrase(doc: Doc, start: int, end: int, language: str) -> Phrase | None:
    span = doc[start:end]
    surface = re.sub(r"\s+", " ", span.text)
    key = key_of(surface, language)
    n_words = len(key.split())
    if not 1 <= n_words <= MAX_CONTENT_WORDS or len(key) < 3 or is_vague(key, language):
        return None
    return Phrase(key, surface, span.start_char, span.end_char)


def _runs(doc: Doc, is_inside: Callable[[Token], bool]) -> Iterator[tuple[int, int]]:
    """Start and end of the maximal runs of tokens that are inside."""
    for inside, some in groupby(doc, is_inside):
        if inside:
            tokens = list(some)
            yield tokens[0].i, tokens[-1].i + 1


def _tagged_cores(doc: Doc) -> list[tuple[int, int]]:
    """Runs of adjectives and nouns that hold a noun and end well."""
    found = [_trimmed(doc, start, end) for start, end in _runs(doc, _in_core)]
    return [
        (start, end)
        for start, end in found
        if any(token.pos_ in ("NOUN", "PROPN") for token in doc[start:end])
        # A lone word at the beginning of a sentence may be anything: "Supprimer", "Thanks".
        if end - start > 1 or (start > 0 and not doc[start].is_sent_start)
    ]


def _in_core(token: Token) -> bool:
    if token.pos_ in ("NOUN", "PROPN", "ADJ"):
        return any(c.isalpha() for c in token.text) and "@" not in token.text
    if token.text in ("-", "‑"):
        return bool(token.i + 1 < len(token.doc) and not token.whitespace_)
    # "assisted suicide", "fermented foods": participles before a noun
    return bool(token.pos_ == "VERB" and token.dep_ == "amod" and token.i < token.head.i)


def _trimmed(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Without function words and hyphens at either edge."""
    stops = stop_words(doc.lang_)

    def is_edge(token: Token) -> bool:
        return token.text in "-‑" or fold(token.text) in stops

    while start < end and is_edge(doc[start]):
        start += 1
    while start < end and (is_edge(doc[end - 1])):
        end -= 1
    return start, end


def _linked(doc: Doc, end: int, start: int, language: str) -> bool:
    """Whether only a preposition, perhaps with an article, stands between two cores."""
    between = doc[end:start]
    if not 1 <= len(between) <= 2 or any(t.is_punct for t in between):
        return False
    links = wordlists.LINKS.get(language, frozenset())
    if between[0].lower_ not in links:
        return False
    return len(between) == 1 or between[1].pos_ == "DET" or between[1].lower_ in links


def _plain_cores(doc: Doc, language: str) -> list[tuple[int, int]]:
    """Runs of content words; in German each ends in a noun, known by its capital."""
    found = _runs(doc, lambda token: _content_token(token, language))
    return [core for start, end in found for core in _nominal(doc, start, end, language)]


def _content_token(token: Any, language: str) -> bool:
    plain = token.text[0].isalpha() and "." not in token.text
    is_verb = token.lower_ in wordlists.FINITE.get(language, frozenset())
    return bool(plain and not is_verb and _content(token.text, language))


def _nominal(doc: Doc, start: int, end: int, language: str) -> list[tuple[int, int]]:
    if language != "de":
        return [(i, min(i + 3, end)) for i in range(start, max(start + 1, end - 2))]
    found, first = [], start
    for i in range(start, end):
        if doc[i].text[0].isupper() and (i + 1 == end or not doc[i + 1].text[0].isupper()):
            # A capital at the beginning of a sentence tells nothing.
            if i > 0 and not doc[i - 1].is_punct and not doc[i - 1].is_space:
                found.append((max(first, i - 2), i + 1))
            first = i + 1
    return found
