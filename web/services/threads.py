"""The threads of a discussion in a line each, and how they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from synth.analytics.activity import ThreadOrder, Threads
from synth.records import UNKNOWN_TIME
from synth.store import Discussion, Store
from web.http.store import current_store
from web.services.figures import threads_table
from web.services.outline import Branch, Outline, outline_of
from web.ui.query import Paging

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
    idea: Branch | None
    """The one that most of its passages stand under."""
    share: float
    """0..1 of its passages under that idea."""


def thread_lines(
    discussion: Discussion, paging: Paging, *, order: ThreadOrder = ThreadOrder.LONGEST
) -> list[ThreadLine]:
    """One page of the list of threads."""
    store = current_store()
    outline = outline_of(store, discussion)
    table = threads_table(store, discussion, outline)
    rows = table.ordered(order)[paging.offset : paging.offset + paging.size].tolist()
    return _lines(store, outline, table, rows)


def threads_beside(
    discussion: Discussion, outline: Outline, thread_id: int
) -> tuple[ThreadLine | None, ThreadLine | None]:
    """The threads that began before and after this one."""
    store = current_store()
    table = threads_table(store, discussion, outline)
    order = table.ordered(ThreadOrder.OLDEST).tolist()
    ids = table.ids[order].tolist()
    if thread_id not in ids:
        return None, None
    at = ids.index(thread_id)
    before, after = order[max(0, at - 1) : at], order[at + 1 : at + 2]
    lines = {line.id: line for line in _lines(store, outline, table, [*before, *after])}

    def line(rows: Sequence[int]) -> ThreadLine | None:
        return lines.get(int(table.ids[rows[0]])) if rows else None

    return line(before), line(after)


def thread_title(title: str) -> str:
    """The subject of the first message or its first words, in ``TITLE_LETTERS``."""
    words = " ".join(title.split())
    return words if len(words) <= TITLE_LETTERS else words[: TITLE_LETTERS - 1].rstrip() + "…"


def titles_of(store: Store, thread_ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    """Thread id → title and language."""
    found = store.threads.titles(thread_ids)
    return {i: (thread_title(title), language) for i, (title, language) in found.items()}


def _lines(store: Store, outline: Outline, table: Threads, rows: Sequence[int]) -> list[ThreadLine]:
    ids = [int(table.ids[row]) for row in rows]
    titles = titles_of(store, ids)
    return [
        ThreadLine(
            id=thread_id,
            title=titles[thread_id][0],
            language=titles[thread_id][1],
            n_messages=int(table.n_messages[row]),
            n_authors=int(table.n_voices[row]),
            first_at=_time(int(table.first[row])),
            last_at=_time(int(table.last[row])),
            idea=outline.get(int(table.leaf[row])),
            share=int(table.n_under[row]) / max(1, int(table.n_passages[row])),
        )
        for thread_id, row in zip(ids, rows, strict=True)
        if thread_id in titles
    ]


def _time(seconds: int) -> datetime | None:
    return None if seconds == UNKNOWN_TIME else datetime.fromtimestamp(seconds, UTC)
