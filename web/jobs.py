"""Main jobs in the background: one at a time, with progress that a page can show."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol

from flask import current_app

from synth.settings import Settings
from synth.store import Discussion, open_store
from web.worker import Order, Report, WorkerProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState(Report):
    """What a page shows of a job: the report of its worker, and of what it is."""

    id: int
    slug: str
    """Of the discussion."""
    title: str
    is_kept: bool = True
    """False once a failed upload left nothing behind."""


class Worker(Protocol):
    """Carries out one order at a time."""

    def run(self, order: Order, listen: Callable[[Report], None]) -> Report: ...

    def stop(self) -> None: ...


class Jobs:
    """The jobs of this viewer. The machine has one SQLite file, so one runs at a time."""

    def __init__(self, db: Path, *, worker: Worker | None = None) -> None:
        self._db = db
        self._worker: Worker = worker or WorkerProcess()
        self._states: dict[int, JobState] = {}
        self._new = threading.Lock()
        self._turn = threading.Lock()
        self._is_closed = False

    def start(self, discussion: Discussion, settings: Settings, *, uploads: Path | None) -> int:
        """Import the files in the folder ``uploads``, if any, and build the discussion's map.

        The folder is removed after. A discussion that is still empty when this fails is
        removed too.
        """
        with self._new:
            number = len(self._states) + 1
            self._states[number] = JobState(
                id=number, slug=discussion.slug, title=discussion.title, state="waiting"
            )
        order = Order(
            db=str(self._db),
            discussion_id=discussion.id,
            uploads=None if uploads is None else str(uploads),
            settings=settings,
        )
        threading.Thread(target=self._work, args=(number, order), daemon=True).start()
        return number

    def get(self, number: int) -> JobState | None:
        return self._states.get(number)

    def close(self) -> None:
        """End what is at work, and begin nothing more."""
        self._is_closed = True
        self._worker.stop()

    def _work(self, number: int, order: Order) -> None:
        with self._turn:
            if self._is_closed:
                return
            self._update(number, Report())
            report, is_kept = Report(state="failed"), True
            try:
                report = self._worker.run(order, lambda told: self._tell(number, told))
            finally:
                if order.uploads is not None:
                    shutil.rmtree(order.uploads, ignore_errors=True)
                if report.state == "failed":
                    is_kept = self._clean_up(order)
                self._update(number, report, is_kept=is_kept)

    def _tell(self, number: int, report: Report) -> None:
        if not report.is_over:  # its end is told when all is tidied up
            self._update(number, report)

    def _update(self, number: int, report: Report, **changes: Any) -> None:
        told = {field.name: getattr(report, field.name) for field in fields(Report)}
        self._states[number] = replace(self._states[number], **told, **changes)

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
