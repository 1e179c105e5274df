"""Main jobs in the background: one at a time, with progress that a page can show."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from synth.errors import ModelMissing, SynthError
from synth.pipeline import build, import_files, require_messages
from synth.settings import Settings, Stage
from synth.store import open_store

log = logging.getLogger(__name__)
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
class JobState:
    """What a page shows of a job."""

    id: int
    discussion: str
    """Slug."""
    state: State = "waiting"
    stages: tuple[StageState, ...] = ()
    summary: str = ""
    error: str = ""
    problems: tuple[str, ...] = ()


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

    def __init__(self, number: int, discussion: str) -> None:
        self._state = JobState(id=number, discussion=discussion)
        self._stages: list[_StageClock] = []
        self._lock = threading.Lock()

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        clock = _StageClock(name=name, unit=unit, total=total)
        with self._lock:
            self._stages.append(clock)
        try:
            yield clock.counter
        finally:
            clock.ended = time.monotonic()

    def state(self) -> JobState:
        with self._lock:
            return replace(self._state, stages=tuple(s.state() for s in self._stages))

    def become(self, state: State, *, summary: str = "", error: str = "") -> None:
        with self._lock:
            self._state = replace(self._state, state=state, summary=summary, error=error)

    def found(self, problems: tuple[str, ...]) -> None:
        with self._lock:
            self._state = replace(self._state, problems=problems)


class Jobs:
    """The jobs of this process. The machine has one SQLite file, so one runs at a time."""

    def __init__(self, db: Path) -> None:
        self._db = db
        self._jobs: dict[int, Job] = {}
        self._turn = threading.Lock()

    def start(self, discussion: str, upload: Path, settings: Settings) -> int:
        """Import ``upload`` into the discussion and build its map; the file is removed after."""
        number = len(self._jobs) + 1
        job = self._jobs[number] = Job(number, discussion)
        threading.Thread(
            target=self._work, args=(job, discussion, upload, settings), daemon=True
        ).start()
        return number

    def get(self, number: int) -> JobState | None:
        job = self._jobs.get(number)
        return None if job is None else job.state()

    def _work(self, job: Job, slug: str, upload: Path, settings: Settings) -> None:
        with self._turn:
            job.become("running")
            try:
                job.become("done", summary=self._run(job, slug, upload, settings))
            except (SynthError, ModelMissing) as error:
                job.become("failed", error=str(error))
            except Exception:
                log.exception("The main job over an upload failed")
                job.become("failed", error="Something unforeseen went wrong; the log has the details.")
            finally:
                upload.unlink(missing_ok=True)

    def _run(self, job: Job, slug: str, upload: Path, settings: Settings) -> str:
        with open_store(self._db) as store:
            discussion = store.discussions.named(slug)
            report = import_files(store, discussion.id, [upload], progress=job)
            job.found(tuple(str(problem) for problem in report.all_problems))
            require_messages(report, [upload.name])
            built = build(store, discussion.id, settings, progress=job)
        return (
            f"{report.n_added} new messages, {report.n_updated} updated; "
            f"{built.n_ideas} ideas in {built.n_passages} passages."
        )
