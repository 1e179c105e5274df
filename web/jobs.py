"""Main jobs in the background: one at a time, with progress that a page can show."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from flask import current_app

from synth.settings import Settings
from synth.store import Discussion, open_store
from web.worker import ImportCounts, MapCounts, Order, Report, StageState, WorkerProcess

State = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """What a page shows of a job."""

    id: int
    slug: str
    """Of the discussion."""
    title: str
    is_kept: bool = True
    """False once a failed upload left nothing behind."""
    state: State = "waiting"
    stages: tuple[StageState, ...] = ()
    imported: ImportCounts | None = None
    built: MapCounts | None = None
    error: str = ""
    problems: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed"}


class Job:
    """One upload on its way to a map."""

    def __init__(self, number: int, discussion: Discussion) -> None:
        self._state = JobState(id=number, slug=discussion.slug, title=discussion.title)
        self._lock = threading.Lock()

    def state(self) -> JobState:
        with self._lock:
            return self._state

    def update(self, report: Report, **changes: Any) -> None:
        """Take over what the worker reports, and ``changes`` beside it."""
        told = {name: getattr(report, name) for name in Report.__dataclass_fields__}
        with self._lock:
            self._state = replace(self._state, **{**told, **changes})


class Worker(Protocol):
    """Carries out one order at a time."""

    def run(self, order: Order, tell: Callable[[Report], None]) -> Report: ...

    def stop(self) -> None: ...


class Jobs:
    """The jobs of this viewer. The machine has one SQLite file, so one runs at a time."""

    def __init__(self, db: Path, *, worker: Worker | None = None) -> None:
        self._db = db
        self._worker: Worker = worker or WorkerProcess()
        self._jobs: dict[int, Job] = {}
        self._new = threading.Lock()
        self._turn = threading.Lock()
        self._is_closed = False

    def start(self, discussion: Discussion, settings: Settings, *, uploads: Path | None) -> int:
        """Import the files in the folder ``uploads``, if any, and build the discussion's map.

        The folder is removed after. A discussion that is still empty when this fails is
        removed too.
        """
        with self._new:
            number = len(self._jobs) + 1
            job = self._jobs[number] = Job(number, discussion)
        order = Order(
            db=str(self._db),
            discussion_id=discussion.id,
            uploads=None if uploads is None else str(uploads),
            settings=settings,
        )
        threading.Thread(target=self._work, args=(job, order), daemon=True).start()
        return number

    def get(self, number: int) -> JobState | None:
        job = self._jobs.get(number)
        return None if job is None else job.state()

    def close(self) -> None:
        """End what is at work, and begin nothing more."""
        self._is_closed = True
        self._worker.stop()

    def _work(self, job: Job, order: Order) -> None:
        with self._turn:
            if self._is_closed:
                return
            job.update(Report())
            report = Report(state="failed")
            is_kept = True
            try:
                report = self._worker.run(order, lambda told: self._tell(job, told))
            finally:
                if order.uploads is not None:
                    shutil.rmtree(order.uploads, ignore_errors=True)
                if report.state == "failed":
                    is_kept = self._clean_up(order)
                job.update(report, is_kept=is_kept)

    def _tell(self, job: Job, report: Report) -> None:
        if report.state == "running":  # its end is told when all is tidied up
            job.update(report)

    def _clean_up(self, order: Order) -> bool:
        """Remove a discussion that is still empty; whether it stays."""
        with open_store(self._db) as store:
            if order.uploads is not None:
                store.sources.drop_folder(order.discussion_id, order.uploads)
            return not store.discussions.discard_empty(order.discussion_id)


def current_jobs() -> Jobs:
    """The jobs of the viewer that serves this request."""
    found: Jobs = current_app.extensions["jobs"]
    return found
