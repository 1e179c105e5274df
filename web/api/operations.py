"""An operation of the API: its address, what it may be asked, what it answers.

``operation`` registers a view and describes it in one breath, so nothing is served that
``openapi.json`` does not know, and nothing is asked that the description does not allow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar

from flask import Blueprint
from flask.typing import ResponseReturnValue

from web.api.parameters import Parameter, check_asked
from web.api.schemas import MAX_ID, Schema, integer, string

api = Blueprint("api", __name__, url_prefix="/api")
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
JSON = "application/json"
BYTES = "application/octet-stream"
_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A GET operation as ``openapi.json`` describes it."""

    rule: str
    """As Flask writes it, without ``/api``: ``/d/<slug>/ideas/<int:idea_id>``."""
    name: str
    summary: str
    tag: str
    answer: Schema
    media: str
    query: tuple[Parameter, ...]
    moves: bool
    """Whether it may answer 301: the thing lives on under another address."""
    for_writers: bool
    """Whether it may answer 403."""

    @property
    def path(self) -> str:
        """As OpenAPI writes it: ``/api/d/{slug}/ideas/{idea_id}``."""
        return "/api" + _PLACE.sub(r"{\2}", self.rule)

    @property
    def places(self) -> tuple[tuple[str, Schema], ...]:
        """The parameters in the path, with their schemas."""
        return tuple(
            (name, integer(minimum=0, maximum=MAX_ID) if kind == "int" else string(minLength=1))
            for kind, name in _PLACE.findall(self.rule)
        )

    @property
    def may_miss(self) -> bool:
        """Whether it may answer 404."""
        return bool(self.places) or any(parameter.name == "page" for parameter in self.query)


OPERATIONS: list[Operation] = []
"""Filled as the modules of the operations are imported."""


def operation(
    rule: str,
    summary: str,
    *,
    answer: Schema,
    media: str = JSON,
    query: tuple[Parameter, ...] = (),
    moves: bool = False,
    for_writers: bool = False,
) -> Callable[[View], View]:
    """Serve the view under ``/api`` + ``rule`` and describe it.

    Views read parameters from ``request.args``; by then they are within their limits.
    """

    def register(view: View) -> View:
        described = Operation(
            rule=rule,
            name=view.__name__,
            summary=summary,
            tag=view.__module__.rpartition(".")[2],
            answer=answer,
            media=media,
            query=query,
            moves=moves,
            for_writers=for_writers,
        )
        OPERATIONS.append(described)

        @wraps(view)
        def checked(**places: object) -> ResponseReturnValue:
            check_asked(query)
            return view(**places)

        api.add_url_rule(rule, endpoint=described.name, view_func=checked, methods=["GET"])
        return view

    return register
