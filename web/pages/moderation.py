"""Hide messages with a reason, show them again; the log of it, and the policy that readers see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as WerkzeugResponse

from synth.permissions import Permission
from synth.records import CHOSEN_REASONS, HiddenReason, Message
from synth.store import Discussion, HiddenMessage, HiddenParticipant
from synth.store.rows import time_text
from web.http.csv_answer import csv_answer
from web.http.permission import current_actor, needs
from web.http.store import current_store, find_discussion, find_snapshot
from web.pages.discussions import paragraphs_of
from web.pages.threads import find_message, place_of
from web.services.actors import ActorNames
from web.services.csv_text import csv_of
from web.ui.i18n import number
from web.ui.moderation_words import usual_policy
from web.ui.query import Paging, asked_page
from web.ui.templates import render
from web.ui.words import counted

moderation = Blueprint("moderation", __name__)
PER_PAGE = 20
MAX_NOTE = 500
MAX_POLICY = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationContext:
    template: ClassVar[str] = "moderation.html"
    discussion: Discussion
    counts: Mapping[HiddenReason, int]
    participants: Sequence[HiddenParticipant]
    messages: Sequence[HiddenMessage]
    names: Mapping[str, str]
    """Actor → name."""
    paging: Paging
    policy: str
    problem: str
    max_policy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HideContext:
    template: ClassVar[str] = "hide.html"
    discussion: Discussion
    message: Message
    reasons: Sequence[HiddenReason]
    n_of_author: int
    """Messages of the same participant that are shown, this one too; 0 where it is anonymous."""
    problem: str
    max_note: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyContext:
    template: ClassVar[str] = "policy.html"
    discussion: Discussion
    paragraphs: Sequence[str]
    counts: Mapping[HiddenReason, int]
    reasons: Sequence[HiddenReason]


@moderation.get("/d/<slug>/moderation")
@needs(Permission.MODERATE)
def listing(slug: str) -> str:
    """What is hidden, with its words; the policy to write."""
    return _listing_page(find_discussion(slug))


@moderation.get("/d/<slug>/moderation.csv")
@needs(Permission.MODERATE)
def log(slug: str) -> Response:
    """Who hid and showed what, when and why; no words of anybody."""
    found, store = find_discussion(slug), current_store()
    names = ActorNames(store)
    rows = [
        (
            time_text(one.at),
            names.of(one.actor),
            one.verb,
            one.message_id,
            one.participant,
            one.reason,
        )
        for one in store.hidden.log(found.id)
    ]
    columns = ("at", "who", "action", "message_id", "participant", "reason")
    return csv_answer(csv_of(columns, rows), f"{slug}-moderation.csv")


@moderation.get("/d/<slug>/messages/<int:message_id>/hide")
@needs(Permission.MODERATE)
def hide_form(slug: str, message_id: int) -> str:
    """Choose why."""
    found = find_snapshot(slug)
    return _hide_page(found.discussion, find_message(found, message_id))


@moderation.post("/d/<slug>/messages/<int:message_id>/hide")
@needs(Permission.MODERATE)
def hide(slug: str, message_id: int) -> WerkzeugResponse | tuple[str, int]:
    """Hide the message, or all of its author."""
    from synth.pipeline.moderation import hide_messages, hide_participant, ruling_of

    snapshot, store = find_snapshot(slug), current_store()
    message = find_message(snapshot, message_id)
    chosen = request.form.get("reason", "")
    if chosen not in CHOSEN_REASONS:
        problem = _("Choose a reason.")
        return _hide_page(snapshot.discussion, message, problem=problem), 422
    ruling = ruling_of(chosen, note=request.form.get("note", "")[:MAX_NOTE], actor=current_actor())
    if request.form.get("which") == "all" and message.participant_id is not None:
        done = hide_participant(store, snapshot.id, message.participant_id, ruling)
    else:
        done = hide_messages(store, snapshot.id, [message_id], ruling)
    n_hidden, n_ideas = done
    told = _("Hidden: %(messages)s.", messages=counted(n_hidden, "message"))
    if n_ideas:
        told += " " + _(
            "Titles or summaries made of these words are covered: %(ideas)s. Make the map anew "
            "to have them named again (About this map).",
            ideas=counted(n_ideas, "idea"),
        )
    flash(told, "done")
    there = find_message(find_snapshot(slug), message_id)
    return redirect(place_of(store, slug, there), 303)


@moderation.post("/d/<slug>/moderation/show")
@needs(Permission.MODERATE)
def show(slug: str) -> WerkzeugResponse:
    """Show a message, or all of a participant, again."""
    from synth.pipeline.consent import show_unless_refused
    from synth.pipeline.moderation import show_messages

    found, store, actor = find_discussion(slug), current_store(), current_actor()
    message_id = request.form.get("message", type=int)
    participant_id = request.form.get("participant", type=int)
    if message_id is not None:
        n_shown = show_messages(store, found.id, [message_id], actor=actor)
    elif participant_id is not None:
        n_of_them = show_unless_refused(store, found.id, participant_id, actor=actor)
        if n_of_them is None:
            abort(409, description=_("Their author does not consent to it."))
        n_shown = n_of_them
    else:
        abort(400, description=_("The form does not say what to do."))
    flash(_("Shown again: %(messages)s.", messages=counted(n_shown, "message")), "done")
    return redirect(url_for("moderation.listing", slug=slug), 303)


@moderation.get("/d/<slug>/policy")
def policy(slug: str) -> str:
    """What is hidden here and why, how much of it, and whom to ask."""
    snapshot = find_snapshot(slug)
    own = paragraphs_of(snapshot.store.hidden.policy(snapshot.id))
    return render(
        PolicyContext(
            discussion=snapshot.discussion,
            paragraphs=own or usual_policy(),
            counts=snapshot.store.hidden.counts(snapshot.id),
            reasons=tuple(HiddenReason),
        )
    )


@moderation.post("/d/<slug>/policy")
@needs(Permission.MODERATE)
def write_policy(slug: str) -> WerkzeugResponse | tuple[str, int]:
    """Keep the policy in the facilitators' own words; nothing brings the usual text back."""
    found = find_discussion(slug)
    text = request.form.get("policy", "").replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > MAX_POLICY:
        problem = _("It is longer than %(n)s letters.", n=number(MAX_POLICY))
        return _listing_page(found, policy=text, problem=problem), 422
    if current_store().hidden.set_policy(found.id, text, actor=current_actor()):
        flash(_("Saved."), "done")
    return redirect(url_for("moderation.listing", slug=slug), 303)


def _listing_page(found: Discussion, *, policy: str | None = None, problem: str = "") -> str:
    store = current_store()
    counts = store.hidden.counts(found.id)
    paging = asked_page(PER_PAGE).of(sum(counts.values()))
    messages = store.hidden.all(found.id, limit=paging.size, offset=paging.offset)
    participants = store.hidden.participants(found.id)
    names = ActorNames(store)
    rulings = [one.ruling for one in messages] + [one.ruling for one in participants]
    return render(
        ModerationContext(
            discussion=found,
            counts=counts,
            participants=participants,
            messages=messages,
            names={one.actor: names.of(one.actor) for one in rulings},
            paging=paging,
            policy=store.hidden.policy(found.id) if policy is None else policy,
            problem=problem,
            max_policy=MAX_POLICY,
        )
    )


def _hide_page(found: Discussion, message: Message, *, problem: str = "") -> str:
    theirs = [] if message.participant_id is None else [message.participant_id]
    return render(
        HideContext(
            discussion=found,
            message=message,
            reasons=CHOSEN_REASONS,
            n_of_author=len(current_store().messages.written_by(theirs)),
            problem=problem,
            max_note=MAX_NOTE,
        )
    )
