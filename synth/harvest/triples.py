"""Three words in a row inside a thread: what tells a repetition or a quotation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

_FACTORS: Final = (
    0x9E3779B97F4A7C15,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0xD6E8FEB86659FD93,
)


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
