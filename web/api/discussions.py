"""``/api/discussions``, one discussion, and its repeated texts."""

from __future__ import annotations

from web.api.operations import operation
from web.api.parameters import PAGED, asked_paging
from web.api.schemas import items_of, page_of
from web.api.shapes import (
    DISCUSSION,
    DISCUSSION_WITH_RUN,
    REPEATED_TEXT,
    Json,
    discussion_json,
    list_json,
    repeated_json,
    run_json,
)
from web.api.shapes.source import SOURCE, source_json
from web.http.store import current_store, find_discussion
from web.services.figures import figures_of
from web.services.outline import outline_of
from web.services.overview import with_problems


@operation("/discussions", "Every discussion", answer=items_of(DISCUSSION))
def discussions() -> Json:
    return {"items": [discussion_json(d) for d in current_store().discussions.all()]}


@operation("/d/<slug>", "A discussion and its last run", answer=DISCUSSION_WITH_RUN)
def discussion(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    run = store.runs.last(found.id)
    outline = outline_of(store, found)
    figures = figures_of(store, found, outline)
    return discussion_json(found) | {
        "n_passages": len(figures.activity.passages),
        "n_unplaced": len(figures.unplaced(outline)),
        "run": None if run is None else run_json(run),
    }


@operation(
    "/d/<slug>/repeated",
    "Texts that stand in several messages, those of the most voices first",
    answer=page_of(REPEATED_TEXT),
    query=PAGED,
)
def repeated(slug: str) -> Json:
    found, store, asked = find_discussion(slug), current_store(), asked_paging()
    texts, total = store.repetitions.all(found.id, limit=asked.size, offset=asked.offset)
    messages = store.messages.many(sorted({text.message_id for text in texts}))
    return list_json(texts, lambda t: repeated_json(t, messages[t.message_id]), asked.of(total))


@operation(
    "/d/<slug>/sources",
    "The files that were brought in, the newest first",
    answer=page_of(SOURCE),
    query=PAGED,
)
def sources(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    everything = store.sources.all(found.id)
    asked = asked_paging().of(len(everything))
    page = everything[asked.offset : asked.offset + asked.size]
    told = [with_problems(store, source) for source in page]
    return list_json(told, lambda one: source_json(one.source, one.problems), asked)
