"""The threads of a discussion, and each one to read from beginning to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as WerkzeugResponse

from synth.analytics.activity import ThreadOrder
from synth.permissions import Permission
from synth.records import Message, Placement
from synth.store import Discussion, Store
from web.http.permission import may
from web.http.store import find_snapshot
from web.services.message import (
    MOST_LETTERS,
    NameMask,
    Overlay,
    ShownMessage,
    message_in,
    show_message,
)
from web.services.snapshot import Snapshot
from web.services.threads import (
    Jumps,
    ThreadIdea,
    ThreadLine,
    thread_in,
    thread_lines,
    threads_beside,
    titles_of,
)
from web.ui.query import Choice, Paging, asked_choice, asked_page, choices
from web.ui.templates import render

threads = Blueprint("threads", __name__)
PER_PAGE = 50
MESSAGES_PER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadsContext:
    template: ClassVar[str] = "threads.html"
    discussion: Discussion
    threads: Sequence[ThreadLine]
    orders: Sequence[Choice]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadContext:
    template: ClassVar[str] = "thread.html"
    discussion: Discussion
    title: str
    messages: Sequence[ShownMessage]
    n_authors: int
    ideas: Sequence[ThreadIdea]
    """Ideas of the whole thread, those of most passages first."""
    jumps: Jumps
    addresses: Mapping[int, str]
    """Passage id → where it is read, for all that a link on the page may lead to."""
    idea_addresses: Mapping[int, str]
    """Idea id → its page; a thread names the same few ideas again and again."""
    messages_address: str
    """What the permanent addresses of messages begin with; their ids follow."""
    passages_address: str
    """The same of passages."""
    with_masks: frozenset[int]
    """Messages whose originals the reader may see."""
    before: ThreadLine | None
    """The thread that began before this one."""
    after: ThreadLine | None
    paging: Paging


@threads.get("/d/<slug>/threads")
def listing(slug: str) -> str:
    """The threads, the longest first unless ``?sort=`` says otherwise."""
    snapshot = find_snapshot(slug)
    asked = asked_page(PER_PAGE).of(snapshot.discussion.n_threads)
    order = asked_choice("sort", orders())
    return render(
        ThreadsContext(
            discussion=snapshot.discussion,
            threads=thread_lines(snapshot, asked, order=ThreadOrder(order)),
            orders=choices("sort", orders(), order),
            paging=asked,
        )
    )


@threads.get("/d/<slug>/threads/<int:thread_id>")
def thread(slug: str, thread_id: int) -> str:
    """A thread in reading order; ``?idea=`` follows an idea through it."""
    snapshot = find_snapshot(slug)
    store = snapshot.store
    ids = thread_in(snapshot, thread_id)
    if not ids:
        abort(404, description=_("There is no such thread in this discussion."))
    outline = snapshot.outline
    asked = asked_page(MESSAGES_PER_PAGE).of(len(ids))
    placements = store.threads.placements(thread_id, within=MOST_LETTERS)
    jumps = Jumps(placements, outline, outline.get(request.args.get("idea", type=int)))
    here = ids[asked.offset : asked.offset + asked.size]
    tallies = jumps.ideas
    before, after = threads_beside(snapshot, thread_id)
    sees_originals = may(Permission.MODERATE, snapshot.discussion)
    return render(
        ThreadContext(
            discussion=snapshot.discussion,
            title=titles_of(store, [thread_id])[thread_id][0],
            messages=_shown(snapshot, here, placements, jumps),
            n_authors=store.threads.counts(thread_id)[1],
            ideas=tallies,
            jumps=jumps,
            addresses=_addresses(slug, thread_id, ids, jumps, asked),
            idea_addresses={
                i: url_for("ideas.idea", slug=slug, idea_id=i)
                for i in (tally.branch.idea.id for tally in tallies)
            },
            messages_address=url_for("threads.message", slug=slug, message_id=0).removesuffix("0"),
            passages_address=url_for("passages.passage", slug=slug, passage_id=0).removesuffix("0"),
            with_masks=frozenset(store.masks.of(here)) if sees_originals else frozenset(),
            before=before,
            after=after,
            paging=asked,
        )
    )


@threads.get("/d/<slug>/messages/<int:message_id>")
def message(slug: str, message_id: int) -> WerkzeugResponse:
    """The permanent address of a message: leads to its place in its thread."""
    snapshot = find_snapshot(slug)
    there = find_message(snapshot, message_id)
    return redirect(place_of(snapshot.store, slug, there, idea=request.args.get("idea", type=int)))


@threads.get("/d/<slug>/messages/<int:message_id>/words")
def words(slug: str, message_id: int) -> Response:
    """All the words of a message as plain text, however many they are."""
    there = find_message(find_snapshot(slug), message_id)
    return Response(there.text, mimetype="text/plain")


def find_message(snapshot: Snapshot, message_id: int) -> Message:
    """The message with that id; 404 where the discussion has none."""
    found = message_in(snapshot, message_id)
    if found is None:
        abort(404, description=_("There is no such message in this discussion."))
    return found


def orders() -> dict[str, str]:
    """What ``?sort=`` may say, and how it is called."""
    return {
        ThreadOrder.LONGEST.value: _("Longest"),
        ThreadOrder.NEWEST.value: _("Newest"),
        ThreadOrder.OLDEST.value: _("Oldest"),
        ThreadOrder.VOICES.value: _("Most voices"),
    }


def place_of(
    store: Store, slug: str, message: Message, *, idea: int | None = None, anchor: str = ""
) -> str:
    """Address of a message in its thread, on the right page of a long one."""
    page = store.threads.message_ids(message.thread_id).index(message.id) // MESSAGES_PER_PAGE + 1
    address = _page_address(slug, message.thread_id, page, idea)
    return f"{address}#{anchor or f'm{message.id}'}"


def _page_address(slug: str, thread_id: int, page: int, idea: int | None) -> str:
    at = page if page > 1 else None
    return url_for("threads.thread", slug=slug, thread_id=thread_id, idea=idea, page=at)


def _shown(
    snapshot: Snapshot,
    ids: Sequence[int],
    placements: Sequence[Placement],
    jumps: Jumps,
) -> tuple[ShownMessage, ...]:
    """The messages of one page with all that is laid over them; ``placements`` of the thread."""
    store = snapshot.store
    mask = snapshot.cached("name mask", lambda: NameMask(store.participants.names(snapshot.id)))
    messages = store.messages.many(ids)
    answered = {m.parent_id for m in messages.values() if m.parent_id} - messages.keys()
    parents = messages | store.messages.many(sorted(answered))
    extracts, quotes = store.extracts.of_messages(ids), store.evidence.quotes(ids)
    standing: dict[int, list[Placement]] = {}
    for placement in placements:
        standing.setdefault(placement.message_id, []).append(placement)
    return tuple(
        show_message(
            messages[i],
            Overlay(
                placements=standing.get(i, ()),
                extracts=extracts.get(i, ()),
                quotes=quotes.get(i, ()),
            ),
            answers=parents.get(messages[i].parent_id or 0),
            outline=snapshot.outline,
            jumps=jumps,
            mask=mask,
        )
        for i in ids
        if i in messages
    )


def _addresses(
    slug: str, thread_id: int, ids: Sequence[int], jumps: Jumps, paging: Paging
) -> dict[int, str]:
    """Where every stop is read: an anchor on this page, or the address of another one."""
    page_of = {message_id: n // paging.size + 1 for n, message_id in enumerate(ids)}
    idea = None if jumps.chosen is None else jumps.chosen.idea.id
    start = {
        page: "" if page == paging.page else _page_address(slug, thread_id, page, idea)
        for page in set(page_of.values())
    }
    return {
        stop.passage_id: f"{start[page_of[stop.message_id]]}#p{stop.passage_id}"
        for stop in jumps.stops.values()
    }
