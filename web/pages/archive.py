"""Archive a discussion, delete it after a grace time, or take either back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.permissions import Permission
from synth.store import Discussion
from synth.store.removals import GRACE
from synth.store.rows import now
from web.http.permission import current_actor, needs
from web.http.store import current_store, find_discussion
from web.jobs.control import current_jobs
from web.jobs.visible import visible_jobs
from web.ui.i18n import day
from web.ui.templates import render

archive = Blueprint("archive", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionContext:
    template: ClassVar[str] = "deletion.html"
    discussion: Discussion
    losses: Mapping[str, int]
    """What goes, counted."""
    n_jobs: int
    goes_at: datetime
    """When it is deleted, or would be."""
    problem: str


@archive.post("/d/<slug>/archive")
@needs(Permission.FRAME)
def put(slug: str) -> Response:
    """Let the discussion only be read, or be worked on again."""
    found, wanted = find_discussion(slug), request.form.get("archived")
    if wanted not in {"yes", "no"}:
        abort(400, description=_("The form does not say what to do."))
    discussions, is_archived = current_store().discussions, wanted == "yes"
    if discussions.archive(found.id, is_archived=is_archived, actor=current_actor()):
        flash(_("It is archived.") if is_archived else _("It can be worked on again."), "done")
    return redirect(url_for("settings.form", slug=slug), 303)


@archive.get("/d/<slug>/deletion")
@needs(Permission.FRAME)
def deletion(slug: str) -> str:
    """Say what will be lost, and until when it can be taken back."""
    return _deletion_page(find_discussion(slug))


@archive.post("/d/<slug>/deletion")
@needs(Permission.FRAME)
def delete(slug: str) -> Response | tuple[str, int]:
    """Have the discussion deleted when the grace time is over; its jobs stop now."""
    found, actor = find_discussion(slug), current_actor()
    if request.form.get("sure") != "yes":
        return _deletion_page(found, problem=_("Tick the box to show that you mean it.")), 422
    jobs = current_jobs()
    for status in visible_jobs():
        if status.job.discussion_id == found.id and not status.job.is_over:
            jobs.cancel(status.job.id, actor=actor)
    at = now() + _grace()
    if current_store().removals.ask(found.id, at=at, actor=actor):
        told = _("It is deleted on %(day)s. Until then only facilitators see it.", day=day(at))
        flash(told, "done")
    return redirect(url_for("archive.deletion", slug=slug), 303)


@archive.post("/d/<slug>/deletion/back")
@needs(Permission.FRAME)
def keep(slug: str) -> Response:
    """Take the deletion back."""
    if current_store().removals.take_back(find_discussion(slug).id, actor=current_actor()):
        flash(_("It stays."), "done")
    return redirect(url_for("settings.form", slug=slug), 303)


def _grace() -> timedelta:
    grace: timedelta = current_app.config.get("GRACE", GRACE)
    return grace


def _deletion_page(found: Discussion, *, problem: str = "") -> str:
    return render(
        DeletionContext(
            discussion=found,
            losses=current_store().removals.losses(found.id),
            n_jobs=sum(one.job.discussion_id == found.id for one in visible_jobs()),
            goes_at=found.goes_at or now() + _grace(),
            problem=problem,
        )
    )
