"""Messages, threads, passages, key passages and repeated texts of a discussion."""

from __future__ import annotations

from flask import abort
from flask_babel import gettext as _

from synth.outline import is_shown
from web.api.answers import (
    Extract,
    Message,
    MessageWithPassages,
    Page,
    Passage,
    RepeatedText,
    Thread,
)
from web.api.openapi import operation
from web.api.parameters import PAGED, asked_paging
from web.api.report_answers import PassageWithReasons
from web.http.store import current_store, find_discussion, find_snapshot
from web.services.explanation import explain, passage_in
from web.services.message import message_in
from web.services.threads import thread_lines


@operation("/d/<slug>/messages", "Messages in order of import", query=PAGED)
def messages(slug: str) -> Page[Message]:
    found = find_discussion(slug)
    asked = asked_paging().of(found.n_messages)
    page = current_store().messages.some(found.id, limit=asked.size, offset=asked.offset)
    return Page[Message].of_items(map(Message.of_message, page), asked)


@operation("/d/<slug>/messages/<int:message_id>", "A message, its passages and key passages")
def message(slug: str, message_id: int) -> MessageWithPassages:
    snapshot = find_snapshot(slug)
    store = snapshot.store
    there = message_in(snapshot, message_id)
    if there is None:
        abort(404, description="There is no such message in this discussion.")
    placements = store.ideas.of_messages([message_id]).get(message_id, [])
    extracts = store.extracts.of_messages([message_id]).get(message_id, [])
    outline = snapshot.outline
    return MessageWithPassages.of_message(
        there,
        passages=[Passage.of_placement(p, there, outline) for p in placements],
        extracts=[Extract.of_extract(e, outline) for e in extracts if is_shown(e, outline)],
    )


@operation("/d/<slug>/threads", "Threads, the longest first", query=PAGED)
def threads(slug: str) -> Page[Thread]:
    snapshot = find_snapshot(slug)
    asked = asked_paging().of(snapshot.discussion.n_threads)
    lines = thread_lines(snapshot, asked)
    return Page[Thread].of_items(map(Thread.of, lines), asked)


@operation(
    "/d/<slug>/threads/<int:thread_id>", "Messages of a thread in reading order", query=PAGED
)
def thread(slug: str, thread_id: int) -> Page[Message]:
    snapshot = find_snapshot(slug)
    store = snapshot.store
    is_here = store.messages.discussion_of(thread_id) == snapshot.id
    n_messages, _n_authors = store.threads.counts(thread_id) if is_here else (0, 0)
    if not n_messages:
        abort(404, description="There is no such thread in this discussion.")
    asked = asked_paging().of(n_messages)
    page = store.messages.thread(thread_id, limit=asked.size, offset=asked.offset)
    return Page[Message].of_items(map(Message.of_message, page), asked)


@operation("/d/<slug>/passages/<int:passage_id>", "A passage and why it stands where it stands")
def passage(slug: str, passage_id: int) -> PassageWithReasons:
    snapshot = find_snapshot(slug)
    there = passage_in(snapshot, passage_id)
    if there is None:
        abort(
            404,
            description=_("There is no such passage; its message may have been edited or erased."),
        )
    placement, message = there
    outline = snapshot.outline
    reasons = explain(snapshot, placement, message)
    return PassageWithReasons.of_explanation(placement, message, outline, reasons)


@operation("/d/<slug>/extracts", "Key passages, suggested and decided", query=PAGED)
def extracts(slug: str) -> Page[Extract]:
    snapshot = find_snapshot(slug)
    asked = asked_paging().of(sum(snapshot.store.extracts.shown_counts(snapshot.id).values()))
    page = snapshot.store.extracts.page(snapshot.id, limit=asked.size, offset=asked.offset)
    return Page[Extract].of_items((Extract.of_extract(e, snapshot.outline) for e in page), asked)


@operation(
    "/d/<slug>/repeated",
    "Texts that stand in several messages, those of the most voices first",
    query=PAGED,
)
def repeated(slug: str) -> Page[RepeatedText]:
    found, store, asked = find_discussion(slug), current_store(), asked_paging()
    texts, total = store.repetitions.all(found.id, limit=asked.size, offset=asked.offset)
    messages = store.messages.many(sorted({text.message_id for text in texts}))
    items = [
        RepeatedText.of(one, text=messages[one.message_id].text[one.start : one.end])
        for one in texts
    ]
    return Page[RepeatedText].of_items(items, asked.of(total))
