"""Which turns take up a word of what they answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.text import fold

BEGINNING = 6
"""Letters by which words are compared, so that their endings do not count."""
RARE, RARE_SHARE = 3, 0.05
"""A word counts where at most so many turns, or so large a share of them, have it."""
_WORD = re.compile(r"[^\W\d_]{5,}")


def takes_up(texts: Sequence[str], parents: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(n,) whether each turn has a rare word, of five letters or more, in common with what it
    answers; ``parents`` (n,): the row of that, -1 for none."""
    said = [{word[:BEGINNING] for word in _WORD.findall(fold(text))} for text in texts]
    n_with = Counter(word for words in said for word in words)
    most = max(RARE, RARE_SHARE * len(texts))
    return np.array(
        [
            parent >= 0 and any(n_with[word] <= most for word in said[row] & said[parent])
            for row, parent in enumerate(parents.tolist())
        ],
        dtype=np.bool_,
    )
