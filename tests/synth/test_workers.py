from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth import workers
from synth.workers import in_order


def square(n: int) -> tuple[int, int]:
    return n * n, os.getpid()


def refuse(n: int) -> int:
    if n == 3:
        raise ValueError("three")
    return n


def counted(n: int) -> Iterator[tuple[str, int]]:
    return ((f"no. {i}", i) for i in range(n))


def test_results_come_in_order_with_what_stayed_here() -> None:
    found = list(in_order(square, counted(20), n_alone=2))
    assert [(name, result) for name, (result, _) in found] == [
        (f"no. {i}", i * i) for i in range(20)
    ]


def test_a_few_portions_are_worked_on_here_and_the_rest_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "n_processes", lambda: 2)
    where = [pid for _, (_, pid) in in_order(square, counted(6), n_alone=2)]
    assert where[:2] == [os.getpid()] * 2
    assert os.getpid() not in where[2:]


def test_with_one_core_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "n_processes", lambda: 1)
    assert {pid for _, (_, pid) in in_order(square, counted(6))} == {os.getpid()}


def test_trouble_elsewhere_is_raised_here_after_what_came_before_it() -> None:
    found = []
    with pytest.raises(ValueError, match="three"):
        for name, _ in in_order(refuse, counted(20)):
            found.append(name)
    assert found == ["no. 0", "no. 1", "no. 2"]


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from operator import neg\n"
        "from synth import workers\n"
        "workers.n_processes = lambda: 2\n"
        "print([result for _, result in workers.in_order(neg, ((n, n) for n in range(4)))])\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr) == ("[0, -1, -2, -3]\n", "")
