"""Arithmetic on vectors that several steps share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from threadpoolctl import ThreadpoolController


def unit_rows(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """The vectors scaled to length 1, float32; a vector of zeros stays as it is.

    ``rows``: (n, dim), or (dim,) for a single vector.
    """
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), np.float32)


def membership(
    group: NDArray[np.integer], n_groups: int, dtype: type[np.floating] = np.float32
) -> csr_array:
    """(n_groups, n): 1 where a row is in a group; a row with a negative group is in none."""
    from scipy.sparse import csr_array

    member = np.flatnonzero(group >= 0)
    ones = np.ones(len(member), dtype=dtype)
    return csr_array((ones, (group[member], member)), shape=(n_groups, len(group)))


@contextmanager
def in_threads(n: int) -> Iterator[None]:
    """Inside, numerical libraries work out each product of matrices in ``n`` threads.

    Their threads wait for each other awake, so that many small products cost twice the processor
    time, or ten times beside other programs; and how sums are rounded depends on the number of
    threads. So a map is made in one, and only what is large by itself in several.
    """
    with _numerical_libraries(*(name in sys.modules for name in _WITH_THREADS)).limit(limits=n):
        yield


_WITH_THREADS = ("sklearn", "torch")
"""Packages that bring a library of their own, and are not always loaded."""


@lru_cache
def _numerical_libraries(*_are_loaded: bool) -> ThreadpoolController:
    """What is to be told; looked for once, and again when more were loaded."""
    # Each brings a library of its own, which has to be there to be found.
    import faiss  # noqa: F401
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
