"""Writers go one after the other, and none takes a thread for long."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from synth.errors import StoreProblem, StoreTrouble
from synth.store import Store, WriteQueue, open_store

LONG = 60.0


def test_where_a_turn_is_held_up_only_some_go_on_waiting() -> None:
    """The others are told at once, so that their threads answer readers."""
    queue = WriteQueue(Path("town.db"), most=3, wait=LONG, stuck=0.01)
    is_over = threading.Event()

    def write() -> str:
        try:
            with queue.turn():
                is_over.wait(LONG)
                return "written"
        except StoreProblem as problem:
            assert problem.trouble is StoreTrouble.LOCKED
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write) for _ in range(8)]
        while left := [writer for writer in writers if not writer.done()]:
            if len(left) == 3:
                is_over.set()
            assert wait(left, timeout=LONG, return_when="FIRST_COMPLETED").done
        told = sorted(writer.result() for writer in writers)
    assert told == ["refused"] * 5 + ["written"] * 3


def test_many_writers_all_come_to_their_turn_where_none_is_held_up(store: Store) -> None:
    queue = WriteQueue(store.path, most=2, wait=LONG, stuck=LONG)

    def add(n: int) -> None:
        with open_store(store.path, queue=queue) as other, other.atomic():
            other.discussions.add(f"Discussion {n}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(store.discussions.all()) == 40


def test_who_waits_too_long_is_told(store: Store) -> None:
    queue = WriteQueue(store.path, most=4, wait=0.02)
    with (
        queue.turn(),
        pytest.raises(StoreProblem, match="another program is writing") as problem,
        open_store(store.path, queue=queue) as other,
        other.atomic(),
    ):
        pass
    assert problem.value.trouble is StoreTrouble.LOCKED
    with open_store(store.path, queue=queue) as other, other.atomic():
        other.discussions.add("Afterwards")
