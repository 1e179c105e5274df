"""The permanent address of a passage: its words in their message, and why it is where it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort
from flask_babel import gettext as _

from synth.records import Message, Placement, Span
from synth.store import Discussion, Store
from web.http.store import current_store, find_discussion
from web.pages.threads import place_of
from web.services.explanation import Why, why
from web.services.outline import Outline, outline_of
from web.services.quotes import MOST_LETTERS, Quoted, quote_placement
from web.services.threads import titles_of
from web.ui.templates import render

passages = Blueprint("passages", __name__)
AROUND = 420
"""Characters of the message shown before and after a passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageContext:
    template: ClassVar[str] = "passage.html"
    discussion: Discussion
    quoted: Quoted
    placement: Placement
    pieces: Sequence[tuple[str, bool]]
    """The words of the passage; True marks those that its idea's keyphrases have too."""
    terms: Sequence[str]
    """These words, each once."""
    before: str
    """What stands before it in its message, and after it."""
    after: str
    is_whole: bool
    """Whether this is all of its message."""
    thread_title: str
    thread_address: str
    why: Why


@passages.get("/d/<slug>/passages/<int:passage_id>")
def passage(slug: str, passage_id: int) -> str:
    """A passage in its message, and why it stands under its idea, or under none."""
    found, store = find_discussion(slug), current_store()
    placement, message = find_passage(store, found, passage_id)
    outline = outline_of(store, found)
    reasons = why(store, found, outline, placement, message)
    pieces = marked(message.text, placement, reasons.terms)
    before, after = _around(message.text, placement)
    return render(
        PassageContext(
            discussion=found,
            quoted=quote_placement(message, placement, outline),
            placement=placement,
            pieces=pieces,
            terms=_distinct(text for text, is_term in pieces if is_term),
            before=before,
            after=after,
            is_whole=not before and not after,
            thread_title=titles_of(store, [message.thread_id])[message.thread_id][0],
            thread_address=_thread_address(store, slug, message, placement, outline),
            why=reasons,
        )
    )


def find_passage(
    store: Store, discussion: Discussion, passage_id: int
) -> tuple[Placement, Message]:
    """The passage with its message; 404 where the discussion has none of that id."""
    placement = None
    if store.passages.discussion_of(passage_id) == discussion.id:
        placement = store.ideas.passages([passage_id]).get(passage_id)
    message = None if placement is None else store.messages.get(placement.message_id)
    if placement is None or message is None:
        abort(
            404,
            description=_("There is no such passage; its message may have been edited or erased."),
        )
    return placement, message


def marked(text: str, placement: Placement, terms: Sequence[Span]) -> list[tuple[str, bool]]:
    """The words of the passage in pieces; True for those at ``terms``."""
    pieces: list[tuple[str, bool]] = []
    at, end = placement.start, min(placement.end, placement.start + MOST_LETTERS)
    for span in terms:
        if span.end > end:
            break
        pieces += [(text[at : span.start], False), (text[span.start : span.end], True)]
        at = span.end
    pieces.append((text[at:end] + (" …" if end < placement.end else ""), False))
    return [piece for piece in pieces if piece[0]]


def _around(text: str, placement: Placement) -> tuple[str, str]:
    """Some of the words before and after, from a blank on where they are cut."""
    start = max(0, placement.start - AROUND)
    before = text[start : placement.start]
    if start:
        before = "… " + (before.partition(" ")[2] or before)
    end = min(len(text), placement.end + AROUND)
    after = text[placement.end : end]
    if end < len(text):
        after = (after.rpartition(" ")[0] or after) + " …"
    return before.lstrip(), after.rstrip()


def _distinct(words: Iterable[str]) -> list[str]:
    found = {word.casefold(): word for word in reversed(list(words))}
    return list(reversed(found.values()))


def _thread_address(
    store: Store, slug: str, message: Message, placement: Placement, outline: Outline
) -> str:
    return place_of(
        store,
        slug,
        message,
        idea=placement.idea_id if placement.idea_id in outline else None,
        anchor=f"p{placement.passage_id}",
    )
