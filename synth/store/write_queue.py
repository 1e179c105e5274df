"""Those who write to one file in one process go one after the other, and none waits for long."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth.store.trouble import locked

WAIT = 4.0
"""Seconds that a writer waits for its turn, and again for other programs."""
STUCK = 0.5
"""Seconds after which a turn counts as held up."""


class WriteQueue:
    """The turns of the threads that write to the file at ``path``.

    Where a turn is held up, only ``most`` writers go on waiting. So a server whose threads are more
    than that always has some that answer readers. Those in excess are told that the file is
    locked.
    """

    def __init__(self, path: Path, *, most: int, wait: float = WAIT, stuck: float = STUCK) -> None:
        self.wait = wait
        self._path = path
        self._most = most
        self._stuck = stuck
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._since: float | None = None
        """When the turn that goes on began."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises StoreProblem where the turn does not come in time."""
        self._enter()
        try:
            yield
        finally:
            with self._changed:
                self._since = None
                self._changed.notify_all()

    def _enter(self) -> None:
        me, until = object(), time.monotonic() + self.wait
        with self._changed:
            self._waiting.append(me)
            try:
                while self._since is not None or self._waiting[0] is not me:
                    left = self._patience(me, until) - time.monotonic()
                    if left <= 0:
                        raise locked(self._path)
                    self._changed.wait(left)
                self._since = time.monotonic()
            finally:
                self._waiting.remove(me)
                self._changed.notify_all()

    def _patience(self, me: object, until: float) -> float:
        """Until when a writer waits; ``most`` counts the one whose turn it is."""
        if self._since is None or self._waiting.index(me) + 1 < self._most:
            return until
        return min(until, self._since + self._stuck)
