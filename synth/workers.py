"""The same work on many portions, shared out among processes where there is enough of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

C = TypeVar("C")
P = TypeVar("P")
R = TypeVar("R")

AHEAD = 3
"""Portions that wait for each process."""
IDLE_SECONDS = 60
"""Time after which processes that have nothing to do are closed."""


def in_order(
    work: Callable[[P], R], portions: Iterable[tuple[C, P]], *, n_alone: int = 0
) -> Iterator[tuple[C, R]]:
    """``work`` of each portion, in the order of the portions.

    ``portions``: pairs of what stays here and comes back with the result, and what ``work``
    is given. They are drawn a few ahead of the results. Where there are no more than ``n_alone``
    no process is started, which takes a second or two; else so many are worked on here
    meanwhile. ``work`` has to be a function of a module that depends on nothing but its argument,
    and that and its results picklable; so it does not matter where it runs.

    The processes are loky's: unlike those of the standard library they do not run the
    caller's script again, so a script that uses this library needs no ``__main__`` guard.
    """
    portions = iter(portions)
    n = n_processes()
    if n == 1:
        yield from ((context, work(portion)) for context, portion in portions)
        return
    here = list(islice(portions, n_alone))
    ahead: deque[tuple[C, Future[R]]] = deque()

    def send(count: int) -> None:
        for context, portion in islice(portions, count):
            ahead.append((context, processes().submit(work, portion)))

    try:
        send(AHEAD * n)
        for context, portion in here:
            yield context, work(portion)
        while ahead:
            context, future = ahead.popleft()
            yield context, future.result()
            send(1)
    finally:
        for _, future in ahead:
            future.cancel()


def beside(work: Callable[[P], R], argument: P, *, is_large: bool) -> Future[R]:
    """``work`` of ``argument`` while the caller goes on, in another process.

    Where there is one core or it is not large, it is done here before this returns.
    """
    if is_large and n_processes() > 1:
        return processes().submit(work, argument)
    done: Future[R] = Future()
    done.set_result(work(argument))
    return done


def n_processes() -> int:
    """Processor cores that this process may use; ``LOKY_MAX_CPU_COUNT`` says fewer."""
    from loky import cpu_count

    return int(cpu_count())


def processes() -> Executor:
    """The processes, kept from one use to the next."""
    from loky import get_reusable_executor

    executor: Any = get_reusable_executor(max_workers=n_processes(), timeout=IDLE_SECONDS)
    return executor  # type: ignore[no-any-return]
