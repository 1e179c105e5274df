"""Which sentences later messages found worth quoting."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from synth.harvest.rows import QuoteRow, SentenceRow
from synth.harvest.words import tokenise

_N: Final = 3
_SHARE: Final = 0.7
"""Share of a sentence's word triples that a quotation has to have; mailers rewrap and trim."""

Triple = tuple[str, ...]


def count_quotes(
    sentences: Sequence[SentenceRow], quotes: Sequence[QuoteRow]
) -> NDArray[np.float64]:
    """How many later messages of the same thread quote each sentence, shape (n,).

    A message quotes a sentence when its quotations hold at least 70 % of the sentence's
    distinct word triples. A sentence of fewer than three words is never counted: too many
    quotations hold "I agree" by chance.
    """
    rows_with, n_triples = _index(sentences, {quote.thread for quote in quotes})
    counts = np.zeros(len(sentences))
    for (thread, message, rank), triples in _quoted_triples(quotes).items():
        shared = Counter(row for triple in triples for row in rows_with.get((thread, triple), ()))
        for row, n in shared.items():
            sentence = sentences[row]
            is_earlier = sentence.message_rank < rank and sentence.message != message
            if is_earlier and n >= _SHARE * n_triples[row]:
                counts[row] += 1
    return counts


def _triples(text: str) -> set[Triple]:
    words = tokenise(text)
    return set(zip(*(words[k:] for k in range(_N)), strict=False))


def _index(
    sentences: Sequence[SentenceRow], threads: set[int]
) -> tuple[dict[tuple[int, Triple], list[int]], dict[int, int]]:
    rows_with: dict[tuple[int, Triple], list[int]] = defaultdict(list)
    n_triples: dict[int, int] = {}
    for row, sentence in enumerate(sentences):
        if sentence.thread not in threads:
            continue
        triples = _triples(sentence.text)
        n_triples[row] = len(triples)
        for triple in triples:
            rows_with[sentence.thread, triple].append(row)
    return rows_with, n_triples


def _quoted_triples(quotes: Sequence[QuoteRow]) -> dict[tuple[int, int, int], set[Triple]]:
    """(thread, message, rank) → the word triples of everything the message quotes.

    Pieces of one quotation may break in the middle of a sentence, so they are joined first.
    """
    texts: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    for quote in quotes:
        texts[quote.thread, quote.message, quote.message_rank].append(quote.text)
    return {key: _triples(" ".join(parts)) for key, parts in texts.items()}
