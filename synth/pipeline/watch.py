"""Tells how far long work is, and keeps how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from synth.settings import Progress


class Watch:
    """``timings`` holds the seconds of every step so far, by its name."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.timings: dict[str, float] = {}

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.timings[step] = self.timings.get(step, 0.0) + time.perf_counter() - begun

    @contextmanager
    def stage(self, name: str, n: int, unit: str) -> Iterator[None]:
        """A step over ``n`` units that is done all at once; shown and timed."""
        with (
            self.timed(name.lower()),
            self.progress.stage(name, total=n, unit=unit) as stage,
        ):
            yield
            stage.advance(n)
