"""Messages, threads, search and key passages of a discussion, as JSON."""

from __future__ import annotations

from flask import abort

from synth.readers import is_shown
from synth.store import Hit
from web.api import api
from web.api.shapes import (
    Json,
    extract_json,
    list_json,
    message_json,
    passage_json,
    thread_json,
)
from web.outline import outline_of
from web.pages.search import asked_query
from web.pages.threads import is_in, thread_lines
from web.paging import asked_page
from web.store import current_store, find_discussion

PER_PAGE = 100


@api.get("/d/<slug>/messages")
def messages(slug: str) -> Json:
    found = find_discussion(slug)
    asked = asked_page(PER_PAGE).of(found.n_messages)
    page = current_store().messages.some(found.id, limit=asked.size, offset=asked.offset)
    return list_json(page, message_json, asked)


@api.get("/d/<slug>/messages/<int:message_id>")
def message(slug: str, message_id: int) -> Json:
    """One message, its passages and key passages."""
    found, store = find_discussion(slug), current_store()
    there = store.messages.get(message_id) if is_in(store, found, message_id) else None
    if there is None:
        abort(404, description="There is no such message in this discussion.")
    placements = store.ideas.of_messages([message_id]).get(message_id, [])
    extracts = store.extracts.of_messages([message_id]).get(message_id, [])
    outline = outline_of(store, found)
    return message_json(there) | {
        "passages": [passage_json(p, there, outline) for p in placements],
        "extracts": [extract_json(e, outline) for e in extracts if is_shown(e, outline)],
    }


@api.get("/d/<slug>/threads")
def threads(slug: str) -> Json:
    found = find_discussion(slug)
    asked = asked_page(PER_PAGE).of(found.n_threads)
    return list_json(thread_lines(found, asked), thread_json, asked)


@api.get("/d/<slug>/threads/<int:thread_id>")
def thread(slug: str, thread_id: int) -> Json:
    """The messages of a thread in reading order."""
    found, store = find_discussion(slug), current_store()
    there = store.messages.thread(thread_id) if is_in(store, found, thread_id) else []
    if not there:
        abort(404, description="There is no such thread in this discussion.")
    asked = asked_page(PER_PAGE).of(len(there))
    return list_json(there[asked.offset : asked.offset + asked.size], message_json, asked)


@api.get("/d/<slug>/search")
def search(slug: str) -> Json:
    found, asked = find_discussion(slug), asked_page(PER_PAGE)
    hits, total = current_store().search.words(
        found.id, asked_query(), limit=asked.size, offset=asked.offset
    )
    return list_json(hits, _hit_json, asked.of(total))


@api.get("/d/<slug>/extracts")
def extracts(slug: str) -> Json:
    found = find_discussion(slug)
    outline = outline_of(current_store(), found)
    everything = [e for e in current_store().extracts.all(found.id) if is_shown(e, outline)]
    asked = asked_page(PER_PAGE).of(len(everything))
    page = everything[asked.offset : asked.offset + asked.size]
    return list_json(page, lambda e: extract_json(e, outline), asked)


def _hit_json(hit: Hit) -> Json:
    pieces = [{"text": text, "is_found": is_found} for text, is_found in hit.snippet]
    return {"message_id": hit.message_id, "snippet": pieces}
