"""The main job in a process of its own, which gives its memory back when it ends.

``main`` reads one ``Order`` as JSON from its standard input, imports and builds, and tells how far
it is as one ``Report`` a line on its standard output, several times a second. ``WorkerProcess``
is the other end, in the process of the viewer.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from synth.errors import ModelMissing, SynthError
from synth.parallel import new_python
from synth.pipeline import build, import_files, require_messages
from synth.settings import Settings, Stage
from synth.store import Store, open_store

log = logging.getLogger(__name__)
UNFORESEEN = "Something unforeseen went wrong; the log has the details."
EVERY = 0.3
"""Seconds between two reports."""
State = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done: import the files in a folder, if any, and build the map."""

    db: str
    discussion_id: int
    uploads: str | None
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """How far one stage of a job is. ``total`` is None where nobody knows."""

    name: str
    unit: str
    done: int
    total: int | None
    seconds: float

    @property
    def rate(self) -> float:
        """Units per second so far."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        if not self.total or not self.done:
            return None
        return (self.total - self.done) / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """Messages that the files brought."""

    n_added: int
    n_updated: int
    n_unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCounts:
    """The map that was made."""

    n_ideas: int
    n_passages: int
    is_unchanged: bool
    """It was up to date before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far the work is, and what came of it so far."""

    state: State = "running"
    stages: tuple[StageState, ...] = ()
    imported: ImportCounts | None = None
    built: MapCounts | None = None
    error: str = ""
    problems: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed"}


@dataclass(slots=True, kw_only=True)
class _StageClock:
    name: str
    unit: str
    total: int | None
    done: int = 0
    begun: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def advance(self, n: int = 1) -> None:
        self.done += n

    def state(self) -> StageState:
        return StageState(
            name=self.name,
            unit=self.unit,
            done=self.done,
            total=self.total,
            seconds=(self.ended or time.monotonic()) - self.begun,
        )


class Work:
    """One order being carried out; also the Progress that its stages report to."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._report = Report()
        self._stages: list[_StageClock] = []

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        clock = _StageClock(name=self._plain(name), unit=unit, total=total)
        self._stages.append(clock)
        try:
            yield clock
        finally:
            clock.ended = time.monotonic()

    def report(self) -> Report:
        return replace(self._report, stages=tuple(clock.state() for clock in self._stages))

    def run(self) -> Report:
        """Do all of it; what goes wrong is in the report."""
        state: State = "failed"
        error = UNFORESEEN
        try:
            with open_store(self._order.db) as store:
                self._run(store)
            state, error = "done", ""
        except (SynthError, ModelMissing) as problem:
            error = self._plain(problem)
        except Exception:
            log.exception("The main job over an upload failed")
        self._report = replace(self._report, state=state, error=error)
        return self.report()

    def _run(self, store: Store) -> None:
        if self._order.uploads is not None:
            self._import(store, Path(self._order.uploads))
        built = build(store, self._order.discussion_id, self._order.settings, progress=self)
        self._report = replace(
            self._report,
            built=MapCounts(
                n_ideas=built.n_ideas,
                n_passages=built.n_passages,
                is_unchanged=built.is_unchanged,
            ),
        )

    def _import(self, store: Store, folder: Path) -> None:
        files = sorted(path for path in folder.iterdir() if path.is_file())
        try:
            report = import_files(store, self._order.discussion_id, files, progress=self)
        finally:
            store.sources.drop_folder(self._order.discussion_id, str(folder))
        problems = tuple(map(self._plain, report.all_problems))
        self._report = replace(self._report, problems=problems)
        require_messages(report, [path.name for path in files])
        self._report = replace(
            self._report,
            imported=ImportCounts(
                n_added=report.n_added,
                n_updated=report.n_updated,
                n_unchanged=report.n_unchanged,
            ),
        )

    def _plain(self, told: object) -> str:
        """What is told of a file, with the name it had when it was uploaded."""
        return str(told).replace(f"{self._order.uploads}/", "")


def main() -> None:
    """The child process."""
    work = Work(msgspec.json.decode(sys.stdin.buffer.readline(), type=Order))
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # what a library prints must not stand between the reports
        is_over = threading.Event()
        teller = threading.Thread(target=tell, args=(work, out, is_over), daemon=True)
        teller.start()
        report = work.run()
        is_over.set()
        teller.join()
        out.write(_line(report))


def tell(work: Work, out: BinaryIO, is_over: threading.Event) -> None:
    """Write a report now and then until the work is over, or nobody reads them any more."""
    while not is_over.wait(EVERY):
        try:
            out.write(_line(work.report()))
            out.flush()
        except OSError:  # the viewer has ended
            os._exit(1)


def _line(message: Order | Report) -> bytes:
    return msgspec.json.encode(message) + b"\n"


class WorkerProcess:
    """Carries out orders, each in a new process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, order: Order, listen: Callable[[Report], None]) -> Report:
        """Do what is ordered; ``listen`` hears how far it is. A process that dies is a failure."""
        report = Report()
        command, environment = new_python("-c", "from web.worker import main; main()")
        with subprocess.Popen(  # noqa: S603 - this Python, and words of ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the viewer, which ends it
        ) as process:
            self._process = process
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(BrokenPipeError), process.stdin as stdin:  # it may have died already
                stdin.write(_line(order))
            for line in process.stdout:
                if line.endswith(b"\n"):  # otherwise it died while it wrote
                    report = msgspec.json.decode(line, type=Report)
                    listen(report)
        self._process = None
        if not report.is_over:
            return replace(report, state="failed", error=_death(process.returncode))
        return report

    def stop(self) -> None:
        """End the process, where one is at work."""
        process = self._process
        if process is not None:
            process.terminate()


def _death(code: int) -> str:
    why = signal.Signals(-code).name if code < 0 else f"exit status {code}"
    return (
        f"The process that made the map ended before its time ({why}); "
        "the machine may be short of memory: close other programs, or choose the quality draft."
    )
