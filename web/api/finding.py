"""Search, find one's point, what is new, and the overview, as JSON."""

from __future__ import annotations

from flask import request

from web.api.operations import operation
from web.api.parameters import asked_paging
from web.api.schemas import page_with
from web.api.shapes.finding import (
    FOUND,
    MEANING,
    POINT,
    POINTED,
    SEARCHED,
    found_json,
    point_json,
)
from web.api.shapes.lists import Json, list_json
from web.api.shapes.watching import NEWS, OVERVIEW, SINCE, news_json, overview_json
from web.http.store import current_store, find_discussion
from web.http.visits import current_visit
from web.services.news import report_of
from web.services.outline import outline_of
from web.services.overview import overview_of
from web.services.point import find_point, one_paragraph
from web.services.search import parse_query, run_search
from web.services.search_results import found_messages
from web.services.since import usual_since
from web.ui.query import asked_since


@operation(
    "/d/<slug>/search",
    "Messages found by words, by meaning or both; without q, all that fit the rest",
    answer=page_with(FOUND, {"meaning": MEANING}),
    query=SEARCHED,
)
def search(slug: str) -> Json:
    found, store, query = find_discussion(slug), current_store(), parse_query(request.args)
    if query.is_empty:
        return list_json((), found_json, asked_paging().of(0)) | {"meaning": "not asked"}
    outline = outline_of(store, found)
    result = run_search(store, found, outline, query)
    paging = asked_paging().of(len(result.found.rows))
    is_read = result.scores.cosines is not None
    messages = found_messages(store, outline, query, result, paging)
    return list_json(messages, found_json, paging) | {
        "meaning": result.trouble or ("read" if is_read else "not asked")
    }


@operation(
    "/d/<slug>/point",
    "Where a sentence stands: the closest ideas, who said the like, a place on the map",
    answer=POINT,
    query=POINTED,
)
def point(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    text = one_paragraph(request.args.get("text", ""))
    point, trouble, _ = find_point(store, found, outline_of(store, found), text)
    return point_json(point, trouble)


@operation(
    "/d/<slug>/since",
    "What is new since a day, the last visit or the last synthesis",
    answer=NEWS,
    query=(SINCE,),
)
def since(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    chosen = asked_since(found) or usual_since(found, current_visit().previous_at)
    return news_json(chosen, report_of(store, found, outline_of(store, found), chosen))


@operation(
    "/d/<slug>/overview",
    "Question, participation, lights, alerts and coverage",
    answer=OVERVIEW,
)
def overview(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    return overview_json(found, overview_of(store, found, outline_of(store, found)))
