"""Passages: each in its message with why it is where it is, and texts that several messages hold.

Repeated texts are form letters, double posts and shared sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort
from flask_babel import gettext as _

from synth.records import Placement, RepeatedText, Span
from synth.store import Discussion
from web.http.store import find_snapshot
from web.pages.threads import place_of
from web.services.explanation import Explanation, explain, passage_in
from web.services.quotes import MOST_LETTERS, Quoted, pieces_of, quote_placement, quote_span
from web.services.snapshot import Snapshot
from web.services.threads import titles_of
from web.ui.query import Paging, asked_page
from web.ui.templates import render

passages = Blueprint("passages", __name__)
AROUND = 420
"""Characters of the message shown before and after a passage."""
PER_PAGE = 20
REPEATED_LETTERS = 900
"""Longer texts are shown up to here; the thread has the rest."""


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
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedRepetition:
    """A repeated text in the list."""

    text: RepeatedText
    words: Quoted
    """In its commonest wording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedContext:
    template: ClassVar[str] = "repeated.html"
    discussion: Discussion
    texts: Sequence[QuotedRepetition]
    paging: Paging


@passages.get("/d/<slug>/passages/<int:passage_id>")
def passage(slug: str, passage_id: int) -> str:
    """A passage in its message, and why it stands under its idea, or under none."""
    snapshot = find_snapshot(slug)
    store = snapshot.store
    there = passage_in(snapshot, passage_id)
    if there is None:
        abort(
            404,
            description=_("There is no such passage; its message may have been edited or erased."),
        )
    placement, message = there
    outline = snapshot.outline
    reasons = explain(snapshot, placement, message)
    pieces = mark_terms(message.text, placement, reasons.terms)
    before, after = _around(message.text, placement)
    return render(
        PassageContext(
            discussion=snapshot.discussion,
            quoted=quote_placement(message, placement, outline),
            placement=placement,
            pieces=pieces,
            terms=_distinct(text for text, is_term in pieces if is_term),
            before=before,
            after=after,
            is_whole=not before and not after,
            thread_title=titles_of(store, [message.thread_id])[message.thread_id][0],
            thread_address=place_of(
                store,
                slug,
                message,
                idea=placement.idea_id if placement.idea_id in outline else None,
                anchor=f"p{placement.passage_id}",
            ),
            explanation=reasons,
        )
    )


@passages.get("/d/<slug>/repeated")
def repeated(slug: str) -> str:
    """The repeated texts, those of the most voices first."""
    snapshot = find_snapshot(slug)
    asked = asked_page(PER_PAGE)
    texts, total = repeated_texts(snapshot, limit=asked.size, offset=asked.offset)
    return render(
        RepeatedContext(discussion=snapshot.discussion, texts=texts, paging=asked.of(total))
    )


def repeated_texts(
    snapshot: Snapshot, *, limit: int, offset: int = 0
) -> tuple[list[QuotedRepetition], int]:
    """Some of the repeated texts, and how many there are."""
    texts, total = snapshot.store.repetitions.all(snapshot.id, limit=limit, offset=offset)
    messages = snapshot.store.messages.many(sorted({text.message_id for text in texts}))

    def quoted(text: RepeatedText) -> Quoted:
        return quote_span(messages[text.message_id], text.start, text.end, most=REPEATED_LETTERS)

    return [QuotedRepetition(text=text, words=quoted(text)) for text in texts], total


def mark_terms(text: str, placement: Placement, terms: Sequence[Span]) -> list[tuple[str, bool]]:
    """The words of the passage in pieces; True for those at ``terms`` (offsets in the message)."""
    start, end = placement.start, min(placement.end, placement.start + MOST_LETTERS)
    words = text[start:end] + (" …" if end < placement.end else "")
    shown = (span for span in terms if span.end <= end)
    return pieces_of(words, (Span(start=s.start - start, end=s.end - start) for s in shown))


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
