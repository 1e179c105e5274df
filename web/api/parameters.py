"""What an address of the API may ask for, and how a wrong question is refused.

Every operation names its parameters; a value outside the limits, a parameter given twice and one
that the operation does not know are answered with 400 instead of being read as something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, request

from web.services.search import MAX_LETTERS
from web.ui.query import LAST_PAGE, Paging

Schema = dict[str, Any]
"""A part of JSON Schema 2020-12."""
DEFAULT_PER_PAGE = 100
MOST_PER_PAGE = 500
_WHOLE = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the query string. ``schema`` holds its type, limits and default."""

    name: str
    schema: Schema
    description: str = ""
    is_required: bool = False

    def problem(self, value: str) -> str:
        """Why ``value`` is refused; empty where it is not."""
        if self.schema["type"] == "integer":
            return _problem_with_number(value, self.schema)
        return _problem_with_text(value, self.schema)

    def described(self) -> Schema:
        """As OpenAPI wants it."""
        return {
            "name": self.name,
            "in": "query",
            "required": self.is_required,
            "schema": self.schema,
            **({"description": self.description} if self.description else {}),
        }


PAGE = Parameter(
    name="page",
    schema={"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1},
    description="Which page, from 1; 404 beyond the last.",
)
PER_PAGE = Parameter(
    name="per_page",
    schema={
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_PER_PAGE,
        "default": DEFAULT_PER_PAGE,
    },
    description="How many items on a page.",
)
PAGED = (PAGE, PER_PAGE)
QUERY = Parameter(
    name="q",
    schema={"type": "string", "maxLength": MAX_LETTERS},
    description="Words to look for.",
)


def check_asked(parameters: Sequence[Parameter]) -> None:
    """400 unless the query string holds what ``parameters`` allow and nothing else."""
    known = {parameter.name: parameter for parameter in parameters}
    for name, values in request.args.lists():
        if name not in known:
            names = ", ".join(known) or "none"
            _refuse(f"The parameter “{name[:40]}” is not known here; known: {names}.")
        if len(values) > 1:
            _refuse(f"The parameter “{name}” is given more than once.")
        if problem := known[name].problem(values[0]):
            _refuse(f"The parameter “{name}” {problem}.")
    for parameter in parameters:
        if parameter.is_required and parameter.name not in request.args:
            _refuse(f"The parameter “{parameter.name}” is missing.")


def asked_paging() -> Paging:
    """The page that the address asks for; for operations that take ``PAGED``."""
    return Paging(
        page=request.args.get("page", 1, type=int),
        size=request.args.get("per_page", DEFAULT_PER_PAGE, type=int),
    )


def _refuse(why: str) -> None:
    abort(400, description=why)


def _problem_with_number(value: str, schema: Schema) -> str:
    if not _WHOLE.fullmatch(value):
        return "is not a whole number"
    least, most = schema.get("minimum"), schema.get("maximum")
    if isinstance(least, int) and int(value) < least:
        return f"is below {least}"
    if isinstance(most, int) and int(value) > most:
        return f"is above {most}"
    return ""


def _problem_with_text(value: str, schema: Schema) -> str:
    choices, pattern = schema.get("enum"), schema.get("pattern")
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(choices, list) and value not in choices:
        return f"is none of {', '.join(choices)}"
    if isinstance(least, int) and len(value) < least:
        return f"is shorter than {least} characters" if value else "is empty"
    if isinstance(most, int) and len(value) > most:
        return f"is longer than {most} characters"
    if isinstance(pattern, str) and not re.search(pattern, value):
        return f"does not look like {pattern}"
    if schema.get("format") == "date" and not _is_date(value):
        return "is no date such as 2024-03-31"
    return ""


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
