"""Progress on stderr: a bar in a terminal, one line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from synth.settings import QUIET, Progress, Stage


class _Bars:
    """Stage, count, rate and time left (tqdm)."""

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        from tqdm import tqdm

        with tqdm(
            total=total, desc=name, unit=f" {unit}", file=sys.stderr, dynamic_ncols=True
        ) as bar:
            yield _Bar(bar.update)


class _Bar:
    def __init__(self, update: Callable[[int], object]) -> None:
        self._update = update

    def advance(self, n: int = 1) -> None:
        self._update(n)


class _Lines:
    """For logs: what was done, how much of it, and how long it took."""

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        count = _Count()
        begun = time.monotonic()
        yield count
        seconds = time.monotonic() - begun
        click.echo(f"{name}: {count.n or total or 0} {unit} in {seconds:.1f} s", err=True)


class _Count:
    def __init__(self) -> None:
        self.n = 0

    def advance(self, n: int = 1) -> None:
        self.n += n


def progress_on_stderr(*, quiet: bool = False) -> Progress:
    if quiet:
        return QUIET
    return _Bars() if sys.stderr.isatty() else _Lines()
