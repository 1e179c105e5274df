"""Which sentences later messages found worth quoting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from synth.harvest.words import Numbers, Triples, column, number_words, read_triples, tokenise

if TYPE_CHECKING:
    from synth.harvest import QuoteRow, SentenceRow


_SHARE: Final = 0.7
"""Share of a sentence's word triples that a quotation has to have; mailers rewrap and trim."""
_PORTION: Final = 2_000_000
"""Triples that quotations and sentences have in common, each pair its own, counted at once."""


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
    if not rows:
        return counts
    some = [sentences[row] for row in rows]
    tokens = [tokenise(sentence.text) for sentence in some]
    words, vocabulary = number_words(tokens)
    triples = read_triples(words, [*map(len, tokens)], column(some, "thread"))
    counts[rows] = count_quoted(some, triples, vocabulary, quotes)
    return counts


def count_quoted(
    sentences: Sequence[SentenceRow],
    triples: Triples,
    vocabulary: Mapping[str, int],
    quotes: Sequence[QuoteRow],
) -> NDArray[np.float64]:
    """`count_quotes` of sentences whose ``triples`` have been read with ``vocabulary``."""
    counts = np.zeros(len(sentences))
    if not quotes or not len(triples.key):
        return counts
    quoters, texts = _quoted_texts(quotes)
    keys, key = np.unique(triples.key, return_inverse=True)
    held = _incidence(triples.of_text, key, shape=(len(sentences), len(keys)))
    thread, quoter, quoter_rank = np.array(quoters, dtype=np.int64).T
    said = read_triples(*_word_numbers(texts, vocabulary), thread)
    place = np.minimum(np.searchsorted(keys, said.key), len(keys) - 1)
    is_held = keys[place] == said.key
    quoted = _incidence(said.of_text[is_held], place[is_held], shape=(len(texts), len(keys)))
    messages, ranks = column(sentences, "message"), column(sentences, "message_rank")
    n_wanted = _SHARE * np.diff(held.indptr)
    for first, last in _portions(quoted, held):
        shared = (quoted[first:last] @ held.T).tocoo()
        is_enough = shared.data >= n_wanted[shared.col]
        row, by = shared.col[is_enough], first + shared.row[is_enough]
        is_later = (ranks[row] < quoter_rank[by]) & (messages[row] != quoter[by])
        np.add.at(counts, row[is_later], 1)
    return counts


def _portions(quoted: sparse.csr_array, held: sparse.csr_array) -> Iterator[tuple[int, int]]:
    """First and last quoter, the last left out, of portions that meet about so many sentences.

    A line that everybody has and everybody quotes meets as many pairs as it has quoters and
    sentences: together they would not fit into memory.
    """
    n_holding = np.bincount(held.indices, minlength=held.shape[1]).astype(np.float64)
    portion = np.cumsum(quoted @ n_holding) // _PORTION
    bounds = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), quoted.shape[0]]
    yield from pairwise(bounds)


def _incidence(rows: Numbers, columns: Numbers, *, shape: tuple[int, int]) -> sparse.csr_array:
    """float32 of 0 and 1, from ascending ``rows``: a triple said twice in a text is one."""
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=shape[0]))))
    has = sparse.csr_array((np.ones(len(rows), np.float32), columns, indptr), shape=shape)
    has.sum_duplicates()
    has.data[:] = 1
    return has


def _word_numbers(texts: Sequence[str], vocabulary: Mapping[str, int]) -> tuple[Numbers, list[int]]:
    """All words of the texts as numbers, -1 for unknown ones, and how many each text has.

    Replies quote replies that quote the same lines: each line is cut into words once.
    """
    numbers_of: dict[str, list[int]] = {}
    numbers: list[int] = []
    n_words: list[int] = []
    for text in texts:
        before = len(numbers)
        for line in text.split("\n"):
            found = numbers_of.get(line)
            if found is None:
                found = numbers_of[line] = [vocabulary.get(word, -1) for word in tokenise(line)]
            numbers += found
        n_words.append(len(numbers) - before)
    return np.array(numbers, dtype=np.int64), n_words


def _quoted_texts(quotes: Sequence[QuoteRow]) -> tuple[list[tuple[int, int, int]], list[str]]:
    """(thread, message, rank) of each message that quotes, and all that it quotes.

    Pieces of one quotation may break in the middle of a sentence, so they are joined first.
    """
    texts: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    for quote in quotes:
        texts[quote.thread, quote.message, quote.message_rank].append(quote.text)
    return list(texts), ["\n".join(parts) for parts in texts.values()]
