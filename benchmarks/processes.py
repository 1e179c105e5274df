"""Time and memory of a command together with the processes that it starts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile

import psutil

EVERY = 0.1
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    stdout: str
    seconds: float
    cpu_seconds: float
    """Processor time of all processes together: what else the machine does changes it less."""
    peak_mb: float
    """Most resident memory of all processes together. What they share counts for each, so
    this is rather too much than too little."""


def measured(command: Sequence[str]) -> Measured:
    """Run a command to its end. Raises CalledProcessError when it fails."""
    begun = time.perf_counter()
    peak, spent = 0, dict[int, float]()
    with TemporaryFile("w+", encoding="utf-8") as out:
        process = psutil.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, _look_at(process, spent))
            time.sleep(EVERY)
        seconds = time.perf_counter() - begun
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, list(command))
        out.seek(0)
        return Measured(
            stdout=out.read(),
            seconds=seconds,
            cpu_seconds=sum(spent.values()),
            peak_mb=peak / 2**20,
        )


def _look_at(process: psutil.Process, spent: dict[int, float]) -> int:
    """Resident bytes of all processes; writes down the processor time of each in ``spent``."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
                times = one.cpu_times()
                spent[one.pid] = times.user + times.system
    return total
