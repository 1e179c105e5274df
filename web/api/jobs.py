"""Jobs: what runs and waits, and how far each is."""

from __future__ import annotations

from flask import abort
from flask_babel import gettext as _

from web.api.answers import Items
from web.api.job_answers import Job, JobSummary
from web.api.openapi import operation
from web.http.answer_cache import do_not_cache
from web.http.security import writers_only
from web.jobs import current_jobs


@operation("/jobs", "Jobs that run and wait, then those that are over", is_for_writers=True)
@writers_only
def jobs() -> Items[JobSummary]:
    do_not_cache()
    return Items(items=[JobSummary.of_job(status) for status in current_jobs().last()])


@operation("/jobs/<int:number>", "How far a job is", is_for_writers=True)
@writers_only
def job(number: int) -> Job:
    do_not_cache()
    status = current_jobs().get(number)
    if status is None:
        abort(404, description=_("There is no such job."))
    return Job.of_job(status)
