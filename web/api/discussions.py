"""``/api/discussions``, and the ideas, passages and points of one."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from synth.records import Placement
from web.api import api
from web.api.shapes import Json, discussion_json, idea_json, list_json, passage_json, repeated_json
from web.mapping import pack_points
from web.outline import Outline, outline_of
from web.pages.search import asked_query, titled
from web.paging import Paging, asked_page
from web.store import current_store, find_discussion

PER_PAGE = 100


@api.get("/discussions")
def discussions() -> Json:
    return {"items": [discussion_json(d) for d in current_store().discussions.all()]}


@api.get("/d/<slug>")
def discussion(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    run = store.runs.last(found.id)
    return discussion_json(found) | {
        "n_passages": store.passages.count(found.id),
        "n_unplaced": store.ideas.unplaced(found.id, limit=0)[1],
        "run": None
        if run is None
        else {
            "id": run.id,
            "seed": run.seed,
            "settings": dict(run.settings),
            "model": dict(run.model),
            "outcome": dict(run.outcome),
            "timings": dict(run.timings),
        },
    }


@api.get("/d/<slug>/ideas")
def ideas(slug: str) -> Json:
    """The outline in reading order, parents before children; ``?q=`` looks in the titles."""
    outline = outline_of(current_store(), find_discussion(slug))
    query = asked_query()
    branches = titled(outline, query) if query else outline.in_order()
    return {"items": [idea_json(branch) for branch in branches]}


@api.get("/d/<slug>/ideas/<int:idea_id>")
def idea(slug: str, idea_id: int) -> Json | WerkzeugResponse:
    """An idea with its passages; the address of a merged one leads to what it lives on in."""
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    branch = outline.get(idea_id)
    lives_on_in = store.corrections.merged_into(idea_id) if branch is None else None
    if lives_on_in is not None and lives_on_in in outline:
        return redirect(url_for("api.idea", slug=slug, idea_id=lives_on_in), code=301)
    if branch is None:
        abort(404, description="There is no such idea on this map.")
    asked = asked_page(PER_PAGE)
    carriers = store.repetitions.voices(found.id).get(idea_id)
    placements, total = store.ideas.placements_under(idea_id, limit=asked.size, offset=asked.offset)
    return idea_json(branch) | {
        "voices": None if carriers is None else asdict(carriers),
        "children": [child.idea.id for child in branch.children],
        "passages": _passages(placements, outline, asked.of(total)),
    }


@api.get("/d/<slug>/unplaced")
def unplaced(slug: str) -> Json:
    found, store, asked = find_discussion(slug), current_store(), asked_page(PER_PAGE)
    placements, total = store.ideas.unplaced(found.id, limit=asked.size, offset=asked.offset)
    return _passages(placements, outline_of(store, found), asked.of(total))


@api.get("/d/<slug>/repeated")
def repeated(slug: str) -> Json:
    """Texts that stand in several messages."""
    found, store, asked = find_discussion(slug), current_store(), asked_page(PER_PAGE)
    texts, total = store.repetitions.all(found.id, limit=asked.size, offset=asked.offset)
    messages = store.messages.many(sorted({text.message_id for text in texts}))
    return list_json(texts, lambda t: repeated_json(t, messages[t.message_id]), asked.of(total))


@api.get("/d/<slug>/points")
def points(slug: str) -> Response:
    """Every passage on the map: 12 bytes each, see ``openapi.json``."""
    found, store = find_discussion(slug), current_store()
    response = Response(
        pack_points(store, found, outline_of(store, found)), mimetype="application/octet-stream"
    )
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _passages(placements: list[Placement], outline: Outline, paging: Paging) -> Json:
    messages = current_store().messages.many(sorted({p.message_id for p in placements}))
    return list_json(placements, lambda p: passage_json(p, messages[p.message_id], outline), paging)
