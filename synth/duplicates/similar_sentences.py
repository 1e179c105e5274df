"""Which sentences are the same but for typing mistakes, greetings and a changed word or two.

Words that say something else, such as a number, a negation or a side, may never differ.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from models.text import without_accents
from models.wordlists import read_toml, words

LEAST_WORDS = 6
"""Shorter sentences are copies only when all their words are the same."""
WORDS_PER_CHANGE = 12
"""One word in so many may have been changed, added or left out."""
TYPO_COST = 0.5
"""A word that differs by one letter, in changed words."""
LEAST_TYPED = 5
"""Letters from which a word that differs by one may be a typing mistake."""
GREETING_WORDS = 4
"""Words before the first that cost nothing: ``Dear Madam, …``. What is added at the end is
often what matters: ``… or in public parks``."""
LEAST_GREETED = 8
"""Words a sentence must have beside them."""
N_BANDS, BAND_ROWS = 20, 4
"""MinHash bands: two sentences that share two thirds of their words meet in one with
probability .99, those that share a quarter with .08 (Leskovec et al., "Mining of Massive
Datasets", 3.4)."""
MOST_LEADERS = 100
"""Sentences that a new one is compared with in each bucket, the most frequent ones first."""

_WORD = re.compile(r"[^\W_]+")
# A single line break may be a mail program's; a blank line is the author's.
_END = re.compile(r"(?<=[.!?…:;])[\"'»”)\]]*\s+|\n\s*\n")

_WEIGHTY = read_toml(__package__, "weighty_words.toml")
_NUMBERS_AND_NEGATIONS = words(
    " ".join([*_WEIGHTY["numbers_and_days"].values(), *_WEIGHTY["negations"].values()])
)
_PREFIXES, _STEMS = ("|".join(_WEIGHTY["sides"][of].split()) for of in ("prefixes", "stems"))
_SIDES = re.compile(rf"(?:{_PREFIXES})?(?:{_STEMS})")

Words = tuple[int, ...]


class Sentences(NamedTuple):
    """The distinct sentences of a collection."""

    said: list[tuple[str, ...]]
    words: list[Words]
    """The same as numbers of words."""
    counts: NDArray[np.intp]
    """(n,) how often each stands there."""
    vocabulary: list[str]
    """The word of each number."""


def alike(sentences: Sequence[tuple[str, ...]]) -> NDArray[np.intp]:
    """(n,) for each sentence, as words, the row of the first sentence it is a copy of.

    A sentence that is no copy has its own row. Distinct sentences are taken from the most
    frequent down; each joins the most similar earlier one that leads a group, or leads one
    itself, so that copies of copies do not chain (leader clustering, Hartigan 1975). Candidates
    share a MinHash band (Broder 1997) and the order of their weighty words. Time grows about
    linearly. Deterministic.
    """
    number: dict[tuple[str, ...], int] = {}
    of = np.array([number.setdefault(s, len(number)) for s in sentences], dtype=np.intp)
    if not len(of):
        return of
    known: dict[str, int] = {}
    numbers = [tuple(known.setdefault(w, len(known)) for w in s) for s in number]
    distinct = Sentences(list(number), numbers, np.bincount(of, minlength=len(number)), list(known))
    return first_rows(_leaders(distinct)[of])


def first_rows(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """(n,) the first row that is in the group of each row."""
    _, first, number = np.unique(groups, return_index=True, return_inverse=True)
    return np.asarray(first[number], dtype=np.intp)


def _leaders(sentences: Sentences) -> NDArray[np.intp]:
    """(n,) the distinct sentence that leads the group of each."""
    leader = np.arange(len(sentences.words))
    leading: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row, buckets in _bucketed(sentences):
        own = sentences.words[row]
        near = sorted({c for bucket in buckets for c in leading[bucket][:MOST_LEADERS]})
        costs = [
            (cost, candidate)
            for candidate in _within_reach(own, near, sentences.words)
            if (cost := changes(sentences.said[row], sentences.said[candidate])) is not None
        ]
        if costs:
            leader[row] = min(costs)[1]
            continue
        for bucket in buckets:
            leading[bucket].append(row)
    return leader


def _bucketed(sentences: Sentences) -> Iterator[tuple[int, list[Hashable]]]:
    """Sentences that share a bucket with another one, the most frequent first, then the first
    to come; with their buckets."""
    long = np.array([r for r, w in enumerate(sentences.words) if len(w) >= LEAST_WORDS], np.intp)
    if len(long) < 2:
        return
    heavy = [is_weighty(word) for word in sentences.vocabulary]
    weights: list[tuple[int, ...]] = []
    roots: dict[str, int] = {}
    for row in long:
        of_row = (w for w in sentences.words[row] if heavy[w])
        weights.append(
            tuple(roots.setdefault(root(sentences.vocabulary[w]), len(roots)) for w in of_row)
        )
    kinds: dict[tuple[int, ...], int] = {}
    kind = np.array([kinds.setdefault(w, len(kinds)) for w in weights], dtype=np.uint64)
    keys = _bands([sentences.words[row] for row in long], len(sentences.vocabulary))
    keys ^= (kind * np.uint64(0x9E37_79B9_7F4A_7C15))[:, None]
    shared: defaultdict[int, list[Hashable]] = defaultdict(list)
    for band in range(N_BANDS):
        values, inverse, counts = np.unique(keys[:, band], return_inverse=True, return_counts=True)
        for at in np.flatnonzero(counts[inverse] > 1).tolist():
            shared[int(long[at])].append((band, int(values[inverse[at]])))
    for row in sorted(shared, key=lambda row: (-int(sentences.counts[row]), row)):
        yield row, shared[row]


def _bands(words: Sequence[Words], n_words: int) -> NDArray[np.uint64]:
    """(n, N_BANDS) one number for the ``BAND_ROWS`` least hashes of each band."""
    ends = np.cumsum([len(w) for w in words])
    starts = np.concatenate([[0], ends[:-1]])
    flat = np.concatenate([np.asarray(w, dtype=np.intp) for w in words])
    random = np.random.default_rng(0)
    keys = np.zeros((len(words), N_BANDS), dtype=np.uint64)
    for band in range(N_BANDS):
        for _ in range(BAND_ROWS):
            # A random order of the vocabulary is a hash without collisions.
            order = random.permutation(n_words).astype(np.uint64)
            least = np.minimum.reduceat(order[flat], starts)
            keys[:, band] = keys[:, band] * np.uint64(0x100_0000_01B3) + least + np.uint64(1)
    return keys


def _within_reach(own: Words, near: Sequence[int], words: Sequence[Words]) -> list[int]:
    """Those of ``near`` that may be copies by their edit distance alone."""
    longest = len(own) + GREETING_WORDS
    reach = int(longest / WORDS_PER_CHANGE / TYPO_COST) + GREETING_WORDS
    found = process.extract(
        own,
        {c: words[c] for c in near},
        scorer=Levenshtein.distance,
        score_cutoff=reach,
        limit=None,
    )
    return sorted(candidate for _, _, candidate in found)


def changes(
    a: Sequence[str], b: Sequence[str], *, words_per_change: int = WORDS_PER_CHANGE
) -> float | None:
    """How many words were changed between two sentences; None where they are no copies.

    Weighty words are not looked at: candidates have the same ones.
    """
    shorter, longer = sorted((len(a), len(b)))
    if shorter < LEAST_WORDS:
        return None
    allowed = longer / words_per_change
    cost = 0.0
    for edit in Levenshtein.opcodes(a, b):
        mine, theirs = a[edit.src_start : edit.src_end], b[edit.dest_start : edit.dest_end]
        if edit.tag == "equal":
            continue
        if edit.tag == "replace":
            pairs = zip(mine, theirs, strict=True)
            cost += sum(_price(one, other) for one, other in pairs)
        elif not (
            edit.src_start == edit.dest_start == 0
            and len(mine) + len(theirs) <= GREETING_WORDS
            and shorter >= LEAST_GREETED
        ):
            cost += len(mine) + len(theirs)
        if cost > allowed:
            return None
    return cost


def _price(one: str, other: str) -> float:
    """What it costs that one word stands where another stood."""
    is_typo = (
        min(len(one), len(other)) >= LEAST_TYPED
        and one[0] == other[0]
        and not is_weighty(one)
        and OSA.distance(one, other, score_cutoff=1) <= 1
    )
    return TYPO_COST if is_typo else 1.0


def words_of(text: str) -> tuple[str, ...]:
    """Words without case, accents and punctuation; ``don't`` is ``don`` and ``t``."""
    return tuple(_WORD.findall(without_accents(text).casefold()))


def sentences_of(text: str) -> list[str]:
    """Stretches that end like sentences or before a blank line, none of them blank."""
    return [part for part in _END.split(text) if part and not part.isspace()]


@lru_cache(maxsize=100_000)
def is_weighty(word: str) -> bool:
    """Whether another word in its place says something else: a number or date, a negation, or a
    word that takes a side. English, French and some German, Spanish and Italian."""
    if word.isalpha():
        return word in _NUMBERS_AND_NEGATIONS or _SIDES.match(word) is not None
    return True


def root(word: str) -> str:
    """Weighty words with the same root weigh the same: ``supports`` and ``supporting``."""
    found = _SIDES.match(word)
    return found.group() if found else word


@lru_cache(maxsize=100_000)
def weighty(words: tuple[str, ...]) -> tuple[str, ...]:
    """The roots of the weighty words, in order."""
    return tuple(root(word) for word in words if is_weighty(word))
