"""Texts that stand in several messages: form letters, double posts, shared sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint

from synth.store import Discussion, Store
from web.http.store import current_store, find_discussion
from web.services.quotes import Quoted, quote_span
from web.ui.query import Paging, asked_page
from web.ui.templates import render

repeated = Blueprint("repeated", __name__)
PER_PAGE = 20
MOST_LETTERS = 900
"""Longer texts are shown up to here; the thread has the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A repeated text in the list."""

    words: Quoted
    """In its commonest wording."""
    is_cut: bool
    is_message: bool
    n_messages: int
    n_voices: int
    first_message_id: int
    first_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedContext:
    template: ClassVar[str] = "repeated.html"
    discussion: Discussion
    texts: Sequence[Shown]
    paging: Paging


@repeated.get("/d/<slug>/repeated")
def listing(slug: str) -> str:
    """The repeated texts, those of the most voices first."""
    found = find_discussion(slug)
    asked = asked_page(PER_PAGE)
    texts, total = shown_texts(current_store(), found, limit=asked.size, offset=asked.offset)
    return render(RepeatedContext(discussion=found, texts=texts, paging=asked.of(total)))


def shown_texts(
    store: Store, discussion: Discussion, *, limit: int, offset: int = 0
) -> tuple[list[Shown], int]:
    """Some of the repeated texts, and how many there are."""
    texts, total = store.repetitions.all(discussion.id, limit=limit, offset=offset)
    messages = store.messages.many(sorted({text.message_id for text in texts}))
    found = [
        Shown(
            words=quote_span(
                messages[text.message_id],
                text.start,
                min(text.end, text.start + MOST_LETTERS),
                idea=None,
                weight=None,
            ),
            is_cut=text.end > text.start + MOST_LETTERS,
            is_message=text.is_message,
            n_messages=text.n_messages,
            n_voices=text.n_voices,
            first_message_id=text.first_message_id,
            first_at=text.first_at,
        )
        for text in texts
    ]
    return found, total
