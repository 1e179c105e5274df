"""Jobs: which run and wait, how far each is, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.store import Discussion
from web.http.answer_cache import do_not_cache
from web.http.security import writers_only
from web.http.store import current_store
from web.jobs import JobStatus, current_jobs
from web.pages.uploads import ACTOR
from web.ui.templates import render

jobs = Blueprint("jobs", __name__, url_prefix="/jobs")
N_PROBLEMS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsContext:
    template: ClassVar[str] = "jobs.html"
    running: Sequence[JobStatus]
    """And those that wait."""
    over: Sequence[JobStatus]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    template: ClassVar[str] = "job.html"
    status: JobStatus
    problems: Sequence[str]
    """The first ``N_PROBLEMS``."""


@jobs.get("")
@writers_only
def all_jobs() -> str:
    """What runs and waits, and what is over."""
    do_not_cache()
    found = current_jobs().last()
    return render(
        JobsContext(
            running=[status for status in found if not status.job.is_over],
            over=[status for status in found if status.job.is_over],
        )
    )


@jobs.get("/<int:number>")
@writers_only
def job(number: int) -> str:
    """How far a job is, and what came of it."""
    do_not_cache()
    status = find_job(number)
    return render(JobContext(status=status, problems=status.report.problems[:N_PROBLEMS]))


@jobs.post("/<int:number>/cancel")
@writers_only
def cancel(number: int) -> Response:
    """Stop it; what it did so far is taken back."""
    find_job(number)
    current_jobs().cancel(number, actor=ACTOR)
    return redirect(url_for("jobs.job", number=number), 303)


@jobs.post("/<int:number>/restart")
@writers_only
def restart(number: int) -> Response:
    """Do it again, with the files that are still there."""
    status = find_job(number)
    if not current_jobs().restart(status, opens=lambda: _discussion_of(status), actor=ACTOR):
        flash(_("This job cannot be started again."), "problem")
    return redirect(url_for("jobs.job", number=number), 303)


def find_job(number: int) -> JobStatus:
    """The job with that number; 404 where there is none that this reader may see."""
    status = current_jobs().get(number)
    if status is None:
        abort(404, description=_("There is no such job."))
    return status


def _discussion_of(status: JobStatus) -> Discussion:
    """The job's discussion; opened again where it went with the failure."""
    discussions = current_store().discussions
    there = discussions.find(status.job.slug) if status.job.discussion_id is not None else None
    if there is None and not status.has_files:
        abort(404)
    return there or discussions.add(status.job.title)
