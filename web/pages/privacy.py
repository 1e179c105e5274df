"""Privacy of a discussion: what is masked, an original behind its masks, and erasures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.errors import StoreProblem
from synth.masks import Masking, MaskKind
from synth.permissions import Permission
from synth.store import Discussion, Erasure
from web.http.permission import current_actor, needs
from web.http.store import current_store, find_discussion, find_snapshot
from web.jobs.control import current_jobs
from web.services.actors import ActorNames
from web.services.message import message_in
from web.ui.privacy_words import REASONS
from web.ui.templates import render
from web.ui.words import counted

privacy = Blueprint("privacy", __name__)
PATIENCE = 5.0
"""Seconds that an erasure waits for those who read an earlier state of the file."""
MAX_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyContext:
    template: ClassVar[str] = "privacy.html"
    discussion: Discussion
    masks: Mapping[MaskKind, int]
    n_pending: int
    """Messages that are not masked as chosen yet."""
    erasures: Sequence[Erasure]
    names: Mapping[str, str]
    """Actor → name."""
    who: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseContext:
    template: ClassVar[str] = "erase_person.html"
    discussion: Discussion
    pseudonym: str
    n_messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalContext:
    template: ClassVar[str] = "original.html"
    discussion: Discussion
    message_id: int
    author: str | None
    pieces: Sequence[tuple[str, bool]]
    """Words, and whether a mask hides them elsewhere; empty until they are asked for."""
    subject: str | None
    language: str | None
    n_masks: int
    problem: str


@privacy.get("/d/<slug>/privacy")
@needs(Permission.MODERATE)
def form(slug: str) -> str:
    """What is masked and what was erased, to be changed."""
    return _page(find_discussion(slug))


@privacy.post("/d/<slug>/privacy")
@needs(Permission.MODERATE)
def save(slug: str) -> Response:
    """Say what is to be masked; a job does it and makes the map anew."""
    found, store, actor = find_discussion(slug), current_store(), current_actor()
    wanted = next((one for one in Masking if one == request.form.get("masking")), None)
    if wanted is None:
        abort(400, description=_("The form does not say what to do."))
    if not store.discussions.set_masking(found.id, wanted, actor=actor):
        flash(_("Nothing was changed."), "done")
        return redirect(url_for("privacy.form", slug=slug), 303)
    return _rebuilt(found, actor, _("Saved."))


@privacy.get("/d/<slug>/erase")
@needs(Permission.MODERATE)
def erase_form(slug: str) -> str | tuple[str, int]:
    """Say what will be erased of somebody, who is named as the export or the pages do."""
    found, store = find_discussion(slug), current_store()
    who = " ".join(request.args.get("who", "").split())[:MAX_NAME]
    participant = store.participants.find(found.id, who) if who else None
    if participant is None:
        text = _("Nobody in this discussion is called “%(name)s”.", name=who[:80])
        return _page(found, who=who, problem=text), 404
    return render(
        EraseContext(
            discussion=found,
            pseudonym=store.participants.pseudonyms([participant])[participant],
            n_messages=len(store.messages.written_by([participant])),
        )
    )


@privacy.post("/d/<slug>/erase")
@needs(Permission.MODERATE)
def erase(slug: str) -> Response:
    """Erase the words of a participant at once; the map is made anew by a job."""
    found, store = find_discussion(slug), current_store()
    pseudonym = request.form.get("who", "")
    if store.participants.called(found.id, pseudonym) is None:
        abort(404)
    return carry_out_erasure(found, pseudonym)


@privacy.get("/d/<slug>/messages/<int:message_id>/original")
@needs(Permission.MODERATE)
def original_form(slug: str, message_id: int) -> str:
    """Ask why the original is wanted."""
    return _original_page(slug, message_id)


@privacy.post("/d/<slug>/messages/<int:message_id>/original")
@needs(Permission.MODERATE)
def original(slug: str, message_id: int) -> str | tuple[str, int]:
    """Show what the masks of a message hide; who saw it, and why, stands in the audit."""
    reason = request.form.get("reason", "")
    if reason not in REASONS:
        return _original_page(slug, message_id, problem=_("Choose why you need it.")), 422
    found, store = find_discussion(slug), current_store()
    if store.messages.discussion_of(message_id) != found.id:
        abort(404)
    facts = {"message": message_id, "reason": reason}
    store.audit.add(current_actor(), "saw original", discussion_id=found.id, facts=facts)
    g.is_secret = True
    return _original_page(slug, message_id, is_shown=True)


def carry_out_erasure(found: Discussion, pseudonym: str) -> Response:
    """Erase somebody's words, and have the map made anew; tells what was removed."""
    from synth.pipeline import erase_words

    store, actor, jobs = current_store(), current_actor(), current_jobs()
    try:
        erased = erase_words(store, found.id, pseudonym, actor=actor, patience=PATIENCE)
    except StoreProblem:
        abort(404)
    n_uploads = jobs.drop_kept_uploads(found.id)
    if erased.id is not None and n_uploads:
        store.erasures.count(erased.id, {"uploads": n_uploads})
    told = _("Erased: %(messages)s emptied.", messages=counted(erased.n_messages, "message"))
    if not erased.is_gone:
        told += " " + _("The words leave the file when those who read just now are done.")
    return _rebuilt(found, actor, f"{told} " + _("Exports written earlier still hold the words."))


def _rebuilt(found: Discussion, actor: str, told: str) -> Response:
    """Have the map made anew where there is one; leads to the job, or back to the page."""
    from synth.pipeline import last_settings

    flash(told, "done")
    settings = last_settings(current_store(), found.id)
    if settings is None:
        return redirect(url_for("privacy.form", slug=found.slug), 303)
    number = current_jobs().build(found, settings, asked_by=actor)
    return redirect(url_for("jobs.job", number=number), 303)


def _page(found: Discussion, *, who: str = "", problem: str = "") -> str:
    store = current_store()
    erasures, names = store.erasures.of(found.id), ActorNames(store)
    return render(
        PrivacyContext(
            discussion=found,
            masks=store.masks.counts(found.id),
            n_pending=len(store.masks.pending(found.id, found.masking)),
            erasures=erasures,
            names={one.actor: names.of(one.actor) for one in erasures},
            who=who,
            problem=problem,
        )
    )


def _original_page(slug: str, message_id: int, *, is_shown: bool = False, problem: str = "") -> str:
    snapshot = find_snapshot(slug)
    message = message_in(snapshot, message_id)
    if message is None:
        abort(404)
    masks = snapshot.store.masks.of([message_id]).get(message_id)
    pieces: list[tuple[str, bool]] = []
    done = 0
    for mask in masks.text if masks is not None and is_shown else ():
        pieces += [(message.text[done : mask.start], False), (mask.original, True)]
        done = mask.end
    whole = snapshot.store.masks.originals([message_id])[0]
    return render(
        OriginalContext(
            discussion=snapshot.discussion,
            message_id=message_id,
            author=message.author,
            pieces=[*pieces, (message.text[done:], False)] if is_shown else [],
            subject=whole.subject if is_shown else None,
            language=message.language,
            n_masks=0 if masks is None else len(masks.text) + len(masks.subject),
            problem=problem,
        )
    )
