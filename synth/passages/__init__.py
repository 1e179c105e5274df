"""Passages: the stretches of a message that say one thing."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from synth.passages.speech import has_words, is_courtesy, is_speech, n_words, runs_of_speech
from synth.records import Span

__all__ = ["cut", "is_courtesy", "is_speech", "n_words"]

SHORT_MESSAGE = 50
"""Words up to which a message is one passage."""
MIN_WORDS, MAX_WORDS = 25, 60
MAX_CHARS = 400
"""About 90 tokens of the multilingual e5."""
TINY = 12
"""Words below which a paragraph (a heading, a list item) joins its neighbour."""
FRAGMENT = 3
"""Words below which a stretch is a passage only where it is the whole message."""

_CLAUSE_END = re.compile(r"[;:,.!?–—]\s|\n|\s[-–—(]")


class Stretch(NamedTuple):
    """``start:end`` of a text, with its number of words."""

    start: int
    end: int
    n_words: int


def cut(text: str, sentences: Sequence[tuple[int, int]]) -> list[Span]:
    """The passages of a clean text: ordered, disjoint, none empty or blank at its ends.

    A short message (up to 50 words) is one passage. In a longer one the sentences of a
    paragraph are grouped evenly to 25-60 words; only paragraphs of less than 12 words
    (headings, list items) are joined to a neighbour. Code, output, tables and bare
    addresses belong to no passage, nor do sentences that only greet or thank.

    ``sentences``: the ``(start, end)`` of the sentences of the text, in order and disjoint,
    as ``models.sentences.split`` gives them. One that reaches over the
    end of a paragraph is cut there.
    """
    runs = runs_of_speech(text)
    ends = [end for _, end in sentences]
    paragraphs = [
        [kept for p in run if (kept := _speech(text, p, sentences, bisect_right(ends, p.start)))]
        for run in runs
    ]
    paragraphs = [run for run in paragraphs if run]
    if paragraphs:
        paragraphs[-1] = _without_name(text, paragraphs[-1])
    flat = [s for run in paragraphs for p in run for s in p]
    is_short = len(runs) == 1 and 0 < sum(s.n_words for s in flat) <= SHORT_MESSAGE
    if is_short and flat[-1].end - flat[0].start <= MAX_CHARS:
        return [Span(start=flat[0].start, end=flat[-1].end)]
    spans: list[Span] = []
    for run in paragraphs:
        for paragraph in _without_tiny(run):
            spans.extend(_grouped(paragraph))
    # What was speech sentence by sentence may be a table when it stands together.
    spans = [span for span in spans if is_speech(text[span.start : span.end])]
    telling = [span for span in spans if has_words(text[span.start : span.end], FRAGMENT)]
    return telling or spans[:1]


def _speech(
    text: str, paragraph: Span, sentences: Sequence[tuple[int, int]], first: int
) -> list[Stretch]:
    """The sentences of a paragraph that are speech, none longer than a passage may be.

    ``sentences[first]`` is the first that does not end before the paragraph.
    """
    found: list[Stretch] = []
    for row in range(first, len(sentences)):
        start, end = sentences[row]
        if start >= paragraph.end:
            break
        for a, b, n in _bounded(text, max(start, paragraph.start), min(end, paragraph.end)):
            piece = text[a:b].strip()
            if is_speech(piece):
                at = text.index(piece, a)
                found.append(Stretch(at, at + len(piece), n))
    return found


def _bounded(text: str, start: int, end: int) -> Iterator[Stretch]:
    """``start:end`` in pieces of at most ``MAX_WORDS`` words and ``MAX_CHARS`` characters,
    cut behind a clause where there is one near, else between words."""
    whole = start
    n_left = n_words(text[start:end])  # counted once: a text may be one word of 10 MB
    while end - start > MAX_CHARS or n_left > MAX_WORDS:
        n_pieces = math.ceil(max((end - start) / MAX_CHARS, n_left / MAX_WORDS))
        ideal = start + (end - start) // n_pieces
        low, high = start + (ideal - start) // 2, min(end - 1, start + MAX_CHARS)
        cuts = [found.end() for found in _CLAUSE_END.finditer(text, low, high)]
        cuts = cuts or [i + 1 for i in range(low, high) if text[i].isspace()] or [ideal]
        at = min(cuts, key=lambda place: abs(place - ideal))
        if not start < at < end:
            break
        n_piece = n_words(text[start:at])
        yield Stretch(start, at, n_piece)
        n_left -= n_piece
        start = at
    # A cut inside a word leaves two.
    yield Stretch(start, end, n_left if start == whole else n_words(text[start:end]))


def _without_name(text: str, run: list[list[Stretch]]) -> list[list[Stretch]]:
    """The last paragraphs of a text without the one or two words, a name, on its last line."""
    sentences = [s for paragraph in run for s in paragraph]
    last = sentences[-1]
    if len(sentences) == 1 or last.n_words >= FRAGMENT:
        return run
    if "\n" not in text[sentences[-2].end : last.start]:
        return run
    rest = run[-1][:-1]
    return [*run[:-1], rest] if rest else run[:-1]


def _without_tiny(run: list[list[Stretch]]) -> list[list[Stretch]]:
    """Paragraphs with the tiny ones joined forward, the last one backward."""
    joined: list[list[Stretch]] = []
    waiting: list[Stretch] = []
    for paragraph in run:
        waiting = waiting + paragraph
        if sum(s.n_words for s in waiting) >= TINY:
            joined.append(waiting)
            waiting = []
    if waiting and joined:
        joined[-1] = joined[-1] + waiting
    elif waiting:
        joined.append(waiting)
    return joined


def _grouped(sentences: list[Stretch]) -> Iterator[Span]:
    """Neighbouring sentences as passages of about equal length within the bounds."""
    rest = sum(s.n_words for s in sentences)
    group: list[Stretch] = []
    n_group = 0
    target = _target(rest)
    for sentence in sentences:
        n_chars = sentence.end - group[0].start if group else 0
        is_over = n_group + sentence.n_words > MAX_WORDS or n_chars > MAX_CHARS
        is_nearer = abs(target - n_group) < abs(target - n_group - sentence.n_words)
        if group and (is_over or (n_group >= MIN_WORDS and is_nearer)):
            yield Span(start=group[0].start, end=group[-1].end)
            rest -= n_group
            group, n_group, target = [], 0, _target(rest)
        group.append(sentence)
        n_group += sentence.n_words
    if group:
        yield Span(start=group[0].start, end=group[-1].end)


def _target(n: int) -> float:
    """Words per passage when ``n`` words are shared out evenly."""
    return n / max(1, math.ceil(n / MAX_WORDS))
