"""Fifty people read one discussion at a time: how long do they wait for each page?

Loopback only. The server runs in a process of its own; the readers share the machine with it, so
the figures are rather too high. Each reader keeps one connection open, asks for one page after
another and reads it whole.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.web.client import Connection
from benchmarks.web.server import serving
from benchmarks.web.walks import Places, places, walk

PORT = 8765


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How the readers read."""

    name: str
    keeps: bool
    think: float
    """Mean seconds between an answer and the next question; exponential."""


@dataclass(slots=True, kw_only=True)
class Waits:
    """Seconds waited, by kind of page."""

    seconds: float = 0.0
    by_kind: dict[str, list[float]] = field(default_factory=dict)
    n_failed: int = 0

    def every(self) -> list[float]:
        return [wait for waits in self.by_kind.values() for wait in waits]


def percentile(waits: Sequence[float], share: float) -> float:
    """The wait that ``share`` of the readers stay within."""
    if not waits:
        return 0.0
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def read_on(at: Places, waits: Waits, think: float, until: float, seed: int) -> None:
    """One reader, until the time is over."""
    chance = random.Random(seed)
    connection = Connection(PORT)
    if think:
        await asyncio.sleep(chance.random() * think)
    for kind, path in walk(at, chance):
        if time.perf_counter() >= until:
            break
        answer = await connection.get(path)
        waits.by_kind.setdefault(kind, []).append(answer.seconds)
        waits.n_failed += answer.status >= 400
        if think:
            await asyncio.sleep(min(chance.expovariate(1 / think), 6 * think))
    connection.close()


async def run(readers: int, think: float, seconds: float) -> Waits:
    at = await places(PORT)
    waits = Waits()
    begun = time.perf_counter()
    until = begun + seconds
    await asyncio.gather(*(read_on(at, waits, think, until, n) for n in range(readers)))
    waits.seconds = time.perf_counter() - begun
    return waits


async def processor_time(pid: int, *, rounds: int) -> dict[str, float]:
    """Kind of page → mean seconds of processor time that the server takes for one, by itself.

    Does not depend on what else the machine does.
    """
    import psutil  # comes with the extra "bench"; the tests of walks need none

    connection, server = Connection(PORT), psutil.Process(pid)
    steps = dict(islice(walk(await places(PORT), random.Random(0)), 60))
    found: dict[str, float] = {}
    for kind, path in steps.items():
        await connection.get(path)
        before = server.cpu_times()
        for _ in range(rounds):
            await connection.get(path)
        after = server.cpu_times()
        spent = after.user + after.system - before.user - before.system
        found[kind] = spent / rounds
    connection.close()
    return found


def costs(db: str) -> str:
    """Processor milliseconds by kind of page: made anew, and kept."""
    with serving(db, PORT, keeps=False) as pid:
        anew = asyncio.run(processor_time(pid, rounds=10))
    with serving(db, PORT, keeps=True) as pid:
        kept = asyncio.run(processor_time(pid, rounds=100))
    rows = (
        f"| {kind} | {1000 * anew[kind]:.0f} | {1000 * kept[kind]:.1f} |" for kind in sorted(anew)
    )
    return "\n".join(["| page | made anew, ms | kept, ms |", "|---|---|---|", *rows])


def table(found: dict[str, Waits]) -> str:
    """Milliseconds, p50 / p95 / p99 by kind of page and setting."""
    kinds = sorted({kind for waits in found.values() for kind in waits.by_kind})
    lines = [
        "| page | " + " | ".join(found) + " |",
        "|---|" + "---|" * len(found),
        *(_line(kind, [w.by_kind.get(kind, []) for w in found.values()]) for kind in kinds),
        _line("**all**", [waits.every() for waits in found.values()]),
        "| answers a second | "
        + " | ".join(f"{len(w.every()) / w.seconds:.0f}" for w in found.values())
        + " |",
    ]
    return "\n".join(lines)


def _line(name: str, columns: Sequence[Sequence[float]]) -> str:
    cells = (
        " / ".join(f"{1000 * percentile(waits, p):.0f}" for p in (0.5, 0.95, 0.99))
        for waits in columns
    )
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("db", help="a discussion file; its largest discussion is read")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=5)
    parser.add_argument("--write", metavar="MARK", help="into docs/performance.md")
    asked = parser.parse_args()
    settings = (
        Setting(name=f"made anew, {asked.think:g} s", keeps=False, think=asked.think),
        Setting(name=f"first readers, {asked.think:g} s", keeps=True, think=asked.think),
        Setting(name=f"later readers, {asked.think:g} s", keeps=True, think=asked.think),
        Setting(name="later readers, at once", keeps=True, think=0),
    )
    found: dict[str, Waits] = {}
    for setting in settings:
        with serving(asked.db, PORT, keeps=setting.keeps):
            if setting.name.startswith("later"):
                asyncio.run(run(asked.readers, 0, asked.seconds))
            waits = asyncio.run(run(asked.readers, setting.think, asked.seconds))
        found[setting.name] = waits
        if waits.n_failed:
            raise SystemExit(f"{setting.name}: {waits.n_failed} answers were errors")
        print(
            f"{setting.name}: {len(waits.every())} answers, p95 "
            f"{1000 * percentile(waits.every(), 0.95):.0f} ms",
            flush=True,
        )
    told = f"{table(found)}\n\n{costs(asked.db)}"
    print(told)
    if asked.write:
        write_between_marks(DOCS / "performance.md", asked.write, told)


if __name__ == "__main__":
    main()
