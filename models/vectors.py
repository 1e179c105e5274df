"""Arithmetic on vectors that several steps share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def unit_rows(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """The vectors scaled to length 1, float32; a vector of zeros stays as it is.

    ``rows``: (n, dim), or (dim,) for a single vector.
    """
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), np.float32)
