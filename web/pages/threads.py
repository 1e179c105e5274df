"""The threads of a discussion, and each one to read from beginning to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from synth.records import Message
from synth.store import Discussion, Store
from web.outline import Outline, outline_of
from web.paging import Paging, asked_page
from web.reading import ShownMessage, Veil, shown
from web.rendering import render
from web.store import current_store, find_discussion

threads = Blueprint("threads", __name__)
PER_PAGE = 50
MESSAGES_PER_PAGE = 200
TITLE_LETTERS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLine:
    """A thread in the list."""

    id: int
    title: str
    language: str | None
    """Of its first message."""
    n_messages: int
    n_authors: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadsContext:
    template: ClassVar[str] = "threads.html"
    discussion: Discussion
    threads: Sequence[ThreadLine]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadContext:
    template: ClassVar[str] = "thread.html"
    discussion: Discussion
    title: str
    messages: Sequence[ShownMessage]
    n_authors: int
    paging: Paging


@threads.get("/d/<slug>/threads")
def listing(slug: str) -> str:
    """The threads, the longest first."""
    found = find_discussion(slug)
    asked = asked_page(PER_PAGE).of(found.n_threads)
    return render(
        ThreadsContext(discussion=found, threads=thread_lines(found, asked), paging=asked)
    )


@threads.get("/d/<slug>/threads/<int:thread_id>")
def thread(slug: str, thread_id: int) -> str:
    """A thread in reading order, its passages linked to their ideas."""
    found, store = find_discussion(slug), current_store()
    messages = store.messages.thread(thread_id) if is_in(store, found, thread_id) else []
    if not messages:
        abort(404, description="There is no such thread in this discussion.")
    asked = asked_page(MESSAGES_PER_PAGE).of(len(messages))
    return render(
        ThreadContext(
            discussion=found,
            title=thread_title(messages[0]),
            messages=_shown(store, found, messages, asked),
            n_authors=len({m.participant_id for m in messages if m.participant_id is not None}),
            paging=asked,
        )
    )


@threads.get("/d/<slug>/messages/<int:message_id>")
def message(slug: str, message_id: int) -> Response:
    """The permanent address of a message: leads to its place in its thread."""
    found, store = find_discussion(slug), current_store()
    there = store.messages.get(message_id) if is_in(store, found, message_id) else None
    if there is None:
        abort(404, description="There is no such message in this discussion.")
    return redirect(place_of(store, slug, there))


def place_of(store: Store, slug: str, message: Message) -> str:
    """Address of a message in its thread, on the right page of a long one."""
    ids = [m.id for m in store.messages.thread(message.thread_id)]
    page = ids.index(message.id) // MESSAGES_PER_PAGE + 1
    return url_for(
        "threads.thread",
        slug=slug,
        thread_id=message.thread_id,
        page=page if page > 1 else None,
        _anchor=f"m{message.id}",
    )


def is_in(store: Store, discussion: Discussion, message_id: int) -> bool:
    """Whether the message belongs to the discussion."""
    return store.messages.discussion_of(message_id) == discussion.id


def thread_lines(discussion: Discussion, paging: Paging) -> list[ThreadLine]:
    rows = current_store().messages.threads(discussion.id, limit=paging.size, offset=paging.offset)
    roots = current_store().messages.many([row["id"] for row in rows])
    return [
        ThreadLine(
            id=row["id"],
            title=thread_title(roots[row["id"]]),
            language=roots[row["id"]].language,
            n_messages=row["n_messages"],
            n_authors=row["n_authors"],
            first_at=_time(row["first_at"]),
            last_at=_time(row["last_at"]),
        )
        for row in rows
    ]


def thread_title(root: Message) -> str:
    """The subject of the first message, else its first words."""
    return _short(root.subject or root.text)


def _shown(
    store: Store, discussion: Discussion, messages: Sequence[Message], paging: Paging
) -> tuple[ShownMessage, ...]:
    """The messages of one page with all that is laid over them."""
    outline: Outline = outline_of(store, discussion)
    veil = Veil(store.participants.names(discussion.id))
    by_id = {m.id: m for m in messages}
    page = messages[paging.offset : paging.offset + paging.size]
    ids = [m.id for m in page]
    placements, extracts, quotes = (
        store.ideas.of_messages(ids),
        store.extracts.of_messages(ids),
        store.evidence.quotes(ids),
    )
    return tuple(
        shown(
            m,
            answers=None if m.parent_id is None else by_id.get(m.parent_id),
            placements=placements.get(m.id, ()),
            extracts=extracts.get(m.id, ()),
            quotes=quotes.get(m.id, ()),
            outline=outline,
            veil=veil,
        )
        for m in page
    )


def _short(title: str) -> str:
    words = " ".join(title.split())
    return words if len(words) <= TITLE_LETTERS else words[: TITLE_LETTERS - 1].rstrip() + "…"


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
