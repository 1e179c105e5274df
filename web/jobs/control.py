"""What pages ask about jobs: begin one, see how far it is, cancel it, start it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import msgspec
from flask import current_app

from synth.settings import Settings
from synth.store import (
    Discussion,
    Job,
    JobState,
    LogLine,
    NewJob,
    Place,
    Step,
    open_jobs,
    open_store,
)
from web.jobs.endings import discard_opened, drop_uploads, end, report_of
from web.jobs.folder import JobFolder, Received, new_name
from web.jobs.report import Report
from web.jobs.work import first_step
from web.jobs.worker import is_at_work

N_LISTED = 200
Opens = Callable[[], Discussion]
"""Opens the discussion of an upload, or finds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """A job, how far it is, and what happened to it."""

    job: Job
    report: Report
    log: Sequence[LogLine] = ()
    n_before: int = 0
    """How many other jobs were asked for before and are not over."""
    has_worker: bool = True
    """Whether a worker runs that will carry it out."""

    @property
    def is_cancelling(self) -> bool:
        return not self.job.is_over and self.job.ends_as is not None

    @property
    def has_draft(self) -> bool:
        """Whether a draft map may be looked at while the full one is made."""
        return self.report.drafted is not None

    @property
    def is_kept(self) -> bool:
        """Whether there is a discussion with something in it."""
        return self.report.is_kept and self.job.discussion_id is not None

    @property
    def has_files(self) -> bool:
        """Whether what was uploaded is there and not yet imported."""
        return self.job.uploads is not None

    @property
    def may_restart(self) -> bool:
        """Whether the same job can be done again with what is there."""
        if self.job.state not in {JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED}:
            return False
        is_imported = self.job.kind != "upload" or self.report.imported is not None
        return self.has_files or (is_imported and self.job.discussion_id is not None)


class Jobs:
    """The jobs of the discussion file ``db``."""

    def __init__(self, db: Path, *, uploads: Path | None = None) -> None:
        self._db = db
        self.folder = JobFolder.beside(db, uploads=uploads)

    def upload(
        self,
        files: Sequence[Received],
        settings: Settings,
        *,
        opens: Opens,
        is_first: bool,
        title: str,
        asked_by: str,
    ) -> int:
        """Have files imported and the map made; returns the number of the job.

        ``opens`` is called when the files are safe; ``is_first``: whether it opens a new
        discussion, which does not stay if nothing comes of it. Where this fails, nothing is
        left behind. Raises NoRoomForUploads.
        """
        name = new_name()
        new = NewJob(
            kind="upload",
            title=title,
            asked_by=asked_by,
            settings=asdict(settings),
            uploads=name,
            files=tuple(file.filename or "" for file in files),
            is_first=is_first,
        )
        number = self._add(new)
        try:
            self.folder.keep(name, files)
            self._queue(number, opens(), Step.IMPORT)
        except BaseException:
            self._forget(number)
            raise
        return number

    def build(self, discussion: Discussion, settings: Settings, *, asked_by: str) -> int:
        """Have the map of a discussion made anew; returns the number of the job."""
        step = self._first_step(discussion, settings)
        new = NewJob(
            kind="build",
            title=discussion.title,
            asked_by=asked_by,
            settings=asdict(settings),
        )
        number = self._add(new)
        self._queue(number, discussion, step)
        return number

    def get(self, number: int) -> JobStatus | None:
        if not self.folder.jobs_file.exists():
            return None
        with open_jobs(self.folder.jobs_file) as jobs:
            job = jobs.get(number)
            if job is None or job.state is JobState.PREPARING:
                return None
            return JobStatus(
                job=job,
                report=report_of(job),
                log=jobs.log(number),
                n_before=jobs.n_before(number) if job.state is JobState.WAITING else 0,
                has_worker=job.is_over or is_at_work(self.folder),
            )

    def last(self) -> list[JobStatus]:
        """Those that are not over, then the others; the newest first."""
        if not self.folder.jobs_file.exists():
            return []
        with open_jobs(self.folder.jobs_file) as jobs:
            found = jobs.last(limit=N_LISTED)
        return [JobStatus(job=job, report=report_of(job)) for job in found]

    def counts(self) -> dict[str, int]:
        """How many there are in each state."""
        if not self.folder.jobs_file.exists():
            return {}
        with open_jobs(self.folder.jobs_file) as jobs:
            return jobs.counts()

    def drop_kept_uploads(self, discussion_id: int) -> int:
        """Remove the files of uploads to a discussion that were cut off; returns of how many."""
        if not self.folder.jobs_file.exists():
            return 0
        with open_jobs(self.folder.jobs_file) as jobs:
            kept = [
                job
                for job in jobs.in_state(JobState.INTERRUPTED)
                if job.discussion_id == discussion_id and job.uploads is not None
            ]
            for job in kept:
                drop_uploads(jobs, job, self.folder)
        return len(kept)

    def cancel(self, number: int, *, actor: str) -> None:
        """Have the job stopped; what it did so far is taken back or is whole."""
        with open_jobs(self.folder.jobs_file) as jobs:
            job = jobs.get(number)
            if job is None or job.is_over or job.ends_as is not None:
                return
            jobs.note(number, "cancelling", by=actor)
            if jobs.withdraw(number):
                report = replace(report_of(job), is_kept=not discard_opened(self._db, job))
                end(jobs, job, JobState.CANCELLED, report=report, folder=self.folder)
            else:
                jobs.end_as(number, JobState.CANCELLED)

    def restart(self, status: JobStatus, *, opens: Opens, actor: str) -> bool:
        """Let a job wait again that ended without success; says whether it does.

        ``opens`` opens its discussion again where that is gone, or finds it.
        """
        if not status.may_restart:
            return False
        discussion = opens()
        step = Step.IMPORT
        if not status.has_files:
            settings = msgspec.convert(status.job.settings, Settings)
            step = self._first_step(discussion, settings)
        with open_jobs(self.folder.jobs_file) as jobs:
            return jobs.restart(status.job.id, _place(discussion, step), actor=actor)

    def _first_step(self, discussion: Discussion, settings: Settings) -> Step:
        with open_store(self._db) as store:
            return first_step(store, discussion.id, settings)

    def _add(self, new: NewJob) -> int:
        self.folder.make()
        with open_jobs(self.folder.jobs_file) as jobs:
            return jobs.add(new)

    def _queue(self, number: int, discussion: Discussion, step: Step) -> None:
        with open_jobs(self.folder.jobs_file) as jobs:
            jobs.queue(number, _place(discussion, step))

    def _forget(self, number: int) -> None:
        """Take back a job that could not be begun."""
        with open_jobs(self.folder.jobs_file) as jobs:
            job = jobs.get(number)
            if job is not None:
                discard_opened(self._db, job)
                if job.uploads is not None:
                    self.folder.remove(job.uploads)
            jobs.forget(number)


def _place(discussion: Discussion, step: Step) -> Place:
    return Place(
        discussion_id=discussion.id, slug=discussion.slug, title=discussion.title, step=step
    )


def current_jobs() -> Jobs:
    """The jobs of the viewer that serves this request."""
    found: Jobs = current_app.extensions["jobs"]
    return found
