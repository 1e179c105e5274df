"""Key passages: the machine suggests, people take, adjust or reject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import ClassVar, Literal

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from synth.errors import StoreProblem
from synth.records import Extract, ExtractState, Message, Nature, Span
from synth.store import Discussion, ExtractChange, Store
from web.http.security import writers_only
from web.http.store import current_store, find_snapshot
from web.pages.threads import find_message
from web.services.outline import Branch
from web.services.quotes import (
    Quoted,
    find_span,
    parse_span,
    quote_extracts,
    quote_placements,
    shortened,
    widen,
)
from web.services.snapshot import Snapshot
from web.ui.query import Paging, asked_page
from web.ui.templates import render

harvest = Blueprint("harvest", __name__)
PER_PAGE = 30
ACTOR = "person"
"""Who decides, as long as there are no accounts."""
MAX_TAGS = 12
MAX_TAG_LETTERS = 40
MAX_QUOTE_LETTERS = 80
"""Of the words that a notice repeats."""
ACTIONS = {
    "take": (ExtractState.TAKEN, lazy_gettext("Taken.")),
    "reject": (ExtractState.REJECTED, lazy_gettext("Rejected.")),
    "undo": (ExtractState.SUGGESTED, lazy_gettext("Back among the suggestions.")),
    "save": (None, lazy_gettext("Saved.")),
    "before": (None, lazy_gettext("The sentence before is part of it now.")),
    "after": (None, lazy_gettext("The sentence after is part of it now.")),
}


class BadWords(Exception):
    """What the form asked for cannot be done; said to the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key passage with the words as they stand in the message."""

    extract: Extract
    quoted: Quoted


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
class TakeContext:
    template: ClassVar[str] = "take.html"
    discussion: Discussion
    message: Message
    choices: Sequence[tuple[str, Quoted]]
    """(``start:end``, words) of the passages of the message."""
    words: str
    problem: str


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
@writers_only
def decide(slug: str, extract_id: int) -> Response:
    """Take, reject, put back or adjust one; then back to where the form stood."""
    snapshot = find_snapshot(slug)
    store = snapshot.store
    extract = store.extracts.get(extract_id)
    if extract is None or store.extracts.discussion_of(extract_id) != snapshot.id:
        abort(404, description=_("This suggestion is gone; the map may have been made anew."))
    if request.form.get("action") not in ACTIONS:
        abort(400, description=_("The form does not say what to do."))
    state, told = ACTIONS[request.form["action"]]
    try:
        store.extracts.decide(extract_id, _change(store, extract, state), actor=ACTOR)
    except BadWords as problem:
        flash(str(problem), "problem")
        return redirect(_back(slug, anchor=extract_id), 303)
    flash(str(told), "done")
    stays = state is None or state is request.form.get("state", type=ExtractState)
    return redirect(
        _back(slug, anchor=extract_id if stays else request.form.get("then", type=int)), 303
    )


@harvest.get("/d/<slug>/messages/<int:message_id>/take")
@writers_only
def choose(slug: str, message_id: int) -> str:
    """Choose words of a message to take."""
    return _take_page(slug, message_id, words="", problem="")


@harvest.post("/d/<slug>/messages/<int:message_id>/take")
@writers_only
def take(slug: str, message_id: int) -> Response | tuple[str, int]:
    """Take words that nobody suggested; then back to the message in its thread."""
    message = find_message(find_snapshot(slug), message_id)
    words = request.form.get("words", "")
    try:
        span = _chosen_span(message, words)
        current_store().extracts.take(
            message_id, span, nature=_form_nature(), tags=_form_tags(), actor=ACTOR
        )
    except BadWords as problem:
        return _take_page(slug, message_id, words=words, problem=str(problem)), 422
    except StoreProblem as problem:
        return _take_page(slug, message_id, words=words, problem=f"{problem}."), 422
    flash(_("Taken."), "done")
    return redirect(url_for("threads.message", slug=slug, message_id=message_id), 303)


def _take_page(slug: str, message_id: int, *, words: str, problem: str) -> str:
    snapshot = find_snapshot(slug)
    message = find_message(snapshot, message_id)
    placements = snapshot.store.ideas.of_messages([message_id]).get(message_id, [])
    quoted = quote_placements(snapshot, placements)
    spans = [f"{p.start}:{p.end}" for p in placements]
    return render(
        TakeContext(
            discussion=snapshot.discussion,
            message=message,
            choices=list(zip(spans, quoted, strict=True)),
            words=words,
            problem=problem,
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


def _change(store: Store, extract: Extract, state: ExtractState | None) -> ExtractChange:
    """What the form says; raises BadWords where the message does not hold what it asks for."""
    message = store.messages.get(extract.message_id)
    assert message is not None
    action, words = request.form["action"], request.form.get("words", "").strip()
    span: Span | None = None
    if action in {"before", "after"}:
        span = _widened(message, extract, "before" if action == "before" else "after")
    elif words and words.split() != extract.quote.split():
        span = find_span(message.text, words, near=extract.start)
        if span is None:
            short = shortened(words, MAX_QUOTE_LETTERS)
            raise BadWords(
                _("Not changed: the message does not hold the words “%(words)s”.", words=short)
            )
    return ExtractChange(
        state=state,
        nature=request.form.get("nature", type=Nature),
        span=span,
        tags=_form_tags() if "tags" in request.form else None,
    )


def _widened(message: Message, extract: Extract, side: Literal["before", "after"]) -> Span:
    from models.sentences import split

    span = Span(start=extract.start, end=extract.end)
    wider = widen(split(message.text, message.language), span, side=side)
    if wider is None:
        raise BadWords(
            _("Not changed: the message has no sentence before it.")
            if side == "before"
            else _("Not changed: the message has no sentence after it.")
        )
    return wider


def _chosen_span(message: Message, words: str) -> Span:
    """The passage that was ticked, or where the typed words stand; raises BadWords."""
    if words.strip():
        found = find_span(message.text, words)
        if found is None:
            short = shortened(words, MAX_QUOTE_LETTERS)
            raise BadWords(_("The message does not hold the words “%(words)s”.", words=short))
        return found
    chosen = parse_span(request.form.get("span", ""))
    if chosen is None:
        raise BadWords(_("Choose a passage, or type the words to take."))
    return chosen


def _form_nature() -> Nature:
    nature = request.form.get("nature", type=Nature)
    if nature is None:
        raise BadWords(_("Say what the words are: an issue, a solution …"))
    return nature


def _form_tags() -> tuple[str, ...]:
    tags = (" ".join(tag.split())[:MAX_TAG_LETTERS] for tag in request.form["tags"].split(","))
    return tuple(dict.fromkeys(filter(None, tags)))[:MAX_TAGS]


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
