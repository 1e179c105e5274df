"""The same work on many portions, shared out among processes where there is enough of it.

The processes are loky's (an executor of ``concurrent.futures``). Those of the standard library
run the caller's script again, so that a script which uses this library would need a ``__main__``
guard, or copy a process whose threads hold locks.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

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

PATIENCE = 5.0
"""Seconds that an interrupted process takes at most to end."""

_log = logging.getLogger(__name__)
_begun: list[Executor] = []
"""The executor, once processes were started."""
_DIED = "a worker process died (%s); its share is worked on here"


@dataclass(frozen=True, slots=True)
class _Task(Generic[P, R]):
    """One portion; without ``future`` it is worked on here, when its result is asked for."""

    work: Callable[[P], R]
    portion: P
    future: Future[R] | None = None

    @property
    def is_pending(self) -> bool:
        return self.future is not None and not self.future.done()

    def result(self) -> R:
        """The result, worked out here where the process that had the portion died."""
        try:
            return self.work(self.portion) if self.future is None else self.future.result()
        except BrokenExecutor as error:
            _log.warning(_DIED, error)
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
    """
    n_workers = n_processes()
    source = iter(portions)
    tasks: deque[tuple[C, _Task[S, R]]] = deque()
    trouble: Exception | None = None
    try:
        while True:
            while _has_room(tasks, n_workers):
                try:
                    context, portion = next(source)
                except StopIteration:
                    break
                except Exception as error:  # told when what was drawn before is safe
                    trouble, source = error, iter(())
                    break
                is_here = n_workers == 1 or not len(portion) or n_alone > 0
                n_alone -= len(portion) if is_here else 0
                tasks.append((context, _Task(work, portion) if is_here else _sent(work, portion)))
            if not tasks:
                break
            context, task = tasks.popleft()
            yield context, task.result()
    finally:
        for _, task in tasks:
            if task.future is not None:
                task.future.cancel()
    if trouble is not None:
        raise trouble


def _has_room(tasks: deque[tuple[C, _Task[S, R]]], n_workers: int) -> bool:
    """Whether another portion may be drawn: not before there is use for it."""
    n_pending = sum(task.is_pending for _, task in tasks)
    return len(tasks) < (HELD if n_workers > 1 else 1) and n_pending < AHEAD * n_workers


def submit(work: Callable[[P], R], argument: P, *, is_large: bool) -> Callable[[], R]:
    """``work`` of ``argument`` in another process; call what this returns for the result.

    Where there is one core, or the work is not large, it is done here when the result is asked for.
    """
    is_here = not is_large or n_processes() == 1
    return (_Task(work, argument) if is_here else _sent(work, argument)).result


def _sent(work: Callable[[P], R], portion: P) -> _Task[P, R]:
    try:
        return _Task(work, portion, processes().submit(work, portion))
    except BrokenExecutor as error:  # one died since the last portion was sent
        _log.warning(_DIED, error)
        return _Task(work, portion)


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
        max_workers=n_processes(),
        timeout=IDLE_SECONDS,
        initializer=_begin,
        env={"OMP_NUM_THREADS": "1"},  # there are as many processes as cores
    )
    _begun[:] = [executor]
    return executor


def exit_soon(status: int) -> NoReturn:
    """End this process without waiting for what its worker processes work on.

    An ordinary exit waits for them, and where a large portion is on its way while a large result
    comes back, each side waits for the other: so they are ended first, and where that does not
    help either, this process ends all the same.
    """
    for executor in _begun:
        # loky ends its workers from a thread, which may wait for one of them.
        for worker in list((getattr(executor, "_processes", None) or {}).values()):
            worker.terminate()
        watch = threading.Timer(PATIENCE, os._exit, (status,))
        watch.daemon = True
        watch.start()
    sys.exit(status)


def _begin() -> None:
    """Leave Ctrl-C to the process that gave the work: it ends this one."""
    import gc
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(100_000, 50, 50)


def new_python(*arguments: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment of another Python that finds the same modules as this one."""
    path = os.pathsep.join(folder or "." for folder in sys.path)
    return [sys.executable, "-P", *arguments], {**os.environ, "PYTHONPATH": path}
