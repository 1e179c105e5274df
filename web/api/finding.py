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
from web.pages.point import asked_text, look
from web.pages.search import shown
from web.pages.since import report_of
from web.services.outline import outline_of
from web.services.overview import overview_of
from web.services.search import answer
from web.services.search_query import asked
from web.services.since import asked_since, usual_since


@operation(
    "/d/<slug>/search",
    "Messages found by words, by meaning or both; without q, all that fit the rest",
    answer=page_with(FOUND, {"meaning": MEANING}),
    query=SEARCHED,
)
def search(slug: str) -> Json:
    found, store, ask = find_discussion(slug), current_store(), asked(request.args)
    outline = outline_of(store, found)
    if ask.is_empty:
        return list_json((), found_json, asked_paging().of(0)) | {"meaning": "not asked"}
    came = answer(store, found, outline, ask)
    paging = asked_paging().of(len(came.found.rows))
    is_read = came.scores.cosines is not None
    return list_json(shown(store, outline, ask, came, paging), found_json, paging) | {
        "meaning": came.trouble or ("read" if is_read else "not asked")
    }


@operation(
    "/d/<slug>/point",
    "Where a sentence stands: the closest ideas, who said the like, a place on the map",
    answer=POINT,
    query=POINTED,
)
def point(slug: str) -> Json:
    found = find_discussion(slug)
    pointed, trouble, _why = look(current_store(), found, asked_text())
    return point_json(pointed, trouble)


@operation(
    "/d/<slug>/since",
    "What is new since a day, the last visit or the last synthesis",
    answer=NEWS,
    query=(SINCE,),
)
def since(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    chosen = asked_since(found) or usual_since(found)
    if chosen.moment is None:
        return news_json(chosen, None)
    outline = outline_of(store, found)
    return news_json(chosen, report_of(store, found, outline, chosen, chosen.moment))


@operation(
    "/d/<slug>/overview",
    "Question, participation, lights, alerts and coverage",
    answer=OVERVIEW,
)
def overview(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    return overview_json(found, overview_of(store, found, outline_of(store, found)))
