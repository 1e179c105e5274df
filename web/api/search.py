"""Search by words and by meaning, and where a sentence stands."""

from __future__ import annotations

from flask import request

from synth.records import ExtractState, Nature
from web.api.answers import MAX_ID
from web.api.openapi import operation
from web.api.parameters import PAGED, QUERY, Parameter, Schema, asked_paging
from web.api.report_answers import Found, Point, SearchPage
from web.http.rate_limits import searches
from web.http.store import find_snapshot
from web.services.point import MAX_LETTERS, find_point, one_paragraph
from web.services.search import Mode, Sort, parse_query, run_search
from web.services.search_results import found_messages

_ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
_DAY: Schema = {"type": "string", "format": "date"}


def _choice(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


SEARCHED = (
    QUERY,
    Parameter(name="mode", schema=_choice(*Mode), description="Default: both."),
    Parameter(name="sort", schema=_choice(*Sort), description="Default: relevance."),
    Parameter(name="idea", schema=_ID, description="With its sub-ideas."),
    Parameter(name="unplaced", schema=_choice("0", "1"), description="Under no idea."),
    Parameter(name="author", schema={"type": "string", "maxLength": 80}, description="Pseudonym."),
    Parameter(name="thread", schema=_ID, description="Id of its first message."),
    Parameter(name="language", schema={"type": "string", "maxLength": 20}),
    Parameter(name="nature", schema=_choice(*Nature), description="Of a key passage in it."),
    Parameter(name="state", schema=_choice(*ExtractState), description="Of a key passage in it."),
    Parameter(name="from", schema={**_DAY, "description": "The first day."}),
    Parameter(name="to", schema={**_DAY, "description": "The last day."}),
    *PAGED,
)
POINTED = (
    Parameter(
        name="text",
        schema={"type": "string", "minLength": 1, "maxLength": MAX_LETTERS},
        description="A sentence or a paragraph, in any language.",
        is_required=True,
    ),
)


@operation(
    "/d/<slug>/search",
    "Messages found by words, by meaning or both; without q, all that fit the rest",
    query=SEARCHED,
)
@searches()
def search(slug: str) -> SearchPage:
    snapshot, query = find_snapshot(slug), parse_query(request.args)
    if query.is_empty:
        return SearchPage.of_items((), asked_paging().of(0), meaning="not asked")
    result = run_search(snapshot, query)
    paging = asked_paging().of(len(result.found.rows))
    is_read = result.scores.cosines is not None
    messages = found_messages(snapshot, query, result, paging)
    return SearchPage.of_items(
        map(Found.of_found, messages),
        paging,
        meaning=result.trouble or ("read" if is_read else "not asked"),
    )


@operation(
    "/d/<slug>/point",
    "Where a sentence stands: the closest ideas, who said the like, a place on the map",
    query=POINTED,
)
@searches()
def point(slug: str) -> Point:
    snapshot = find_snapshot(slug)
    text = one_paragraph(request.args.get("text", ""))
    place, trouble, _problem = find_point(snapshot, text)
    return Point.of_point(place, trouble)
