"""Messages, threads and key passages of a discussion, as JSON."""

from __future__ import annotations

from flask import abort

from synth.outline import is_shown
from web.api.operations import operation
from web.api.parameters import PAGED, asked_paging
from web.api.schemas import page_of
from web.api.shapes import (
    EXTRACT,
    MESSAGE,
    MESSAGE_WITH_PASSAGES,
    THREAD,
    Json,
    extract_json,
    list_json,
    message_json,
    passage_json,
    thread_json,
)
from web.http.store import current_store, find_discussion
from web.services.message import message_in
from web.services.outline import outline_of
from web.services.threads import thread_lines


@operation(
    "/d/<slug>/messages", "Messages in order of import", answer=page_of(MESSAGE), query=PAGED
)
def messages(slug: str) -> Json:
    found = find_discussion(slug)
    asked = asked_paging().of(found.n_messages)
    page = current_store().messages.some(found.id, limit=asked.size, offset=asked.offset)
    return list_json(page, message_json, asked)


@operation(
    "/d/<slug>/messages/<int:message_id>",
    "A message, its passages and key passages",
    answer=MESSAGE_WITH_PASSAGES,
)
def message(slug: str, message_id: int) -> Json:
    found, store = find_discussion(slug), current_store()
    there = message_in(store, found, message_id)
    if there is None:
        abort(404, description="There is no such message in this discussion.")
    placements = store.ideas.of_messages([message_id]).get(message_id, [])
    extracts = store.extracts.of_messages([message_id]).get(message_id, [])
    outline = outline_of(store, found)
    return message_json(there) | {
        "passages": [passage_json(p, there, outline) for p in placements],
        "extracts": [extract_json(e, outline) for e in extracts if is_shown(e, outline)],
    }


@operation("/d/<slug>/threads", "Threads, the longest first", answer=page_of(THREAD), query=PAGED)
def threads(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    asked = asked_paging().of(found.n_threads)
    lines = thread_lines(store, found, outline_of(store, found), asked)
    return list_json(lines, thread_json, asked)


@operation(
    "/d/<slug>/threads/<int:thread_id>",
    "Messages of a thread in reading order",
    answer=page_of(MESSAGE),
    query=PAGED,
)
def thread(slug: str, thread_id: int) -> Json:
    found, store = find_discussion(slug), current_store()
    is_here = store.messages.discussion_of(thread_id) == found.id
    n_messages, _ = store.threads.counts(thread_id) if is_here else (0, 0)
    if not n_messages:
        abort(404, description="There is no such thread in this discussion.")
    asked = asked_paging().of(n_messages)
    page = store.messages.thread(thread_id, limit=asked.size, offset=asked.offset)
    return list_json(page, message_json, asked)


@operation(
    "/d/<slug>/extracts",
    "Key passages, suggested and decided",
    answer=page_of(EXTRACT),
    query=PAGED,
)
def extracts(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    asked = asked_paging().of(sum(store.extracts.shown_counts(found.id).values()))
    page = store.extracts.page(found.id, limit=asked.size, offset=asked.offset)
    return list_json(page, lambda e: extract_json(e, outline), asked)
