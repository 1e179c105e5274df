"""How others write the words of a wording: what tells a slip of the pen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.keyphrases import stop_words
from models.languages import primary
from models.spacy_pipelines import known_words
from models.text import fold

UNKNOWN = 0.6
"""Share of quality that a word keeps which nobody else here writes and no list knows."""
MISSPELT = 0.3
"""The same where others write a word that is one letter away."""
ODD_PAIR = 0.4
"""The same for two function words side by side that stand so nowhere else."""
ENOUGH_WORDS = 15_000
"""Words of a language from which such a pair should have been met before."""
SPELT_BY_OTHERS = 3
"""Passages with a word from which it counts as the right spelling of one beside it."""

_WORD = re.compile(r"[^\W_]+(?:['’](?=[^\W_]))?")
_CAPITALS = re.compile(r"\b[^\W\d_a-zß-ÿ]{4,}\b")
_SMALL = re.compile(r"\b[a-zß-ÿ]{4,}\b")
_LETTERS = re.compile(r"[^\W\d_]{4,}")
_ALPHABET = "abcdefghijklmnopqrstuvwxyzàáâäçèéêëíîïñòóôöùúûüß"


def _forms(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts over the passages of a discussion, by language."""

    passages_with: dict[str, Counter[str]]
    """Passages that hold a word form, or two function words in a row ("in the")."""
    n_words: Counter[str]
    shouted: Counter[str]
    """Uses of a word in capitals less those in small letters."""

    def in_small_letters(self, wording: str) -> str:
        """A wording without capitals for stress: "TAXES on food" → "taxes on food"."""
        return _CAPITALS.sub(
            lambda m: m.group().lower() if self.shouted[m.group().lower()] <= 0 else m.group(),
            wording,
        )

    def soundness(self, surface: str, language: str) -> float:
        """0..1: what a wording keeps of its quality after a look at how others write."""
        counts = self.passages_with.get(language, Counter())
        share = 1.0
        for form in set(_forms(surface)):
            if counts[form] > 1 or not _LETTERS.fullmatch(form):
                continue
            if form not in known_words(language):
                share *= MISSPELT if self._is_misspelt(form, language) else _unknown(language)
        if self.n_words[language] >= ENOUGH_WORDS:
            odd = [pair for pair in _pairs(_forms(surface), language) if counts[pair] <= 1]
            share *= ODD_PAIR ** min(2, len(odd))
        return share

    def _is_misspelt(self, form: str, language: str) -> bool:
        counts = self.passages_with[language]
        return any(counts[other] >= SPELT_BY_OTHERS for other in _one_edit_away(form))


def _unknown(language: str) -> float:
    """Without a list of known words a rare one is only rare."""
    return UNKNOWN if known_words(language) else 1.0


def _one_edit_away(form: str) -> Iterator[str]:
    """Words with one letter less, more or another, or two neighbours changed over."""
    for i in range(len(form) + 1):
        before, after = form[:i], form[i:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in _ALPHABET:
            yield before + letter + after
            if after and letter != after[0]:
                yield before + letter + after[1:]


def _pairs(forms: Sequence[str], language: str) -> list[str]:
    """Neighbouring function words, as "in the"."""
    pairs, before = [], ""
    for form in forms:
        is_function = _is_function(form, language)
        if is_function and before:
            pairs.append(f"{before} {form}")
        before = form if is_function else ""
    return pairs


@lru_cache(maxsize=200_000)
def _is_function(form: str, language: str) -> bool:
    return fold(form.rstrip("'")) in stop_words(language)


def count_usage(texts: Sequence[str], languages: Sequence[str | None]) -> Usage:
    """Count the forms and pairs of all passages."""
    counts: dict[str, Counter[str]] = {}
    n_words: Counter[str] = Counter()
    shouted: Counter[str] = Counter()
    for text, language in zip(texts, languages, strict=True):
        tag = primary(language)
        forms = _forms(text)
        n_words[tag] += len(forms)
        counts.setdefault(tag, Counter()).update({*forms, *_pairs(forms, tag)})
        shouted.update(map(str.lower, _CAPITALS.findall(text)))
    for text in texts if shouted else ():
        shouted.subtract(word for word in _SMALL.findall(text) if word in shouted)
    return Usage(counts, n_words, shouted)
