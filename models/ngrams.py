"""Counts of the character n-grams of texts, hashed, for any script.

N-grams lie inside words; a blank on either side counts as a character, so that beginnings
and endings of words are told apart from their middles.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

N_BUCKETS = 1 << 20
_BUCKET_SHIFT = np.uint64(64 - 20)
_SIZES = (3, 4, 5)
_AT_ONCE = 2000
"""Texts counted in one go; bounds the memory."""
_EDGE, _BLANK = "\n", " "
_STEP = np.uint64(1_000_003)
_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
"""2^64 divided by the golden ratio: spreads hashes evenly (Knuth, TAOCP 6.4)."""


def ngram_counts(texts: Sequence[str]) -> sparse.csr_matrix:
    """float32 (n, 2^20): how often each n-gram of 3 to 5 characters stands in each text."""
    parts = [_counts(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
    return sparse.vstack([sparse.csr_matrix((0, N_BUCKETS), dtype=np.float32), *parts]).tocsr()


def _counts(texts: Sequence[str]) -> sparse.csr_matrix:
    padded = [f"{_EDGE}{_BLANK}{' '.join(text.lower().split())}{_BLANK}" for text in texts]
    characters = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), np.uint32)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    found_rows, found_columns = [], []
    hashes = np.zeros(len(characters), np.uint64)
    for size in range(1, max(_SIZES) + 1):
        n_places = max(len(characters) - size + 1, 0)
        hashes = hashes[:n_places] * _STEP + characters[size - 1 :]
        if size in _SIZES:
            places = _inside_words(characters, size)
            found_columns.append((hashes[places] + np.uint64(size)) * _GOLDEN >> _BUCKET_SHIFT)
            found_rows.append(rows[:n_places][places])
    columns = np.concatenate(found_columns).astype(np.int32)
    ones = np.ones(len(columns), np.float32)
    counts = sparse.csr_matrix(
        (ones, (np.concatenate(found_rows), columns)), shape=(len(texts), N_BUCKETS)
    )
    counts.sum_duplicates()
    return counts


def _inside_words(characters: NDArray[np.uint32], size: int) -> NDArray[np.bool_]:
    """Where an n-gram begins that lies in one text and has blanks at its ends at most."""
    n_places = max(len(characters) - size + 1, 0)
    is_edge, is_blank = characters == ord(_EDGE), characters == ord(_BLANK)
    inside = np.ones(n_places, np.bool_)
    for at in range(size):
        inside &= ~is_edge[at : at + n_places]
        if 0 < at < size - 1:
            inside &= ~is_blank[at : at + n_places]
    return inside
