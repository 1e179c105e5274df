from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from functools import partial
from pathlib import Path

import pytest

from synth import parallel
from synth.parallel import in_order, submit


@pytest.fixture(autouse=True)
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "n_processes", lambda: 2)


def squares(ns: list[int]) -> tuple[list[int], int]:
    return [n * n for n in ns], os.getpid()


def refuse(ns: list[int]) -> list[int]:
    if ns == [3]:
        raise ValueError("three")
    return ns


def die(parent: int, ns: list[int]) -> list[int]:
    if os.getpid() != parent:
        os._exit(1)
    return ns


def counted(n: int) -> Iterator[tuple[str, list[int]]]:
    return ((f"no. {i}", [i]) for i in range(n))


def test_results_come_in_order_with_what_stayed_here() -> None:
    found = list(in_order(squares, counted(300), n_alone=2))
    assert [(name, result) for name, (result, _) in found] == [
        (f"no. {i}", [i * i]) for i in range(300)
    ]


def test_a_few_items_are_worked_on_here_and_the_rest_elsewhere() -> None:
    where = [pid for _, (_, pid) in in_order(squares, counted(6), n_alone=2)]
    assert where[:2] == [os.getpid()] * 2
    assert os.getpid() not in where[2:]


def test_nothing_to_do_is_not_sent_away() -> None:
    empty: list[tuple[str, list[int]]] = [("nothing", [])] * 5
    assert {pid for _, (_, pid) in in_order(squares, empty)} == {os.getpid()}


def test_with_one_core_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "n_processes", lambda: 1)
    assert {pid for _, (_, pid) in in_order(squares, counted(6))} == {os.getpid()}


def test_trouble_in_drawing_comes_after_what_was_drawn_before() -> None:
    def portions() -> Iterator[tuple[str, list[int]]]:
        yield from counted(3)
        raise OSError("the disk is gone")

    found = []
    with pytest.raises(OSError, match="disk is gone"):
        for name, _ in in_order(squares, portions(), n_alone=1):
            found.append(name)
    assert found == ["no. 0", "no. 1", "no. 2"]


def test_the_share_of_a_process_that_dies_is_worked_on_here(
    caplog: pytest.LogCaptureFixture,
) -> None:
    work = partial(die, os.getpid())
    assert [result for _, result in in_order(work, counted(4))] == [[0], [1], [2], [3]]
    assert submit(work, [7], is_large=True)() == [7]
    assert "a worker process died" in caplog.text


def test_a_process_that_died_before_a_share_was_sent_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def submit(self, *_: object) -> None:
            raise BrokenExecutor("gone")

    monkeypatch.setattr(parallel, "processes", Broken)
    assert [pid for _, (_, pid) in in_order(squares, counted(3))] == [os.getpid()] * 3
    assert submit(squares, [3], is_large=True)() == ([9], os.getpid())
    assert "a worker process died (gone)" in caplog.text


def test_beside_waits_for_its_call_where_it_is_not_worth_a_process() -> None:
    assert submit(squares, [3], is_large=False)() == ([9], os.getpid())
    result, pid = submit(squares, [3], is_large=True)()
    assert result == [9]
    assert pid != os.getpid()


def test_trouble_elsewhere_is_raised_here_after_what_came_before_it() -> None:
    found = []
    with pytest.raises(ValueError, match="three"):
        for name, _ in in_order(refuse, counted(20)):
            found.append(name)
    assert found == ["no. 0", "no. 1", "no. 2"]


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from synth import parallel\n"
        "parallel.n_processes = lambda: 2\n"
        "print([r for _, r in parallel.in_order(sum, ((n, [n, n]) for n in range(4)))])\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr) == ("[0, 2, 4, 6]\n", "")
