"""The outline, an idea with its passages, and what stands under no idea."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from numpy import intp
from numpy.typing import NDArray
from werkzeug.wrappers import Response as WerkzeugResponse

from synth.analytics.activity import Order, ordered
from web.api.operations import operation
from web.api.parameters import PAGED, QUERY, asked_paging
from web.api.schemas import items_of, page_of
from web.api.shapes import (
    IDEA,
    IDEA_WITH_PASSAGES,
    PASSAGE,
    Json,
    idea_json,
    list_json,
    passage_json,
    voices_json,
)
from web.http.store import current_store, find_discussion
from web.services.figures import Figures, figures_of
from web.services.outline import Outline, outline_of
from web.services.search_results import titled


@operation(
    "/d/<slug>/ideas",
    "The outline in reading order, parents before children; q looks in titles and keyphrases",
    answer=items_of(IDEA),
    query=(QUERY,),
)
def ideas(slug: str) -> Json:
    outline = outline_of(current_store(), find_discussion(slug))
    query = request.args.get("q", "").strip()
    branches = titled(outline, query) if query else outline.in_order()
    return {"items": [idea_json(branch) for branch in branches]}


@operation(
    "/d/<slug>/ideas/<int:idea_id>",
    "An idea and the passages under it, best fit first; a merged one leads to what it lives on in",
    answer=IDEA_WITH_PASSAGES,
    query=PAGED,
    moves=True,
)
def idea(slug: str, idea_id: int) -> Json | WerkzeugResponse:
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    branch = outline.get(idea_id)
    lives_on_in = store.corrections.merged_into(idea_id) if branch is None else None
    if lives_on_in is not None and lives_on_in in outline:
        return redirect(url_for("api.idea", slug=slug, idea_id=lives_on_in), code=301)
    if branch is None:
        abort(404, description="There is no such idea on this map.")
    figures = figures_of(store, found, outline)
    rows = ordered(figures.activity, figures.rows(branch), Order.CENTRAL)
    return idea_json(branch) | {
        "voices": voices_json(store.repetitions.voices(found.id).get(idea_id)),
        "children": [child.idea.id for child in branch.children],
        "passages": _passages(figures, rows, outline),
    }


@operation("/d/<slug>/unplaced", "Passages under no idea", answer=page_of(PASSAGE), query=PAGED)
def unplaced(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    figures = figures_of(store, found, outline)
    return _passages(figures, figures.unplaced(outline), outline)


def _passages(figures: Figures, rows: NDArray[intp], outline: Outline) -> Json:
    paging = asked_paging().of(len(rows))
    placements = figures.placements(current_store(), rows, paging)
    messages = current_store().messages.many(sorted({p.message_id for p in placements}))
    return list_json(placements, lambda p: passage_json(p, messages[p.message_id], outline), paging)
