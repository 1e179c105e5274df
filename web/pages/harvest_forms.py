"""The forms of key passages: what a person asked for, and what cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from synth.errors import EditConflict
from synth.records import Extract, ExtractState, Message, Nature, Span
from synth.store import ExtractChange, Store
from web.services.quotes import find_span, parse_span, shortened, widen

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

BUTTONS = {
    "take": lazy_gettext("Take"),
    "reject": lazy_gettext("Reject"),
    "undo": lazy_gettext("Back to suggestions"),
    "save": lazy_gettext("Save"),
    "before": lazy_gettext("Add the sentence before"),
    "after": lazy_gettext("Add the sentence after"),
}
FACTS = {
    "start": lazy_gettext("the words"),
    "end": lazy_gettext("the words"),
    "quote": lazy_gettext("the words"),
    "nature": lazy_gettext("the nature"),
    "state": lazy_gettext("the state"),
    "tags": lazy_gettext("the tags"),
    "note": lazy_gettext("the note"),
}
"""What of a key passage somebody may have changed."""


class BadWords(Exception):
    """What the form asked for cannot be done; said to the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDecision:
    """The form of a key passage as a person filled it in."""

    action: str
    label: str
    """Of the button that was pressed."""
    words: str | None
    """None where the form had no place for them."""
    nature: Nature | None
    tags: str
    around: Mapping[str, str]
    """Where the form stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTaking:
    """The form as a person filled it in."""

    span: str = ""
    words: str = ""
    nature: Nature | None = None
    tags: str = ""


def change_of(store: Store, extract: Extract, state: ExtractState | None) -> ExtractChange:
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
        tags=form_tags() if "tags" in request.form else None,
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


def sent_taking() -> SentTaking:
    return SentTaking(
        span=request.form.get("span", ""),
        words=request.form.get("words", ""),
        nature=request.form.get("nature", type=Nature),
        tags=request.form.get("tags", ""),
    )


def chosen_span(message: Message, words: str) -> Span:
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


def form_nature() -> Nature:
    nature = request.form.get("nature", type=Nature)
    if nature is None:
        raise BadWords(_("Say what the words are: an issue, a solution …"))
    return nature


def form_tags() -> tuple[str, ...]:
    tags = (" ".join(tag.split())[:MAX_TAG_LETTERS] for tag in request.form["tags"].split(","))
    return tuple(dict.fromkeys(filter(None, tags)))[:MAX_TAGS]


def sent_decision() -> SentDecision:
    action = request.form["action"]
    around = ("state", "filter", "page", "then")
    return SentDecision(
        action=action,
        label=str(BUTTONS[action]),
        words=request.form.get("words"),
        nature=request.form.get("nature", type=Nature),
        tags=request.form.get("tags", ""),
        around={name: request.form[name] for name in around if name in request.form},
    )


def changed_facts(conflict: EditConflict) -> str:
    """``the nature, the tags``; empty where nobody knows."""
    return ", ".join(dict.fromkeys(str(FACTS[n]) for n in conflict.changed if n in FACTS))
