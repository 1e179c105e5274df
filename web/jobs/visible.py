"""Which jobs who sent a request may see: their own, and those over what they may build."""

from __future__ import annotations

from flask import abort
from flask_babel import gettext as _

from synth.permissions import Permission, allows
from web.http.permission import current_person, role_here
from web.http.store import current_store
from web.jobs.control import JobStatus, current_jobs


def find_job(number: int) -> JobStatus:
    """The job with that number; 404 where there is none that who sent this request may see."""
    status = current_jobs().get(number)
    if status is None or not _may_see(status):
        abort(404, description=_("There is no such job."))
    return status


def visible_jobs() -> list[JobStatus]:
    """Those that are not over, then the others; the newest first, as far as who sent this request
    may see them."""
    return [one for one in current_jobs().last() if _may_see(one)]


def _may_see(status: JobStatus) -> bool:
    """One's own, and those over discussions that one may build, or could if they were not archived:
    a job that began before can be stopped."""
    person, slug = current_person(), status.job.slug
    if person.is_owner or (person.member is not None and person.actor == status.job.asked_by):
        return True
    found = current_store().discussions.find(slug) if slug else None
    if found is None or found.slug != slug or found.id != status.job.discussion_id:
        return False  # not by the slug alone: another discussion may have it now
    return allows(role_here(found), Permission.BUILD)
