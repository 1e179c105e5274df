"""Operations of the API, and their description as OpenAPI 3.1.

``operation`` registers a view and its description together: every address that is served stands
in ``openapi.json``, and a request that the description does not allow is refused. What a view
answers is the type that it returns; the schemas are made of these types.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from flask import Blueprint, Response
from msgspec import Meta
from werkzeug.wrappers import Response as WerkzeugResponse

from web.api.answers import MAX_ID, Answer, about
from web.api.parameters import Parameter, Schema, check_asked
from web.http.permission import open_to_all

api = Blueprint("api", __name__, url_prefix="/api")
View = TypeVar("View", bound=Callable[..., Answer | Schema | WerkzeugResponse])
JSON = "application/json"
BYTES = "application/octet-stream"
_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
_INFO: Schema = {
    "title": "Discussions, their ideas and the words behind them",
    "version": "1",
    "description": (
        "Read-only. Authors are pseudonyms, and texts are masked. Ids stay as they are: an idea "
        "keeps its own when the map is made anew, and a merged one leads to what it lives on in. "
        "Lists come in pages: "
        "`page` counts from 1, `per_page` says how many, `next` is the address of the next page. "
        "A parameter that is not known, given twice or out of its limits is answered with 400. "
        "Errors are application/problem+json, among them 405 with the header Allow for any method "
        "but GET, HEAD and OPTIONS. Every answer has an ETag: send it back as If-None-Match and "
        "get 304 while nothing has changed. Times are ISO 8601 in UTC. Offsets count Unicode "
        "characters."
    ),
}
_PROBLEMS = {
    "400": ("Bad", "A parameter is not known, or has no such value."),
    "401": ("Unknown", "Only people who are signed in may ask."),
    "403": ("Forbidden", "Who asks may not know this."),
    "404": ("Missing", "There is no such thing here."),
    "429": ("Often", "Too many requests in a short time; `Retry-After` says when to ask again."),
    "409": ("Unusable", "The discussion file cannot be used."),
    "500": ("Failed", "Something unforeseen went wrong."),
}
_ETAG: Schema = {"description": "Changes when the answer does.", "schema": {"type": "string"}}


class Problem(Answer):
    """An error (RFC 9457)."""

    type: str
    title: Annotated[str, about("What the status means.")]
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: Annotated[str, about("What is wrong in this case, for people.")]


def problem(status: int, title: str, detail: str) -> Response:
    """A problem document; ``type`` is about:blank, so ``title`` says what the status means."""
    body = Problem(type="about:blank", title=title, status=status, detail=detail)
    return _response(body, status=status, media="application/problem+json")


def _response(body: Answer | Schema, *, status: int = 200, media: str = JSON) -> Response:
    return Response(msgspec.json.encode(body), status=status, mimetype=media)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A GET operation as ``openapi.json`` describes it."""

    rule: str
    """As Flask writes it, without ``/api``: ``/d/<slug>/ideas/<int:idea_id>``."""
    name: str
    summary: str
    tag: str
    answer: Any
    """Type of the answer; None where it is bytes."""
    query: tuple[Parameter, ...]
    may_move: bool
    """Whether it may answer 301: the thing lives on under another address."""
    is_open: bool
    """Whether its address has no discussion; what may be seen, it checks itself."""

    @property
    def path(self) -> str:
        """As OpenAPI writes it: ``/api/d/{slug}/ideas/{idea_id}``."""
        return "/api" + _PLACE.sub(r"{\2}", self.rule)

    @property
    def places(self) -> tuple[tuple[str, Schema], ...]:
        """The parameters in the path, with their schemas."""
        number: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_ID}
        text: Schema = {"type": "string", "minLength": 1}
        return tuple(
            (name, number if kind == "int" else text) for kind, name in _PLACE.findall(self.rule)
        )

    @property
    def may_miss(self) -> bool:
        """Whether it may answer 404."""
        return bool(self.places) or any(parameter.name == "page" for parameter in self.query)


OPERATIONS: list[Operation] = []
"""Filled as the modules of the operations are imported."""


def operation(
    rule: str, summary: str, *, query: tuple[Parameter, ...] = (), is_open: bool = False
) -> Callable[[View], View]:
    """Serve the view under ``/api`` + ``rule`` and describe it.

    Views read parameters from ``request.args``; by then they are within their limits. They return
    an ``Answer``, bytes as a Flask ``Response``, or a redirection beside the answer.
    """

    def register(view: View) -> View:
        returned = get_type_hints(view)["return"]
        kinds = get_args(returned) if get_origin(returned) in (Union, UnionType) else (returned,)
        answers = [kind for kind in kinds if not _is_response(kind)]
        described = Operation(
            rule=rule,
            name=view.__name__,
            summary=summary,
            tag=view.__module__.rpartition(".")[2],
            answer=answers[0] if answers else None,
            query=query,
            may_move=0 < len(answers) < len(kinds),
            is_open=is_open,
        )
        OPERATIONS.append(described)

        @wraps(view)
        def answer(**places: object) -> WerkzeugResponse:
            check_asked(query)
            found = view(**places)
            return found if isinstance(found, WerkzeugResponse) else _response(found)

        if is_open:
            open_to_all(answer)
        api.add_url_rule(rule, endpoint=described.name, view_func=answer, methods=["GET"])
        return view

    return register


def _is_response(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, WerkzeugResponse)


@cache
def document() -> Schema:
    """The whole description."""
    operations = sorted(OPERATIONS, key=lambda one: one.path)
    types = [Problem, *(one.answer for one in operations if one.answer is not None)]
    schemas, components = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    schema_of = dict(zip(map(repr, types), schemas, strict=True))
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "paths": {one.path: {"get": _described(one, schema_of)} for one in operations},
        "components": {
            "schemas": components,
            "responses": {
                name: {
                    "description": text,
                    "content": {"application/problem+json": {"schema": schemas[0]}},
                }
                for name, text in _PROBLEMS.values()
            },
        },
    }


@operation("/openapi.json", "This document", is_open=True)
def openapi() -> Schema:
    return document()


def _described(one: Operation, schema_of: dict[str, Schema]) -> Schema:
    content = (
        {BYTES: {"schema": {}}}
        if one.answer is None
        else {JSON: {"schema": schema_of[repr(one.answer)]}}
    )
    return {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.tag],
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": schema}
                for name, schema in one.places
            ),
            *(parameter.described() for parameter in one.query),
        ],
        "responses": _responses(one, content),
    }


def _responses(one: Operation, content: Schema) -> Schema:
    found: Schema = {
        "200": {"description": one.summary, "headers": {"ETag": _ETAG}, "content": content},
        "304": {"description": "What If-None-Match names has not changed."},
    }
    if one.may_move:
        location: Schema = {"schema": {"type": "string", "format": "uri-reference"}}
        found["301"] = {
            "description": "It lives on under the address in Location.",
            "headers": {"Location": location},
        }
    problems = ["400", "409", "500"]
    problems += ["404"] if one.may_miss else []
    problems += ["401", "403"] if one.is_open else []
    for status in sorted(problems):
        found[status] = {"$ref": f"#/components/responses/{_PROBLEMS[status][0]}"}
    return found
