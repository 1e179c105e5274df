"""Key passages: the machine suggests, people take, adjust or reject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import ClassVar

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from synth.errors import EditConflict, StoreProblem, StoreTrouble
from synth.permissions import Permission
from synth.records import Extract, ExtractState, Message, Nature
from synth.store import (
    Discussion,
    version_of_extract,
    version_of_text,
)
from web.http.permission import current_actor, needs
from web.http.store import current_store, find_snapshot
from web.pages.harvest_forms import (
    ACTIONS,
    BadWords,
    SentDecision,
    SentTaking,
    change_of,
    changed_facts,
    chosen_span,
    form_nature,
    form_tags,
    sent_decision,
    sent_taking,
)
from web.pages.threads import find_message
from web.services.actors import name_of
from web.services.outline import Branch
from web.services.quotes import Quoted, quote_extracts, quote_placements
from web.services.snapshot import Snapshot
from web.ui.query import Paging, asked_page
from web.ui.templates import render

harvest = Blueprint("harvest", __name__)
PER_PAGE = 30
_GONE = lazy_gettext("This suggestion is gone; the map may have been made anew.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key passage with the words as they stand in the message."""

    extract: Extract
    quoted: Quoted

    @property
    def version(self) -> str:
        """A form carries it, so that a change by somebody else meanwhile is noticed."""
        return version_of_extract(self.extract)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGroup:
    """Key passages under one idea; None for those under no idea."""

    idea: Branch | None
    keys: Sequence[Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyContext:
    template: ClassVar[str] = "key.html"
    discussion: Discussion
    groups: Sequence[KeyGroup]
    state: ExtractState
    nature: Nature | None
    n_of_state: dict[ExtractState, int]
    then: dict[int, int]
    """Extract id → the one after it, where the page returns to when this one leaves."""
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyConflictContext:
    template: ClassVar[str] = "key_conflict.html"
    discussion: Discussion
    key: Key
    """As it is now."""
    who: str
    changed: str
    """What they changed, in words; empty where nobody knows."""
    sent: SentDecision
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeContext:
    template: ClassVar[str] = "take.html"
    discussion: Discussion
    message: Message
    version: str
    """Of the message's words, in which the places are chosen."""
    choices: Sequence[tuple[str, Quoted]]
    """(``start:end``, words) of the passages of the message."""
    sent: SentTaking
    problem: str
    was_chosen: str = ""
    """Words of an earlier version of the message that the person chose."""


@harvest.get("/d/<slug>/key")
def key(slug: str) -> str:
    """Key passages in one state, by idea."""
    snapshot = find_snapshot(slug)
    found, store = snapshot.discussion, snapshot.store
    state = request.args.get("state", type=ExtractState) or ExtractState.SUGGESTED
    nature = request.args.get("nature", type=Nature)
    counts = store.extracts.shown_counts(found.id)
    n_chosen = sum(n for (s, kind), n in counts.items() if s is state and nature in (None, kind))
    asked = asked_page(PER_PAGE).of(n_chosen)
    page = store.extracts.by_idea(found.id, state, nature, limit=asked.size, offset=asked.offset)
    return render(
        KeyContext(
            discussion=found,
            groups=_groups(snapshot, page),
            state=state,
            nature=nature,
            n_of_state=count_states(counts),
            then={a.id: b.id for a, b in pairwise(page)},
            paging=asked,
        )
    )


def count_states(counts: Mapping[tuple[ExtractState, Nature], int]) -> dict[ExtractState, int]:
    """How many key passages are in each state; ``counts`` by state and nature."""
    return {
        state: sum(n for (one, _nature), n in counts.items() if one is state)
        for state in ExtractState
    }


@harvest.post("/d/<slug>/key/<int:extract_id>")
@needs(Permission.HARVEST)
def decide(slug: str, extract_id: int) -> Response | tuple[str, int]:
    """Take, reject, put back or adjust one; then back to where the form stood."""
    snapshot = find_snapshot(slug)
    store = snapshot.store
    extract = store.extracts.get(extract_id)
    if extract is None or store.extracts.discussion_of(extract_id) != snapshot.id:
        abort(404, description=_GONE)
    if request.form.get("action") not in ACTIONS:
        abort(400, description=_("The form does not say what to do."))
    state, told = ACTIONS[request.form["action"]]
    now = version_of_extract(extract)
    seen = request.form.get("version", now)
    try:
        change = change_of(store, extract, state)
        store.extracts.decide(extract_id, change, actor=current_actor(), version=seen)
    except BadWords as problem:
        if seen != now:  # the number was given again, to words of another message
            abort(404, description=_GONE)
        flash(str(problem), "problem")
        return redirect(_back(slug, anchor=extract_id), 303)
    except EditConflict as conflict:
        return _conflict_page(snapshot, extract_id, conflict), 409
    flash(str(told), "done")
    stays = state is None or state is request.form.get("state", type=ExtractState)
    return redirect(
        _back(slug, anchor=extract_id if stays else request.form.get("then", type=int)), 303
    )


@harvest.get("/d/<slug>/messages/<int:message_id>/take")
@needs(Permission.HARVEST)
def choose(slug: str, message_id: int) -> str:
    """Choose words of a message to take."""
    return _take_page(slug, message_id, SentTaking())


@harvest.post("/d/<slug>/messages/<int:message_id>/take")
@needs(Permission.HARVEST)
def take(slug: str, message_id: int) -> Response | tuple[str, int]:
    """Take words that nobody suggested; then back to the message in its thread."""
    message = find_message(find_snapshot(slug), message_id)
    sent = sent_taking()
    # Words that were typed are looked for in the message as it is now.
    version = None if sent.words.strip() else request.form.get("version")
    try:
        span = chosen_span(message, sent.words)
        current_store().extracts.take(
            message_id,
            span,
            nature=form_nature(),
            tags=form_tags(),
            actor=current_actor(),
            version=version,
        )
    except BadWords as problem:
        return _take_page(slug, message_id, sent, problem=str(problem)), 422
    except EditConflict as conflict:
        chosen = str(conflict.wanted.get("quote", ""))
        told = _(
            "The message was edited after you opened this page, so nothing was taken. These are "
            "its words as they are now: please choose again."
        )
        sent = replace(sent, span="")
        return _take_page(slug, message_id, sent, problem=told, was_chosen=chosen), 409
    except StoreProblem as problem:
        if problem.trouble is not StoreTrouble.OTHER:
            raise
        return _take_page(slug, message_id, sent, problem=f"{problem}."), 422
    flash(_("Taken."), "done")
    return redirect(url_for("threads.message", slug=slug, message_id=message_id), 303)


def _take_page(
    slug: str, message_id: int, sent: SentTaking, *, problem: str = "", was_chosen: str = ""
) -> str:
    snapshot = find_snapshot(slug)
    message = find_message(snapshot, message_id)
    placements = snapshot.store.ideas.of_messages([message_id]).get(message_id, [])
    quoted = quote_placements(snapshot, placements)
    spans = [f"{p.start}:{p.end}" for p in placements]
    return render(
        TakeContext(
            discussion=snapshot.discussion,
            message=message,
            version=version_of_text(message.text),
            choices=list(zip(spans, quoted, strict=True)),
            sent=sent,
            problem=problem,
            was_chosen=was_chosen,
        )
    )


def _conflict_page(snapshot: Snapshot, extract_id: int, conflict: EditConflict) -> str:
    """Both what stands there now and what the person sent."""
    extract = snapshot.store.extracts.get(extract_id)
    if extract is None:
        abort(404, description=_GONE)
    (quoted,) = quote_extracts(snapshot, [extract])
    return render(
        KeyConflictContext(
            discussion=snapshot.discussion,
            key=Key(extract=extract, quoted=quoted),
            who=name_of(snapshot.store, conflict.actor),
            changed=changed_facts(conflict),
            sent=sent_decision(),
            back=_back(snapshot.discussion.slug, anchor=extract_id),
        )
    )


def _groups(snapshot: Snapshot, page: Sequence[Extract]) -> list[KeyGroup]:
    keys = [
        Key(extract=extract, quoted=quoted)
        for extract, quoted in zip(page, quote_extracts(snapshot, page), strict=True)
    ]
    return [
        KeyGroup(idea=idea, keys=list(group))
        for idea, group in groupby(keys, key=lambda k: k.quoted.idea)
    ]


def _back(slug: str, *, anchor: int | None) -> str:
    """The list as the form was shown in it."""
    state, nature = (
        request.form.get("state", type=ExtractState),
        request.form.get("filter", type=Nature),
    )
    page = request.form.get("page", 1, type=int)
    return url_for(
        "harvest.key",
        slug=slug,
        state=None if state is ExtractState.SUGGESTED else state,
        nature=nature,
        page=page if page > 1 else None,
        _anchor=None if anchor is None else f"e{anchor}",
    )
