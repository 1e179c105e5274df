"""How long the names of participants are kept, told with the day on which they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.permissions import Permission
from synth.store import Discussion
from synth.store.retention import RetentionPlan
from web.http.permission import current_actor, needs
from web.http.store import current_store, find_discussion
from web.ui.i18n import number
from web.ui.templates import render

retention = Blueprint("retention", __name__)
MAX_DAYS = 3_650
PATIENCE = 5.0
"""Seconds that names that are erased now wait for those who read an earlier state of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionContext:
    template: ClassVar[str] = "retention.html"
    discussion: Discussion
    plan: RetentionPlan
    days: str
    """As it stands in the form."""
    max_days: int
    problem: str
    not_sure: bool
    """Whether names were to be erased now without the box being ticked."""


@retention.get("/d/<slug>/retention")
@needs(Permission.FRAME)
def page(slug: str) -> str:
    """What is kept, and until when."""
    return _page(find_discussion(slug))


@retention.post("/d/<slug>/retention")
@needs(Permission.FRAME)
def save(slug: str) -> Response | tuple[str, int]:
    """Say for how many days names are kept; nothing: until somebody erases them."""
    found, sent = find_discussion(slug), request.form.get("days", "").strip()
    if sent and not (sent.isascii() and sent.isdigit() and 0 < int(sent) <= MAX_DAYS):
        problem = _("Write a number of days up to %(n)s, or nothing.", n=number(MAX_DAYS))
        return _page(found, days=sent, problem=problem), 422
    days = int(sent) if sent else None
    is_new = current_store().retention.set_days(found.id, days, actor=current_actor())
    flash(_("Saved.") if is_new else _("Nothing was changed."), "done")
    return redirect(url_for("retention.page", slug=slug), 303)


@retention.post("/d/<slug>/retention/now")
@needs(Permission.FRAME)
def erase_now(slug: str) -> Response | tuple[str, int]:
    """Erase all names that are kept, at once."""
    from synth.pipeline.retention import erase_names

    found = find_discussion(slug)
    if request.form.get("sure") != "yes":
        return _page(found, not_sure=True), 422
    n_names, is_gone = erase_names(
        current_store(), found.id, actor=current_actor(), patience=PATIENCE
    )
    told = _("Erased: %(n)s names. The map is made anew as a whole next time.", n=number(n_names))
    if not is_gone:
        told += " " + _("They leave the file when those who read just now are done.")
    flash(told, "done")
    return redirect(url_for("retention.page", slug=slug), 303)


def _page(
    found: Discussion, *, days: str | None = None, problem: str = "", not_sure: bool = False
) -> str:
    plan = current_store().retention.plan(found.id)
    return render(
        RetentionContext(
            discussion=found,
            plan=plan,
            days=("" if plan.days is None else str(plan.days)) if days is None else days,
            max_days=MAX_DAYS,
            problem=problem,
            not_sure=not_sure,
        )
    )
