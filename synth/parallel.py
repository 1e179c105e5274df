"""The same work on many portions, shared out among processes where there is enough of it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

C = TypeVar("C")
P = TypeVar("P")
S = TypeVar("S", bound=Sized)
R = TypeVar("R")

MOST = 8
"""Processes at most: each takes some 200 MB, and what is read ahead for it."""
AHEAD = 3
"""Portions that wait for each process."""
HELD = 100
"""Portions read ahead at most, those included that are worked on here."""
IDLE_SECONDS = 60
"""Time after which processes that have nothing to do are closed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent(Generic[P, R]):
    """Work that was given away, and can be done here when the process dies."""

    work: Callable[[P], R]
    portion: P
    future: Future[R]

    def result(self) -> R:
        try:
            return self.future.result()
        except BrokenExecutor as error:
            _log.warning("a worker process died (%s); its share is worked on here", error)
            return self.work(self.portion)


def in_order(
    work: Callable[[S], R], portions: Iterable[tuple[C, S]], *, n_alone: int = 0
) -> Iterator[tuple[C, R]]:
    """``work`` of each portion, in the order of the portions.

    ``portions``: pairs of what stays here and comes back with the result, and what ``work``
    is given. They are drawn a few ahead of the results; when drawing fails, what was drawn
    before is finished first. The first ``n_alone`` items in them are worked on here: where there
    are no more, no process is started, which takes a second or two. ``work`` has to be a
    function of a module that depends on nothing but its argument, and that and its results
    picklable; so it does not matter where it runs.

    The processes are loky's: unlike those of the standard library they do not run the
    caller's script again, so a script that uses this library needs no ``__main__`` guard.
    """
    queue = _Queue(work, iter(portions), n_alone)
    try:
        while queue.fill():
            context, result = queue.waiting.popleft()
            yield context, result()
    finally:
        for future in queue.sent:
            future.cancel()
    if queue.trouble is not None:
        raise queue.trouble


class _Queue(Generic[C, S, R]):
    """Portions that were drawn, each with what gives its result."""

    def __init__(
        self, work: Callable[[S], R], portions: Iterator[tuple[C, S]], n_alone: int
    ) -> None:
        self._work = work
        self._portions = portions
        self._n_alone = n_alone
        self._n_processes = n_processes()
        self.waiting: deque[tuple[C, Callable[[], R]]] = deque()
        self.sent: deque[Future[R]] = deque()
        self.trouble: Exception | None = None

    def fill(self) -> bool:
        """Draw as many portions as may wait; whether any does."""
        while self.sent and self.sent[0].done():
            self.sent.popleft()
        most = HELD if self._n_processes > 1 else 1
        while len(self.waiting) < most and len(self.sent) < AHEAD * self._n_processes:
            if not self._draw():
                break
        return bool(self.waiting)

    def _draw(self) -> bool:
        try:
            context, portion = next(self._portions)
        except StopIteration:
            return False
        except Exception as error:  # told when what was drawn before is safe
            self.trouble, self._portions = error, iter(())
            return False
        if self._n_processes == 1 or not len(portion) or self._n_alone > 0:
            self._n_alone -= len(portion)
            self.waiting.append((context, partial(self._work, portion)))
        else:
            one = _Sent(self._work, portion, processes().submit(self._work, portion))
            self.sent.append(one.future)
            self.waiting.append((context, one.result))
        return True


def beside(work: Callable[[P], R], argument: P, *, is_large: bool) -> Callable[[], R]:
    """``work`` of ``argument`` in another process; call what this returns for the result.

    Where there is one core or it is not large, it is done here when the result is asked for.
    """
    if is_large and n_processes() > 1:
        return _Sent(work, argument, processes().submit(work, argument)).result
    return partial(work, argument)


def n_processes() -> int:
    """Processes to share work among: one per usable core, up to ``MOST``; one, this one,
    where the parent forbids more (a daemon, such as a worker of another scheduler)."""
    from multiprocessing import current_process

    from models.embedders import n_usable

    return 1 if current_process().daemon else min(MOST, n_usable())


def processes() -> Executor:
    """The processes, kept from one use to the next."""
    from loky import get_reusable_executor

    executor: Executor = get_reusable_executor(
        max_workers=n_processes(), timeout=IDLE_SECONDS, initializer=_begin
    )
    return executor


def _begin() -> None:
    """Ctrl-C is for the process that gave the work; this one ends with it."""
    import gc
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(100_000, 50, 50)
