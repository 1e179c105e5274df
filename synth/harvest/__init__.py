"""Key passages: every sentence scored, a readable number of them suggested.

`suggest` is the step; `score_sentences` is its first half on its own. What people decided on,
given as ``decided``, is not suggested again: something else fills its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from synth.harvest.quotes import count_quotes
from synth.harvest.scores import SentenceScores, score_sentences
from synth.harvest.selection import choose, undecided
from synth.records import Nature

__all__ = [
    "DecidedSpan",
    "QuoteRow",
    "SentenceRow",
    "SentenceScores",
    "Suggestion",
    "count_quotes",
    "score_sentences",
    "suggest",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRow:
    """One sentence ``start:end`` of a message's clean text, and what is known around it.

    Rows of one message follow each other in the order of the text. ``message``, ``thread``,
    ``author`` and ``idea`` are any integers that tell messages, threads, authors and ideas
    apart (rows or ids); -1 stands for an unknown author and for no idea.
    """

    message: int
    start: int
    end: int
    text: str
    thread: int
    language: str | None = None
    """Two-letter code; None takes the language that most rows of the discussion have."""
    subject: str | None = None
    """Subject or title of the message or of its thread."""
    author: int = -1
    idea: int = -1
    message_rank: int = 0
    """Reading order of the message inside its thread; 0 is the root."""
    n_replies: int = 0
    """Messages anywhere below this one in the reply tree."""
    n_likes: int = 0
    n_for: int = 0
    is_accepted: bool = False
    is_about: bool = True
    """Whether it is about the question; else it is scored and not chosen."""
    n_quoted: float = 0.0
    """How many later messages are known to quote the sentence; see `count_quotes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """Words of somebody else that a message repeats, without quote marks."""

    message: int
    thread: int
    message_rank: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedSpan:
    """A stretch of a message that a person took, adjusted or rejected."""

    message: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One sentence put before the harvesters."""

    row: int
    """Row in the sentences given to `suggest`."""
    message: int
    start: int
    end: int
    nature: Nature
    score: float
    """0..1: how likely a reader is to call it a key passage of its thread."""


def suggest(
    sentences: Sequence[SentenceRow],
    *,
    quotes: Sequence[QuoteRow] = (),
    limit: int | Literal["all"] | None = None,
    vectors: NDArray[np.float32] | None = None,
    decided: Iterable[DecidedSpan] = (),
) -> list[Suggestion]:
    """Key passages of a discussion.

    ``quotes``: what messages repeat of earlier ones; a sentence that later messages quote
    counts for more. Leave them out where the sentences know their ``n_quoted`` already.
    ``limit``: None for a readable number (about twice the square root of the number of
    sentences, at least one per idea and for the busiest threads), a number for at most
    so many, best first, or ``"all"`` for every sentence in the order given.
    ``vectors``: float32 (n_sentences, dim), unit rows, of the passage that holds each
    sentence; they let an idea prefer what is near its middle.
    ``decided``: stretches that people took, adjusted or rejected. No sentence that shares
    half of its characters with one, or holds half of one, is suggested again.
    Raises ValueError when ``limit`` is negative or ``vectors`` has another length.
    """
    if isinstance(limit, int) and limit < 0:
        raise ValueError(f"limit must not be negative, got {limit}")
    if vectors is not None and len(vectors) != len(sentences):
        raise ValueError(f"{len(vectors)} vectors for {len(sentences)} sentences")
    if not sentences:
        return []
    scores = score_sentences(sentences, quotes=quotes)
    rows = undecided(sentences, decided)
    if limit != "all":
        rows = choose(sentences, scores, rows=rows, limit=limit, vectors=vectors)
    return [
        Suggestion(
            row=row,
            message=sentences[row].message,
            start=sentences[row].start,
            end=sentences[row].end,
            nature=scores.nature[row],
            score=round(float(scores.score[row]), 4),
        )
        for row in rows
    ]
