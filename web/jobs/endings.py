"""How a job's report stands in its row, and what is left to do when a job is over."""

from __future__ import annotations

from pathlib import Path

import msgspec

from synth.store import Job, JobState, open_store
from synth.store.jobs import Jobs
from web.jobs.folder import JobFolder
from web.jobs.report import Report


def report_of(job: Job) -> Report:
    """The last report of a job, which says nothing yet before it began."""
    if not job.report:
        return Report(step=job.step)
    return msgspec.json.decode(job.report, type=Report)


def written(report: Report) -> str:
    """As the jobs file keeps it."""
    return msgspec.json.encode(report).decode()


def died_of(why: str) -> str:
    """One line for a process that ended before its time; ``why``: a signal or an exit status."""
    return (
        f"The process that made the map ended before its time ({why}); "
        "the machine may be short of memory: close other programs, or choose the quality draft."
    )


def end(jobs: Jobs, job: Job, state: JobState, *, report: Report, folder: JobFolder) -> None:
    """The job is over: note how, and remove its files unless it may be started again."""
    if not report.is_kept and job.discussion_id is not None:
        jobs.leave_discussion(job.discussion_id)
    jobs.tell(job.id, step=report.step, report=written(report))
    if state is not JobState.INTERRUPTED and job.uploads is not None:
        drop_uploads(jobs, job, folder)
    jobs.finish(job.id, state, error=report.error)


def drop_uploads(jobs: Jobs, job: Job, folder: JobFolder) -> None:
    """Remove the files of a job that needs them no longer."""
    assert job.uploads is not None
    folder.remove(job.uploads)
    jobs.drop_uploads(job.id)


def discard_opened(db: Path, job: Job) -> bool:
    """Remove the discussion that was opened for a job, if it is still empty; says if it did."""
    if not job.is_first:
        return False
    with open_store(db) as store:
        if job.discussion_id is not None:
            return store.discussions.discard_empty(job.discussion_id)
        # Cut off between the discussion and the note of it.
        for found in store.discussions.all():
            if (found.title, found.n_messages) == (
                job.title,
                0,
            ) and found.created_at >= job.asked_at:
                return store.discussions.discard_empty(found.id)
    return False
