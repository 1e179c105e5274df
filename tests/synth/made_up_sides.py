"""A reader of sides that goes by one word, for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class MadeUpSides:
    """``yes`` is for, ``no`` is against, anything else neither; counts what it is given."""

    def __init__(self, fingerprint: str = "made up") -> None:
        self.fingerprint = fingerprint
        self.read: list[tuple[str, str]] = []

    def shares(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        self.read += pairs
        return np.array([_shares(text) for _, text in pairs]).reshape(-1, 3)


def _shares(text: str) -> list[float]:
    words = text.casefold().split()
    if "yes" in words:
        return [0.98, 0.01, 0.01]
    return [0.01, 0.98, 0.01] if "no" in words else [0.1, 0.1, 0.8]
