"""Proposed corrections: what is asked for, by how many; accepted, or declined with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.corrections.proposals import accept_proposal, decline_proposal, grouped
from synth.errors import CorrectionRefused
from synth.permissions import Permission
from synth.store import Discussion
from web.http.permission import current_actor, may_here, needs
from web.http.store import find_snapshot
from web.pages.corrections import tell_done
from web.services.proposals import ShownProposal, shown_proposals
from web.ui.query import Choice, asked_choice, choices
from web.ui.refusals import refusal
from web.ui.templates import render

proposals = Blueprint("proposals", __name__)
MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsContext:
    template: ClassVar[str] = "proposals.html"
    discussion: Discussion
    proposals: Sequence[ShownProposal]
    """What most people ask for first."""
    state: str
    states: Sequence[Choice]
    max_reason: int = MAX_REASON


@proposals.get("/d/<slug>/proposals")
@needs(Permission.PROPOSE)
def listing(slug: str) -> str:
    """What is asked for, what most people ask for first; ``?state=`` shows what was answered.

    Who may not correct sees what they asked for themselves, and how many others do.
    """
    snapshot = find_snapshot(slug)
    states = {"open": _("Open"), "accepted": _("Accepted"), "declined": _("Declined")}
    state = asked_choice("state", states)
    found = grouped(snapshot.store, snapshot.id, state)
    asker = None if may_here(Permission.CORRECT) else current_actor()
    if asker is not None:
        found = [group for group in found if group.is_asked_by(asker)]
    return render(
        ProposalsContext(
            discussion=snapshot.discussion,
            proposals=shown_proposals(snapshot, found, asker=asker),
            state=state,
            states=choices("state", states, state),
        )
    )


@proposals.post("/d/<slug>/proposals/<int:proposal_id>")
@needs(Permission.CORRECT)
def answer(slug: str, proposal_id: int) -> Response:
    """Accept it, which carries it out, or decline it with a reason."""
    snapshot = find_snapshot(slug)
    store, here = snapshot.store, url_for("proposals.listing", slug=slug)
    try:
        if request.form.get("answer") == "accept":
            event_id = accept_proposal(store, snapshot.id, proposal_id, actor=current_actor())
            undo = url_for("corrections.undo", slug=slug, event_id=event_id)
            tell_done(_("Accepted, and done."), undo=undo, back=here)
        else:
            reason = request.form.get("reason", "").replace("\0", "")[:MAX_REASON]
            decline_proposal(store, snapshot.id, proposal_id, reason=reason, actor=current_actor())
            flash(_("Declined."), "done")
    except CorrectionRefused as refused:
        flash(refusal(refused), "problem")
    return redirect(here, 303)
