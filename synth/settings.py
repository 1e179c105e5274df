"""What a person can choose about a build, and how progress is told."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal, Protocol

Quality = Literal["draft", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A build as executed; stored with its run."""

    quality: Quality = "full"
    model: str | None = None
    """A registry name, ``st:NAME`` or a folder; None means the default of the quality."""
    seed: int = 0
    suggest: int | Literal["all"] | None = None
    """How many key passages to propose; None means a readable number."""


class Stage(Protocol):
    """One stage of long work while it goes on."""

    def advance(self, n: int = 1) -> None:
        """``n`` more units are done."""


class Progress(Protocol):
    """Who listens to long work: a terminal, a page, or nobody."""

    def stage(self, name: str, *, total: int | None, unit: str) -> AbstractContextManager[Stage]:
        """Open a stage of ``total`` units (None: unknown)."""


class _Quiet:
    def advance(self, n: int = 1) -> None:
        """Nobody listens."""

    def stage(self, name: str, *, total: int | None, unit: str) -> AbstractContextManager[Stage]:
        return nullcontext(self)


QUIET: Progress = _Quiet()
