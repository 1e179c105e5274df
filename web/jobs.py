"""Main jobs in the background: one at a time, with progress that a page can show."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from synth.errors import ModelMissing, SynthError
from synth.pipeline import build, import_files, require_messages
from synth.settings import Settings, Stage
from synth.store import Discussion, Store, open_store

log = logging.getLogger(__name__)
UNFORESEEN = "Something unforeseen went wrong; the log has the details."
State = Literal["waiting", "running", "done", "failed"]


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
class Imported:
    """Messages that the files brought."""

    n_added: int
    n_updated: int
    n_unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """The map that was made."""

    n_ideas: int
    n_passages: int
    is_unchanged: bool
    """It was up to date before."""


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
    imported: Imported | None = None
    built: Mapped | None = None
    error: str = ""
    problems: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed"}


@dataclass(slots=True)
class _Counter:
    done: int = 0

    def advance(self, n: int = 1) -> None:
        self.done += n


@dataclass(slots=True)
class _StageClock:
    name: str
    unit: str
    total: int | None
    counter: _Counter = field(default_factory=_Counter)
    begun: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def state(self) -> StageState:
        return StageState(
            name=self.name,
            unit=self.unit,
            done=self.counter.done,
            total=self.total,
            seconds=(self.ended or time.monotonic()) - self.begun,
        )


class Job:
    """One upload on its way to a map; also the Progress its stages report to."""

    def __init__(self, number: int, discussion: Discussion, uploads: Path | None) -> None:
        self._uploads = uploads
        self._state = JobState(id=number, slug=discussion.slug, title=discussion.title)
        self._stages: list[_StageClock] = []
        self._lock = threading.Lock()

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        clock = _StageClock(name=_plain(name, self._uploads), unit=unit, total=total)
        with self._lock:
            self._stages.append(clock)
        try:
            yield clock.counter
        finally:
            clock.ended = time.monotonic()

    def state(self) -> JobState:
        with self._lock:
            return replace(self._state, stages=tuple(s.state() for s in self._stages))

    def become(self, state: State, *, error: str = "", is_kept: bool = True) -> None:
        self._set(state=state, error=error, is_kept=is_kept)

    def found(self, problems: tuple[str, ...]) -> None:
        self._set(problems=problems)

    def read(self, imported: Imported) -> None:
        self._set(imported=imported)

    def mapped(self, built: Mapped) -> None:
        self._set(built=built)

    def _set(self, **changes: Any) -> None:
        with self._lock:
            self._state = replace(self._state, **changes)


class Jobs:
    """The jobs of this process. The machine has one SQLite file, so one runs at a time."""

    def __init__(self, db: Path) -> None:
        self._db = db
        self._jobs: dict[int, Job] = {}
        self._new = threading.Lock()
        self._turn = threading.Lock()

    def start(self, discussion: Discussion, settings: Settings, *, uploads: Path | None) -> int:
        """Import the files in the folder ``uploads``, if any, and build the discussion's map.

        The folder is removed after. A discussion that is still empty when this fails is
        removed too.
        """
        with self._new:
            number = len(self._jobs) + 1
            job = self._jobs[number] = Job(number, discussion, uploads)
        threading.Thread(
            target=self._work, args=(job, discussion, uploads, settings), daemon=True
        ).start()
        return number

    def get(self, number: int) -> JobState | None:
        job = self._jobs.get(number)
        return None if job is None else job.state()

    def _work(
        self, job: Job, discussion: Discussion, uploads: Path | None, settings: Settings
    ) -> None:
        with self._turn:
            job.become("running")
            try:
                self._run(job, discussion, uploads, settings)
                job.become("done")
            except (SynthError, ModelMissing) as error:
                self._fail(job, discussion, _plain(error, uploads))
            except Exception:
                log.exception("The main job over an upload failed")
                self._fail(job, discussion, UNFORESEEN)
            finally:
                if uploads is not None:
                    shutil.rmtree(uploads, ignore_errors=True)

    def _fail(self, job: Job, discussion: Discussion, error: str) -> None:
        with open_store(self._db) as store:
            is_kept = not store.discussions.discard_empty(discussion.id)
        job.become("failed", error=error, is_kept=is_kept)

    def _run(
        self, job: Job, discussion: Discussion, uploads: Path | None, settings: Settings
    ) -> None:
        with open_store(self._db) as store:
            if uploads is not None:
                self._import(job, store, discussion, uploads)
            built = build(store, discussion.id, settings, progress=job)
        job.mapped(
            Mapped(
                n_ideas=built.n_ideas,
                n_passages=built.n_passages,
                is_unchanged=built.is_unchanged,
            )
        )

    def _import(self, job: Job, store: Store, discussion: Discussion, uploads: Path) -> None:
        files = sorted(path for path in uploads.iterdir() if path.is_file())
        try:
            report = import_files(store, discussion.id, files, progress=job)
        finally:
            store.sources.drop_folder(discussion.id, str(uploads))
        job.found(tuple(_plain(problem, uploads) for problem in report.all_problems))
        require_messages(report, [path.name for path in files])
        job.read(
            Imported(
                n_added=report.n_added,
                n_updated=report.n_updated,
                n_unchanged=report.n_unchanged,
            )
        )


def _plain(told: object, uploads: Path | None) -> str:
    """What is told of a file, with the name it had when it was uploaded."""
    return str(told).replace(f"{uploads}/", "")
