"""Jobs: what runs and waits, and how far each is."""

from __future__ import annotations

from web.api.answers import Items
from web.api.job_answers import Job, JobSummary
from web.api.openapi import operation
from web.http.answer_cache import do_not_cache
from web.http.permission import require_upload
from web.jobs.visible import find_job, visible_jobs


@operation("/jobs", "Jobs that run and wait, then those that are over", is_open=True)
def jobs() -> Items[JobSummary]:
    require_upload()
    do_not_cache()
    return Items(items=[JobSummary.of_job(status) for status in visible_jobs()])


@operation("/jobs/<int:number>", "How far a job is", is_open=True)
def job(number: int) -> Job:
    do_not_cache()
    return Job.of_job(find_job(number))
