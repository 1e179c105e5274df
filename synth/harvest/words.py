"""Sentences as words: the cues among them, and triples of words, which show repetitions."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, count
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.languages import shares
from models.text import fold

if TYPE_CHECKING:
    from synth.harvest import SentenceRow

CUES: Final = (
    "function", "greeting", "closing", "courtesy", "question", "request", "proposal", "decision",
    "opinion", "problem", "reason", "contrast", "example", "evidence", "definition",
    "overgeneral", "i",
)  # fmt: skip
"""The kinds of cue in ``cues.toml``, in the order of the columns of `WordTable.cues`."""

_OPENING: Final = "opening_"
_TOKEN: Final = re.compile(r"[^\W_]+|\+1")
_FOLDED: Final = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_OPENING_TOKENS: Final = 3
"""How far into a sentence an opening cue may stand: after a bullet, a number or an article."""
_FACTORS: Final = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
"""Factors of the hash of three words and a thread."""

Numbers = NDArray[np.int64]


def column(sentences: Iterable[SentenceRow], name: str) -> Numbers:
    """One field of every sentence: int64 (n,)."""
    return np.fromiter(map(attrgetter(name), sentences), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTable:
    """The words of ``n`` sentences."""

    tokens: list[list[str]]
    """Folded words of each sentence, in order."""
    flat: Numbers
    """(n_words.sum(),) the same words as numbers of a vocabulary, sentence after sentence."""
    vocabulary: Mapping[str, int]
    """The number of each distinct word."""
    counts: sparse.csr_array
    """float32 (n, n_vocabulary) how often each word occurs in each sentence."""
    n_words: NDArray[np.float64]
    """(n,) words per sentence."""
    cues: NDArray[np.float64]
    """(n, len(CUES)) how many cues of each kind each sentence has."""
    languages: list[str | None]
    """Language each sentence was read in."""
    has_cues: NDArray[np.bool_]
    """(n,) whether the language of the sentence is one that has cues."""

    def cue(self, name: str) -> NDArray[np.float64]:
        """Counts of one kind of cue, shape (n,)."""
        column: NDArray[np.float64] = self.cues[:, CUES.index(name)]
        return column


def tokenise(text: str) -> list[str]:
    """Folded words; apostrophes and hyphens separate."""
    if text.isascii() and "+1" not in text:  # the same words, in half the time
        return text.translate(_FOLDED).split()
    return _TOKEN.findall(fold(text))


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    column: int
    is_opening: bool


@cache
def _lexicons() -> Mapping[str, Sequence[_Phrase]]:
    """Language → its cues."""
    text = resources.files(__package__).joinpath("cues.toml").read_text(encoding="utf-8")
    return {
        language: [
            _Phrase(words, CUES.index(name.removeprefix(_OPENING)), name.startswith(_OPENING))
            for name, phrases in groups.items()
            for words in sorted({tuple(tokenise(phrase)) for phrase in phrases})
        ]
        for language, groups in tomllib.loads(text).items()
    }


def _languages(declared: Sequence[str | None]) -> list[str | None]:
    """Short codes; an unknown one takes the language most rows have."""
    codes = [None if code is None else code[:2].lower() for code in declared]
    usual = next(iter(shares(codes)), None)
    return [usual if code is None else code for code in codes]


def number_words(tokens: Sequence[Sequence[str]]) -> tuple[Numbers, Mapping[str, int]]:
    """All words in order as numbers, shape (n_words,), and the number of each distinct word."""
    vocabulary: defaultdict[str, int] = defaultdict(count().__next__)
    words = chain.from_iterable(tokens)
    flat = np.fromiter(map(vocabulary.__getitem__, words), dtype=np.int64)
    return flat, dict(vocabulary)


def read_words(texts: Sequence[str], languages: Sequence[str | None]) -> WordTable:
    """Cut texts into words and find their cues.

    A text in a language without cues keeps zeros: its other features still count.
    """
    codes = _languages(languages)
    tokens = [tokenise(text) for text in texts]
    flat, vocabulary = number_words(tokens)
    n_words = np.array([len(words) for words in tokens], dtype=np.int64)
    ends = np.cumsum(n_words)
    counts = sparse.csr_array(
        (
            np.ones(len(flat), dtype=np.float32),
            flat.astype(np.int32),
            np.concatenate(([0], ends)).astype(np.int64),
        ),
        shape=(len(texts), max(1, len(vocabulary))),
    )
    counts.sum_duplicates()
    return WordTable(
        tokens=tokens,
        flat=flat,
        vocabulary=vocabulary,
        counts=counts,
        n_words=n_words.astype(np.float64),
        cues=_count_cues(flat, n_words, vocabulary, codes),
        languages=codes,
        has_cues=np.array([code in _lexicons() for code in codes], dtype=bool),
    )


def _count_cues(
    flat: Numbers,
    n_words: Numbers,
    vocabulary: Mapping[str, int],
    codes: Sequence[str | None],
) -> NDArray[np.float64]:
    """Cues of each kind in each sentence, shape (n, len(CUES)).

    Goes phrase by phrase over the places of its first word, not word by word, and sorts only
    the places of words that begin a phrase.
    """
    cues = np.zeros((len(n_words), len(CUES)))
    of_row = np.repeat(np.arange(len(n_words)), n_words)
    end = np.cumsum(n_words)[of_row]
    at = np.arange(len(flat)) - (end - n_words[of_row])
    for language, phrases in _lexicons().items():
        is_spoken = np.array([code == language for code in codes], dtype=bool)
        begins = np.zeros(len(vocabulary), dtype=bool)
        begins[[vocabulary[p.words[0]] for p in phrases if p.words[0] in vocabulary]] = True
        places = np.flatnonzero(is_spoken[of_row] & begins[flat])
        places = places[np.argsort(flat[places], kind="stable")]
        first_words = flat[places]
        for phrase in phrases:
            numbers = [vocabulary.get(word, -1) for word in phrase.words]
            if not len(places) or -1 in numbers:
                continue
            low, high = np.searchsorted(first_words, [numbers[0], numbers[0] + 1])
            hits = places[low:high]
            if phrase.is_opening:
                hits = hits[at[hits] < _OPENING_TOKENS]
            hits = hits[hits + len(numbers) <= end[hits]]
            for step, number in enumerate(numbers[1:], start=1):
                hits = hits[flat[hits + step] == number]
            np.add.at(cues[:, phrase.column], of_row[hits], 1)
    return cues


@dataclass(frozen=True, slots=True, kw_only=True)
class Triples:
    """The word triples of some texts, text after text in the order of the words."""

    of_text: Numbers
    """(n_triples,) row of the text."""
    key: NDArray[np.uint64]
    """(n_triples,) 64-bit hash of the three words and the thread: equal for equal triples, and
    in a discussion of a million words the odds of any two others being equal are 1 in 10⁷."""


def read_triples(words: Numbers, n_words: Iterable[int], threads: Numbers) -> Triples:
    """The triples of texts given as word numbers, all at once.

    ``words``: (n_words.sum(),) numbers of the words, text after text, below zero for one that
    is in no triple; ``n_words`` and ``threads``: one per text.
    """
    of_word = np.repeat(np.arange(len(threads)), np.asarray(n_words, dtype=np.int64))
    parts = (words[:-2], words[1:-1], words[2:])
    is_inside = (of_word[:-2] == of_word[2:]) & (np.minimum.reduce(parts) >= 0)
    of_text = of_word[:-2][is_inside]
    key = np.zeros(len(of_text), dtype=np.uint64)
    factors = zip((*(part[is_inside] for part in parts), threads[of_text]), _FACTORS, strict=True)
    for part, factor in factors:
        key = (key ^ (part.astype(np.uint64) + np.uint64(1))) * np.uint64(factor)
        key ^= key >> np.uint64(29)
    return Triples(of_text=of_text, key=key)
