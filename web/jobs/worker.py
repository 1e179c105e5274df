"""The worker carries out the jobs of one discussion file, whoever asked for them.

It looks into the jobs file for what waits, lets a process carry it out (``process``), and
writes down how far that is. Two are at work at most: one imports or makes a draft, one makes a full
map, so that a new discussion has its draft while another one's full map takes its time. All that
it knows is in the jobs file: where it dies, the next worker goes on.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event

import msgspec

from synth.errors import StoreProblem
from synth.settings import Settings
from synth.store import Job, JobState, Step, open_jobs
from synth.store.jobs import Jobs
from web.jobs.endings import died_of, discard_opened, drop_uploads, end, report_of, written
from web.jobs.folder import RECEIVED_WITHIN, JobFolder
from web.jobs.process import Carrier, WorkProcess, WorkThread
from web.jobs.report import Order, Report
from web.jobs.upkeep import Upkeep
from web.jobs.work import GONE

log = logging.getLogger(__name__)
EVERY = 0.2
"""Seconds between two looks at the jobs file and the processes."""
IDLE = 0.5
"""The same while nothing is at work."""
TOLD_EVERY = 0.5
"""Seconds between two times that progress is written down."""
MOST_ATTEMPTS = 3
"""How often a step is begun whose process, or worker, dies."""
LANES = (
    frozenset({Step.IMPORT, Step.DRAFT}),
    frozenset({Step.FULL}),
    frozenset({Step.TIDY}),
)
"""What is done beside each other."""
_AFTER_IMPORT = frozenset({Step.DRAFT, Step.FULL})
KEPT_FOR = timedelta(days=7)
"""How long the files of an interrupted job wait for somebody to start it again."""
Start = Callable[[Order], Carrier]


class Lane:
    """Jobs that are carried out one after the other."""

    def __init__(self, steps: frozenset[Step], *, folder: JobFolder, db: Path, start: Start):
        self._steps = steps
        self._folder = folder
        self._db = db
        self._start = start
        self._job: Job | None = None
        self._carrier: Carrier | None = None
        self._told: Report | None = None
        self._told_at = 0.0

    def look(self, jobs: Jobs) -> None:
        """Take a job that waits, or see how far the one at work is."""
        job, carrier = self._job, self._carrier
        if job is None or carrier is None:
            self._take(jobs)
        elif job.ends_as is None and job.id in jobs.ending():
            carrier.kill()
            self._let_go(jobs, Step.TIDY)
        elif carrier.has_ended():
            self._settle(jobs, job, carrier)
        else:
            self._tell(jobs, job, carrier.report)

    @property
    def is_idle(self) -> bool:
        return self._job is None

    def stop(self, jobs: Jobs) -> None:
        """Stop what is at work; it waits for the next worker."""
        if self._job is not None and self._carrier is not None:
            self._carrier.kill()
            jobs.note(self._job.id, "suspended")
            self._let_go(jobs, self._carrier.report.step)

    def _take(self, jobs: Jobs) -> None:
        self._job = job = jobs.take(self._steps)
        if job is None:
            return
        if job.discussion_id is None:  # it went while the job waited
            report = replace(report_of(job), error=GONE, is_kept=False)
            end(jobs, job, JobState.FAILED, report=report, folder=self._folder)
            self._job = None
            return
        self._told, self._told_at = None, 0.0
        self._carrier = self._start(order_of(job, db=self._db, folder=self._folder))

    def _let_go(self, jobs: Jobs, step: Step, *, is_counted: bool = False) -> None:
        """Have ``step`` done by whoever takes the job next."""
        assert self._job is not None
        jobs.wait_again(self._job.id, step, is_counted=is_counted)
        self._job = self._carrier = None

    def _tell(self, jobs: Jobs, job: Job, report: Report, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if report == self._told or (now - self._told_at < TOLD_EVERY and not at_once):
            return
        self._told, self._told_at = report, now
        jobs.tell(job.id, step=report.step, report=written(report))
        if report.step in _AFTER_IMPORT and job.uploads is not None:
            drop_uploads(jobs, job, self._folder)

    def _settle(self, jobs: Jobs, job: Job, carrier: Carrier) -> None:
        """Write down how a process ended, and what becomes of its job."""
        report, death = carrier.report, carrier.death()
        self._tell(jobs, job, report, at_once=True)
        if death:
            jobs.note(job.id, "died", why=death)
            self._after_death(jobs, job, report.step, died_of(death))
        elif report.state == "paused":
            jobs.note(job.id, "paused", step=report.step)
            self._let_go(jobs, report.step)
        elif report.is_transient and job.ends_as is None:
            jobs.end_as(job.id, JobState.INTERRUPTED, error=report.error)
            self._let_go(jobs, Step.TIDY)
        else:
            is_done = report.state == "done"
            state = job.ends_as or (JobState.DONE if is_done else JobState.FAILED)
            end(jobs, job, state, report=report, folder=self._folder)
        self._job = self._carrier = None

    def _after_death(self, jobs: Jobs, job: Job, step: Step, why: str) -> None:
        """Try again, unless that was tried too often."""
        now = jobs.get(job.id)
        assert now is not None
        if now.n_attempts < MOST_ATTEMPTS:
            self._let_go(jobs, step, is_counted=True)
        elif job.ends_as is not None:
            end(jobs, job, job.ends_as, report=report_of(job), folder=self._folder)
        else:
            jobs.end_as(job.id, JobState.INTERRUPTED, error=why)
            self._let_go(jobs, Step.TIDY)


class Worker:
    """Looks after the jobs of one file until it is told to stop."""

    def __init__(self, db: Path, folder: JobFolder, *, start: Start) -> None:
        self._db = db
        self._folder = folder
        self._lanes = [Lane(steps, folder=folder, db=db, start=start) for steps in LANES]

    @property
    def is_idle(self) -> bool:
        """Whether nothing is at work."""
        return all(lane.is_idle for lane in self._lanes)

    def recover(self) -> None:
        """Let wait again what an earlier worker left at work; remove what it left behind."""
        with open_jobs(self._folder.jobs_file) as jobs:
            for job in jobs.in_state(JobState.RUNNING):
                jobs.note(job.id, "resumed")
                if job.n_attempts < MOST_ATTEMPTS:
                    jobs.wait_again(job.id, job.step, is_counted=True)
                elif job.ends_as is not None:
                    end(jobs, job, job.ends_as, report=report_of(job), folder=self._folder)
                else:
                    jobs.end_as(job.id, JobState.INTERRUPTED, error=died_of("worker"))
                    jobs.wait_again(job.id, Step.TIDY, is_counted=False)
            self._drop_unready(jobs)
            self._drop_old_uploads(jobs)
            self._folder.sweep(jobs.uploads_in_use())

    def look(self) -> None:
        """One look at the jobs file and at every process."""
        with open_jobs(self._folder.jobs_file) as jobs:
            for lane in self._lanes:
                lane.look(jobs)

    def stop(self) -> None:
        with open_jobs(self._folder.jobs_file) as jobs:
            for lane in self._lanes:
                lane.stop(jobs)

    def _drop_unready(self, jobs: Jobs) -> None:
        """Forget jobs whose upload was cut off, and the discussions opened for them."""
        before = datetime.now(UTC) - timedelta(seconds=RECEIVED_WITHIN)
        for job in jobs.in_state(JobState.PREPARING):
            if job.asked_at < before:
                discard_opened(self._db, job)
                jobs.forget(job.id)

    def _drop_old_uploads(self, jobs: Jobs) -> None:
        before = datetime.now(UTC) - KEPT_FOR
        for job in jobs.in_state(JobState.INTERRUPTED):
            if job.uploads is not None and job.finished_at is not None and job.finished_at < before:
                drop_uploads(jobs, job, self._folder)


def run_worker(db: Path, folder: JobFolder, stop: Event) -> None:
    """Carry out the jobs of ``db`` until ``stop`` is set; one worker at a time does."""
    folder.make()
    with _locked(folder.lock, stop) as lock:
        if lock is None:
            return
        worker = Worker(db, folder, start=partial(_started, lock=lock))
        worker.recover()
        upkeep = Upkeep(db, folder)
        while not stop.wait(IDLE if worker.is_idle else EVERY):
            try:
                worker.look()
                if worker.is_idle:
                    upkeep.look()
            except StoreProblem as problem:  # locked for long, or the disk is full
                log.warning("%s", problem)
        worker.stop()


def _started(order: Order, *, lock: int) -> Carrier:
    return WorkThread(order) if order.step is Step.TIDY else WorkProcess(order, lock=lock)


def is_at_work(folder: JobFolder) -> bool:
    """Whether a worker looks after these jobs."""
    try:
        file = os.open(folder.lock, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


@contextmanager
def _locked(path: Path, stop: Event) -> Iterator[int | None]:
    """An open file that this process alone has locked; None where ``stop`` came first."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stop.wait(EVERY)
            else:
                yield file
                return
        yield None
    finally:
        os.close(file)


def order_of(job: Job, *, db: Path, folder: JobFolder) -> Order:
    """What is ordered of the process that carries out the job from its step on."""
    assert job.discussion_id is not None
    uploads = folder.path_of(job.uploads)
    return Order(
        db=str(db),
        discussion_id=job.discussion_id,
        uploads=None if uploads is None else str(uploads),
        settings=msgspec.convert(job.settings, Settings),
        step=job.step,
        is_first=job.is_first,
        report=report_of(job),
    )
