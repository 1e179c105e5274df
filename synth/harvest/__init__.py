"""Key passages: every sentence scored, a readable number of them suggested.

`suggest` is the step; `score_sentences` is its first half on its own. What people decided on,
given as ``decided``, is not suggested again: something else fills its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from synth.harvest.quotes import count_quotes
from synth.harvest.rows import DecidedSpan, QuoteRow, SentenceRow, Suggestion
from synth.harvest.scores import Scores, score_sentences
from synth.harvest.selection import choose, undecided

__all__ = [
    "DecidedSpan",
    "QuoteRow",
    "Scores",
    "SentenceRow",
    "Suggestion",
    "count_quotes",
    "score_sentences",
    "suggest",
]


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
    reasons = scores.reasons(rows)
    return [
        Suggestion(
            row=row,
            message=sentences[row].message,
            start=sentences[row].start,
            end=sentences[row].end,
            nature=scores.nature[row],
            score=round(float(scores.score[row]), 4),
            thread=sentences[row].thread,
            idea=sentences[row].idea,
            reasons=why,
        )
        for row, why in zip(rows, reasons, strict=True)
    ]
