"""The sign-off: all ideas are confirmed at once, and the frame that they make stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.corrections import sign_off as sign_all_off
from synth.corrections import take_sign_off_back
from synth.errors import CorrectionRefused
from synth.permissions import Permission
from synth.records import IdeaStatus
from synth.store import Discussion
from web.http.permission import current_actor, needs
from web.http.store import find_snapshot
from web.pages.corrections import tell_done
from web.ui.refusals import refusal
from web.ui.templates import render

sign_off = Blueprint("sign_off", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffContext:
    template: ClassVar[str] = "sign_off.html"
    discussion: Discussion
    signed_off_at: datetime | None
    n_ideas: int
    n_confirmed: int
    """Of these, those that a person confirmed one by one."""
    n_tentative: int
    n_new: int
    """Ideas that came since the sign-off."""


@sign_off.get("/d/<slug>/sign-off")
@needs(Permission.SIGN_OFF)
def form(slug: str) -> str:
    """What a sign-off means, and whether there is one."""
    snapshot = find_snapshot(slug)
    ideas = [branch.idea for branch in snapshot.outline.in_order()]
    return render(
        SignOffContext(
            discussion=snapshot.discussion,
            signed_off_at=snapshot.store.corrections.signed_off_at(snapshot.id),
            n_ideas=len(ideas),
            n_confirmed=sum(idea.status is IdeaStatus.CONFIRMED for idea in ideas),
            n_tentative=sum(idea.is_tentative for idea in ideas),
            n_new=sum(branch.is_new for branch in snapshot.outline.in_order()),
        )
    )


@sign_off.post("/d/<slug>/sign-off")
@needs(Permission.SIGN_OFF)
def save(slug: str) -> Response:
    """Sign all ideas off, or take that back."""
    snapshot = find_snapshot(slug)
    is_back = request.form.get("answer") == "back"
    change = take_sign_off_back if is_back else sign_all_off
    outline = url_for("maps.outline", slug=slug)
    try:
        change(snapshot.store, snapshot.id, actor=current_actor())
    except CorrectionRefused as refused:
        flash(refusal(refused), "problem")
        return redirect(url_for("sign_off.form", slug=slug), 303)
    event_id = snapshot.store.corrections.version(snapshot.id)
    undo = url_for("corrections.undo", slug=slug, event_id=event_id)
    said = _("The sign-off is taken back.") if is_back else _("All ideas are signed off.")
    tell_done(said, undo=undo, back=outline)
    return redirect(outline, 303)
