"""The description of the API (OpenAPI 3.1): all that operations and shapes say of themselves."""

from __future__ import annotations

from functools import cache

from web.api.operations import OPERATIONS, Operation, operation
from web.api.schemas import SCHEMAS, Schema, anything, integer, named, record, string

_PROBLEM = named(
    "Problem",
    record(
        {
            "type": string(),
            "title": string("What the status means."),
            "status": integer(minimum=400, maximum=599),
            "detail": string("What is wrong in this case, for people."),
        },
        "RFC 9457.",
    ),
)
_INFO: Schema = {
    "title": "Discussions, their ideas and the words behind them",
    "version": "1",
    "description": (
        "Read-only. Authors are pseudonyms. Ids stay as they are: an idea keeps its own when the "
        "map is made anew, and a merged one leads to what it lives on in. Lists come in pages: "
        "`page` counts from 1, `per_page` says how many, `next` is the address of the next page. "
        "A parameter that is not known, given twice or out of its limits is answered with 400. "
        "Errors are application/problem+json, among them 405 with the header Allow for any method "
        "but GET, HEAD and OPTIONS. Every answer has an ETag: send it back as If-None-Match and "
        "get 304 while nothing has changed. Times are ISO 8601 in UTC. Offsets count Unicode "
        "characters."
    ),
}
_PROBLEMS = {
    "400": "A parameter is not known, or has no such value.",
    "403": "Only the machine that serves this may ask.",
    "404": "There is no such thing here.",
    "409": "The discussion file cannot be used.",
    "500": "Something unforeseen went wrong.",
}
_NAMES = {"400": "Bad", "403": "Forbidden", "404": "Missing", "409": "Unusable", "500": "Failed"}
_ETAG: Schema = {"description": "Changes when the answer does.", "schema": string()}


@cache
def document() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "paths": {o.path: {"get": _described(o)} for o in sorted(OPERATIONS, key=lambda o: o.path)},
        "components": {
            "schemas": SCHEMAS,
            "responses": {_NAMES[status]: _problem(text) for status, text in _PROBLEMS.items()},
        },
    }


@operation("/openapi.json", "This document", answer=anything("OpenAPI 3.1."))
def openapi() -> Schema:
    return document()


def _described(of: Operation) -> Schema:
    return {
        "operationId": of.name,
        "summary": of.summary,
        "tags": [of.tag],
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": schema}
                for name, schema in of.places
            ),
            *(parameter.described() for parameter in of.query),
        ],
        "responses": _responses(of),
    }


def _responses(of: Operation) -> Schema:
    found: Schema = {
        "200": {
            "description": of.summary,
            "headers": {"ETag": _ETAG},
            "content": {of.media: {"schema": of.answer}},
        },
        "304": {"description": "What If-None-Match names has not changed."},
    }
    if of.moves:
        found["301"] = {
            "description": "It lives on under the address in Location.",
            "headers": {"Location": {"schema": string(format="uri-reference")}},
        }
    problems = ["400", "409", "500"]
    problems += ["404"] if of.may_miss else []
    problems += ["403"] if of.for_writers else []
    for status in sorted(problems):
        found[status] = {"$ref": f"#/components/responses/{_NAMES[status]}"}
    return found


def _problem(description: str) -> Schema:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }
