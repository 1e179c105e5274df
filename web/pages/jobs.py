"""Jobs: which run and wait, how far each is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.permissions import Permission
from synth.store import Discussion
from web.http.answer_cache import do_not_cache
from web.http.permission import current_actor, open_to_all, require, require_upload
from web.http.store import current_store
from web.jobs.control import JobStatus, current_jobs
from web.jobs.visible import find_job, visible_jobs
from web.pages.uploads import open_discussion
from web.ui.templates import render

jobs = Blueprint("jobs", __name__, url_prefix="/jobs")
N_PROBLEMS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsContext:
    template: ClassVar[str] = "jobs.html"
    running: Sequence[JobStatus]
    """And those that wait."""
    over: Sequence[JobStatus]
    names: Mapping[str, str]
    """Of members, by how jobs name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    template: ClassVar[str] = "job.html"
    status: JobStatus
    problems: Sequence[str]
    """The first ``N_PROBLEMS``."""
    names: Mapping[str, str]
    """Of members, by how jobs name them."""


@jobs.get("")
@open_to_all
def all_jobs() -> str:
    """What runs and waits, and what is over."""
    require_upload()
    do_not_cache()
    found = visible_jobs()
    return render(
        JobsContext(
            running=[status for status in found if not status.job.is_over],
            over=[status for status in found if status.job.is_over],
            names=current_store().members.names(),
        )
    )


@jobs.get("/<int:number>")
@open_to_all
def job(number: int) -> str:
    """How far a job is, and what came of it."""
    do_not_cache()
    status = find_job(number)
    names = current_store().members.names()
    problems = status.report.problems[:N_PROBLEMS]
    return render(JobContext(status=status, problems=problems, names=names))


@jobs.post("/<int:number>/cancel")
@open_to_all
def cancel(number: int) -> Response:
    """Stop it; what it did so far is taken back."""
    find_job(number)
    current_jobs().cancel(number, actor=current_actor())
    return redirect(url_for("jobs.job", number=number), 303)


@jobs.post("/<int:number>/restart")
@open_to_all
def restart(number: int) -> Response:
    """Do it again, with the files that are still there."""
    status = find_job(number)
    if not current_jobs().restart(
        status, opens=lambda: _discussion_of(status), actor=current_actor()
    ):
        flash(_("This job cannot be started again."), "problem")
    return redirect(url_for("jobs.job", number=number), 303)


def _discussion_of(status: JobStatus) -> Discussion:
    """The job's discussion; opened again where it went with the failure. Ends the request of those
    who may no longer ask for such a job."""
    discussions = current_store().discussions
    there = discussions.find(status.job.slug) if status.job.discussion_id is not None else None
    if there is None and not status.has_files:
        abort(404)
    if there is None:
        require(Permission.START)
        return open_discussion(status.job.title)
    require(Permission.UPLOAD if status.has_files else Permission.BUILD, there)
    return there
