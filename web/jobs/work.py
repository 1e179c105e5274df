"""The steps of a job, in a process of its own, which gives its memory back when it ends.

``main`` reads one ``Order`` as JSON from its standard input, carries it out, and tells how far it
is as one ``Report`` a line on its standard output, several times a second. It ends at once, with
all processes that it began, when its standard input is closed: then nobody is there any more who
would stop it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import msgspec

from synth.errors import ModelMissing, Overtaken, StoreProblem, SynthError
from synth.settings import Settings, Stage
from synth.store import Step, Store, open_store
from web.jobs.report import ImportCounts, MapCounts, Order, Report, ReportState, StageState

log = logging.getLogger(__name__)
UNFORESEEN = "Something unforeseen went wrong; the log has the details."
GONE = "The discussion is no longer there."
CLOSED = "The discussion was archived, or is going to be deleted, since this was asked for."
EVERY = 0.3
"""Seconds between two reports."""
N_AT_ONCE = 300
"""Messages up to which a full map is made at once: it takes seconds, and needs no draft before."""
MOST_BUILDS = 5
"""How often a map is built while people correct it; what was read for meaning is not read again."""


@dataclass(slots=True, kw_only=True)
class _StageClock:
    name: str
    unit: str
    total: int | None
    step: Step
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
            step=self.step,
        )


class Work:
    """One order being carried out; also the Progress that its stages report to."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._report = order.report.begun_at(order.step)
        self._earlier = self._report.stages
        self._stages: list[_StageClock] = []

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        clock = _StageClock(name=self._plain(name), unit=unit, total=total, step=self._report.step)
        self._stages.append(clock)
        try:
            yield clock
        finally:
            clock.ended = time.monotonic()

    def report(self) -> Report:
        stages = (*self._earlier, *(clock.state() for clock in self._stages))
        return replace(self._report, stages=stages)

    def run(self) -> Report:
        """Do all of it; what goes wrong is in the report."""
        state: ReportState = "failed"
        error, is_transient = UNFORESEEN, False
        try:
            with open_store(self._order.db) as store:
                state = self._steps(store)
            error = ""
        except StoreProblem as problem:
            error, is_transient = self._plain(problem), True
        except (SynthError, ModelMissing) as problem:
            error = self._plain(problem)
        except Exception:
            log.exception("A job failed")
        is_kept = self._report.is_kept and (state != "failed" or is_transient or self._is_kept())
        self._report = replace(
            self._report, state=state, error=error, is_kept=is_kept, is_transient=is_transient
        )
        return self.report()

    def _steps(self, store: Store) -> ReportState:
        """One step after the other; ``paused`` before one that takes long."""
        step: Step | None = self._report.step
        if step is not Step.TIDY and not store.discussions.holds(self._order.discussion_id):
            raise SynthError(GONE)
        if step is not Step.TIDY and store.discussions.is_read_only(self._order.discussion_id):
            raise SynthError(CLOSED)
        while step is not None:
            self._report = replace(self._report, step=step)
            following = self._carry_out(store, step)
            if following is Step.FULL and not self._is_quick(store):
                self._report = replace(self._report, step=following)
                return "paused"
            step = following
        return "done"

    def _carry_out(self, store: Store, step: Step) -> Step | None:
        """Do one step; returns the next one."""
        settings = self._order.settings
        if step is Step.TIDY:
            self._tidy(store)
            return None
        if step is Step.IMPORT:
            self._import(store)
            return first_step(store, self._order.discussion_id, settings)
        if step is Step.DRAFT and settings.quality == "full":
            drafted = self._build(store, replace(settings, quality="draft", model=None))
            self._report = replace(self._report, drafted=drafted)
            return Step.FULL
        self._report = replace(self._report, built=self._build(store, settings))
        return None

    def _build(self, store: Store, settings: Settings) -> MapCounts:
        from synth.pipeline import build

        for n_left in reversed(range(MOST_BUILDS)):
            n_stages = len(self._stages)
            try:
                built = build(store, self._order.discussion_id, settings, progress=self)
                break
            except Overtaken:  # somebody corrected the map, which is theirs to do at any time
                if not n_left:
                    raise
                del self._stages[n_stages:]
        return MapCounts(
            n_ideas=built.n_ideas, n_passages=built.n_passages, is_unchanged=built.is_unchanged
        )

    def _import(self, store: Store) -> None:
        from synth.pipeline import import_files, require_messages

        assert self._order.uploads is not None
        folder = Path(self._order.uploads)
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

    def _tidy(self, store: Store) -> None:
        """Take back what an earlier process left half done."""
        discussion_id = self._order.discussion_id
        store.sources.close_interrupted(discussion_id)
        store.runs.close_interrupted(discussion_id)
        if self._order.uploads is not None:
            store.sources.drop_folder(discussion_id, self._order.uploads)
        if self._order.is_first:
            is_kept = not store.discussions.discard_empty(discussion_id)
            self._report = replace(self._report, is_kept=is_kept)

    def _is_kept(self) -> bool:
        """Remove the discussion if it was opened for this and is empty; whether it stays."""
        if not self._order.is_first:
            return True
        with open_store(self._order.db) as store:
            return not store.discussions.discard_empty(self._order.discussion_id)

    def _is_quick(self, store: Store) -> bool:
        return store.messages.count(self._order.discussion_id) <= N_AT_ONCE

    def _plain(self, told: object) -> str:
        """What is told of a file, with the name it had when it was uploaded."""
        return str(told).replace(f"{self._order.uploads}/", "")


def first_step(store: Store, discussion_id: int, settings: Settings) -> Step:
    """With which map a build begins: a draft where a full one takes long and none is there."""
    if settings.quality == "draft":
        return Step.DRAFT
    last = store.runs.last(discussion_id)
    stands = last is not None and last.settings.get("quality") == "full"
    is_quick = store.messages.count(discussion_id) <= N_AT_ONCE
    return Step.FULL if stands or is_quick else Step.DRAFT


def main() -> None:
    """The process."""
    work = Work(msgspec.json.decode(sys.stdin.buffer.readline(), type=Order))
    threading.Thread(target=_end_with, args=(sys.stdin.fileno(),), daemon=True).start()
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # what a library prints must not stand between the reports
        is_over = threading.Event()
        teller = threading.Thread(target=tell, args=(work, out, is_over), daemon=True)
        teller.start()
        report = work.run()
        is_over.set()
        teller.join()
        out.write(line_of(report))


def _end_with(pipe: int) -> None:
    """End this process, and those it began, when nobody holds the other end of the pipe."""
    # Not through sys.stdin: Python cannot end while a thread reads from it.
    os.read(pipe, 1)
    os.killpg(os.getpid(), signal.SIGKILL)


def tell(work: Work, out: BinaryIO, is_over: threading.Event) -> None:
    """Write a report now and then until the work is over, or nobody reads them any more."""
    while not is_over.wait(EVERY):
        try:
            out.write(line_of(work.report()))
            out.flush()
        except OSError:  # the worker has ended
            os._exit(1)


def line_of(message: Order | Report) -> bytes:
    """A message as one line of JSON."""
    return msgspec.json.encode(message) + b"\n"
