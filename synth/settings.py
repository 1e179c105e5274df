"""What a person can choose about a build, and how progress is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

Quality = Literal["draft", "full"]
ClustererName = Literal["linkage", "hdbscan", "kmeans", "leiden"]
CLUSTERERS: tuple[ClustererName, ...] = get_args(ClustererName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A build as executed; stored with its run."""

    quality: Quality = "full"
    model: str | None = None
    """A registry name, ``st:NAME`` or a folder; None means the default of the quality."""
    clusterer: ClustererName = "linkage"
    seed: int = 0
    suggest: int | Literal["all"] | None = None
    """How many key passages to propose; None means a readable number."""
    sides: bool = True
    """Whether the sides that answers take are read from their words (full quality only)."""


class Stage(Protocol):
    """One stage of long work while it goes on."""

    def advance(self, n: int = 1) -> None:
        """``n`` more units are done."""


class Progress(Protocol):
    """Where long work tells how far it is: a terminal, a page, or nowhere."""

    def stage(self, name: str, *, total: int | None, unit: str) -> AbstractContextManager[Stage]:
        """Open a stage of ``total`` units (None: unknown)."""


class _Quiet:
    def advance(self, n: int = 1) -> None:
        """Tells nobody."""

    def stage(self, name: str, *, total: int | None, unit: str) -> AbstractContextManager[Stage]:
        return nullcontext(self)


QUIET: Progress = _Quiet()


class Stopwatch:
    """Tells how far the steps of long work are, and keeps how long they took."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.timings: dict[str, float] = {}
        """Seconds of every step so far, by its name."""

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Count the time of what is done inside towards a step."""
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
