"""Stretches of a text that do not overlap, asked in logarithmic time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


class Stretches:
    """``start:end`` pairs in order of place."""

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in pairs:
            self.add(start, end)

    def overlap(self, start: int, end: int) -> bool:
        """Whether one of them has something in common with ``start:end``."""
        before_end = bisect_left(self._starts, end)
        return before_end > 0 and self._ends[before_end - 1] > start

    def add(self, start: int, end: int) -> bool:
        """Add a stretch that overlaps with none; says whether it did."""
        if self.overlap(start, end):
            return False
        at = bisect_left(self._starts, start)
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True
