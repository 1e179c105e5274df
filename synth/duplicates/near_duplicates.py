"""Which texts repeat each other: sentences that are copies, counted in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from synth.duplicates.similar_sentences import (
    LEAST_WORDS,
    alike,
    changes,
    first_rows,
    sentences_of,
    weighty,
    words_of,
)

SHARE_COPIED = 0.6
"""Least share of the words of both texts that stand in sentences they have in common."""
TELLING_WORDS = 8
"""Words from which a repeated text says more than ``Yes, I agree``; so many at least must two
texts have in common that are not the same altogether."""
SAME_BUT_FOR = 0.6
"""Likeness of the words of two sentences from which one is the other with a number or side
changed."""
WORDS_PER_CHANGE_BESIDE = 6
"""One word in so many may have been changed in a sentence whose neighbours are copied too."""
SHARE_AT_ONCE = 0.3
"""Share of the words of both in sentences that are copies by themselves, below which two texts are
not looked at closer."""
MOST_LEADERS = 100
"""Texts that a new one is compared with for each sentence they have in common."""
MOST_PAIRS = 2_500
"""Pairs of sentences that are compared word by word for two texts; long texts that differ in more
are no copies."""
OWN_WORDS_AGAIN = 3
"""Messages of one voice in which a sentence that nobody else uses is a signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Texts in groups of near-duplicates."""

    group: NDArray[np.intp]
    """(n,) row of the first text of the group; a text that repeats none has its own."""
    typical: NDArray[np.intp]
    """(n,) row of the commonest text of the group, with which the others were compared."""
    n_words: NDArray[np.intp]
    """(n,) words of each text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """What is said again in a discussion."""

    passages: Copies
    messages: Copies
    """Rows are messages: the passages of each taken together."""


class Text(NamedTuple):
    """A text as its sentences."""

    whole: tuple[str, ...] | str
    """All its words; the text itself where it has none (a smiley, a plus sign)."""
    sentences: tuple[int, ...]
    """For each sentence the first one, among all texts, that it is a copy of."""
    words: tuple[tuple[str, ...], ...]
    """The words of each sentence."""

    @property
    def n_words(self) -> int:
        return sum(map(len, self.words))


def find_repetition(
    passages: Sequence[str], *, messages: NDArray[np.intp], voices: NDArray[np.intp]
) -> Repetition:
    """Passages and messages that repeat each other, whole or with small changes.

    ``messages`` (n,): the message of each passage, numbered from 0; ``voices`` (n_messages,): who
    wrote it. Two texts are copies when all their words are the same, or when sentences that are
    copies (``similar_sentences.alike``) make up ``SHARE_COPIED`` of the words of
    both and no other sentence of one contradicts one of the other: says the same with another
    number, negation or side. So a personal first line or an added sentence does not hide a
    form letter. Signatures, sentences that one voice alone puts under ``OWN_WORDS_AGAIN``
    messages, do not make messages alike. Groups form around their commonest text and do not
    chain. Time grows about linearly. Deterministic. Raises ValueError when the arrays do not
    belong together.
    """
    if len(messages) != len(passages):
        raise ValueError(f"{len(messages)} messages for {len(passages)} passages")
    if len(messages) and not 0 <= messages.min() <= messages.max() < len(voices):
        raise ValueError(f"messages are not numbered within 0..{len(voices) - 1}")
    read = _read(passages)
    whole: list[list[Text]] = [[] for _ in voices]
    for text, message in zip(read, messages.tolist(), strict=True):
        whole[message].append(text)
    own = _signatures(whole, voices.tolist())
    return Repetition(
        passages=_grouped(read),
        messages=_grouped([_together(parts, own) for parts in whole]),
    )


def _read(texts: Sequence[str]) -> list[Text]:
    words = cache(words_of)  # form letters share their sentences
    cut = {
        text: tuple(found for part in sentences_of(text) if (found := words(part)))
        for text in dict.fromkeys(texts)
    }
    classes = iter(alike([sentence for text in texts for sentence in cut[text]]).tolist())
    return [
        Text(
            whole=sum(cut[text], ()) or text,
            sentences=tuple(next(classes) for _ in cut[text]),
            words=cut[text],
        )
        for text in texts
    ]


def _signatures(messages: Sequence[Sequence[Text]], voices: Sequence[int]) -> frozenset[int]:
    """Sentences of one voice alone that stand in several of its messages."""
    holders: Counter[int] = Counter()
    speaker: dict[int, int | None] = {}
    for parts, voice in zip(messages, voices, strict=True):
        for sentence in {s for part in parts for s in part.sentences}:
            holders[sentence] += 1
            if speaker.setdefault(sentence, voice) != voice:
                speaker[sentence] = None
    return frozenset(
        s for s, n in holders.items() if n >= OWN_WORDS_AGAIN and speaker[s] is not None
    )


def _together(parts: Sequence[Text], own: frozenset[int]) -> Text:
    """The passages of a message as one text, without signatures unless it has nothing else."""
    pairs = [pair for part in parts for pair in zip(part.sentences, part.words, strict=True)]
    pairs = [pair for pair in pairs if pair[0] not in own] or pairs
    words = tuple(words for _, words in pairs)
    return Text(
        whole=sum(words, ()) or "\n".join(str(part.whole) for part in parts),
        sentences=tuple(sentence for sentence, _ in pairs),
        words=words,
    )


def _grouped(texts: Sequence[Text]) -> Copies:
    typical = _leaders(texts)
    n_words = np.array([text.n_words for text in texts], dtype=np.intp)
    return Copies(group=first_rows(typical), typical=typical, n_words=n_words)


def _leaders(texts: Sequence[Text]) -> NDArray[np.intp]:
    """(n,) for each text the one that leads its group, by sentences in common."""
    number: dict[object, int] = {}
    # A message without passages says nothing again.
    same = [number.setdefault(text.whole or row, row) for row, text in enumerate(texts)]
    n_same = Counter(same)
    holders = Counter(sentence for row in n_same for sentence in set(texts[row].sentences))
    leader = np.arange(len(texts))
    leading: defaultdict[int, list[int]] = defaultdict(list)
    sizes = [text.n_words for text in texts]
    for row in sorted(n_same, key=lambda row: (-n_same[row], row)):
        shared = {s: n for s, n in _telling(texts[row]).items() if holders[s] > 1}
        in_common: Counter[int] = Counter()
        for sentence, n_words in shared.items():
            for candidate in leading[sentence][:MOST_LEADERS]:
                in_common[candidate] += n_words
        near = [c for c, n in in_common.items() if n >= SHARE_AT_ONCE * max(sizes[row], sizes[c])]
        fits = [(share, -c) for c in near if (share := _copied(texts[row], texts[c])) > 0]
        if fits:
            leader[row] = -max(fits)[1]
            continue
        for sentence in shared:
            leading[sentence].append(row)
    return np.asarray(leader[np.array(same, dtype=np.intp)], dtype=np.intp)


def _telling(text: Text) -> dict[int, int]:
    """Its sentences that are long enough to look for others by, with their words."""
    pairs = zip(text.sentences, text.words, strict=True)
    return {sentence: len(words) for sentence, words in pairs if len(words) >= LEAST_WORDS}


def _copied(one: Text, other: Text) -> float:
    """Share of the words that both have in common, 0 where they are no copies."""
    both = set(one.sentences) & set(other.sentences)
    mine, n_mine = _apart(one, both)
    theirs, n_theirs = _apart(other, both)
    if len(mine) * len(theirs) > MOST_PAIRS:
        return 0.0
    for sentence in mine:
        near = next((other for other in theirs if _is_reworded(sentence, other)), None)
        if near is not None:
            theirs.remove(near)
            n_mine, n_theirs = n_mine + len(sentence), n_theirs + len(near)
        elif any(contradicts(sentence, other) for other in theirs):
            return 0.0
    n_copied = min(n_mine, n_theirs)
    share = n_copied / max(one.n_words, other.n_words)
    return share if n_copied >= TELLING_WORDS and share >= SHARE_COPIED else 0.0


def _apart(text: Text, sentences: set[int]) -> tuple[list[tuple[str, ...]], int]:
    """The sentences that are not among ``sentences``, and how many words the others have."""
    apart = [w for s, w in zip(text.sentences, text.words, strict=True) if s not in sentences]
    return apart, text.n_words - sum(map(len, apart))


def _is_reworded(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two sentences of texts that have others in common are the same, reworded."""
    if abs(len(one) - len(other)) > max(len(one), len(other)) / 2 or weighty(one) != weighty(other):
        return False
    return changes(one, other, words_per_change=WORDS_PER_CHANGE_BESIDE) is not None


def contradicts(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two sentences are much alike but for their weighty words."""
    alike = Indel.normalized_similarity(one, other)
    return alike >= SAME_BUT_FOR and weighty(one) != weighty(other)
