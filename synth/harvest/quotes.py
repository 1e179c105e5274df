"""Which sentences later messages found worth quoting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from synth.harvest.rows import QuoteRow, SentenceRow
from synth.harvest.words import number_words, tokenise

_SHARE: Final = 0.7
"""Share of a sentence's word triples that a quotation has to have; mailers rewrap and trim."""
_MOST: Final = np.iinfo(np.int64).max


def count_quotes(
    sentences: Sequence[SentenceRow], quotes: Sequence[QuoteRow]
) -> NDArray[np.float64]:
    """How many later messages of the same thread quote each sentence, shape (n,).

    A message quotes a sentence when its quotations hold at least 70 % of the sentence's
    distinct word triples. A sentence of fewer than three words is never counted: too many
    quotations hold "I agree" by chance.
    """
    counts = np.zeros(len(sentences))
    threads = {quote.thread for quote in quotes}
    rows = [row for row, sentence in enumerate(sentences) if sentence.thread in threads]
    quoters, texts = _quoted_texts(quotes)
    if not rows:
        return counts
    held, quoted = _triples_held(
        [*(sentences[row].text for row in rows), *texts],
        [*(sentences[row].thread for row in rows), *(thread for thread, _, _ in quoters)],
        n_sentences=len(rows),
    )
    shared = (quoted @ held.T).tocoo()
    n_triples = np.asarray(held.sum(axis=1)).ravel()
    is_enough = shared.data >= _SHARE * n_triples[shared.col]
    for at, row in zip(shared.row[is_enough].tolist(), shared.col[is_enough].tolist(), strict=True):
        _, message, rank = quoters[at]
        sentence = sentences[rows[row]]
        if sentence.message_rank < rank and sentence.message != message:
            counts[rows[row]] += 1
    return counts


def _triples_held(
    texts: Sequence[str], threads: Sequence[int], *, n_sentences: int
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Which of the word triples of its thread each text has: float64 (n, n_triples) of 0 and 1.

    One for the first ``n_sentences`` texts and one for the others. A triple is one number
    made of those of its thread and its words, so that no two are taken for one.
    """
    tokens = [tokenise(text) for text in texts]
    flat, vocabulary = number_words(tokens)
    of_text = np.repeat(np.arange(len(texts)), [len(words) for words in tokens])
    is_inside = of_text[:-2] == of_text[2:]
    of_triple = of_text[:-2][is_inside]
    n_words = max(1, len(vocabulary))
    key = np.unique(np.asarray(threads, dtype=np.int64), return_inverse=True)[1][of_triple]
    n_keys = int(key.max(initial=-1)) + 1
    for word in (flat[:-2], flat[1:-1], flat[2:]):
        if n_keys > _MOST // n_words:  # the product might not fit: number the keys in use
            key = np.unique(key, return_inverse=True)[1]
            n_keys = int(key.max(initial=-1)) + 1
        key = key * n_words + word[is_inside]
        n_keys *= n_words
    key = np.unique(key, return_inverse=True)[1]
    n_triples = int(key.max(initial=-1)) + 1
    has = sparse.csr_array(
        (np.ones(len(key)), (of_triple, key)), shape=(len(texts), max(1, n_triples))
    )
    has.data[:] = 1  # a triple said twice in a text is one
    return has[:n_sentences], has[n_sentences:]


def _quoted_texts(quotes: Sequence[QuoteRow]) -> tuple[list[tuple[int, int, int]], list[str]]:
    """(thread, message, rank) of each message that quotes, and all that it quotes.

    Pieces of one quotation may break in the middle of a sentence, so they are joined first.
    """
    texts: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    for quote in quotes:
        texts[quote.thread, quote.message, quote.message_rank].append(quote.text)
    return list(texts), [" ".join(parts) for parts in texts.values()]
