"""Words to describe JSON with: the part of JSON Schema 2020-12 that the API needs.

A shape of ``web.api.shapes`` describes itself with these beside the function that makes it, and
gives the description a name with ``named``; ``openapi.json`` holds every named one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

Schema = dict[str, object]
SCHEMAS: dict[str, Schema] = {}
"""Name → description of every shape; filled as the modules of the shapes are imported."""

MAX_ID = 2**63 - 1
"""SQLite numbers its rows up to here."""


def integer(description: str = "", **limits: object) -> Schema:
    return _of("integer", description, limits)


def count(description: str = "") -> Schema:
    """How many there are of something."""
    return integer(description, minimum=0)


def row_id(description: str = "") -> Schema:
    return integer(description, minimum=1, maximum=MAX_ID)


def number(description: str = "", **limits: object) -> Schema:
    return _of("number", description, limits)


def share(description: str = "") -> Schema:
    return number(description, minimum=0, maximum=1)


def string(description: str = "", **limits: object) -> Schema:
    return _of("string", description, limits)


def boolean(description: str = "") -> Schema:
    return _of("boolean", description, {})


def time(description: str = "ISO 8601 in UTC; null where nobody knows.") -> Schema:
    return maybe(string(description, format="date-time"))


def choice(kinds: type[StrEnum] | list[str], description: str = "") -> Schema:
    return string(description, enum=[str(kind) for kind in kinds])


def array(items: Schema, description: str = "") -> Schema:
    return _of("array", description, {"items": items})


def anything(description: str) -> Schema:
    """An object whose keys depend on what produced it."""
    return _of("object", description, {"additionalProperties": True})


def record(properties: Mapping[str, Schema], description: str = "") -> Schema:
    """An object that has all these keys and no others."""
    return _of(
        "object",
        description,
        {
            "properties": dict(properties),
            "required": list(properties),
            "additionalProperties": False,
        },
    )


def maybe(schema: Schema) -> Schema:
    """That, or null."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    nullable: Schema = {**schema, "type": [schema["type"], "null"]}
    if isinstance(choices := schema.get("enum"), list):
        nullable["enum"] = [*choices, None]
    return nullable


def named(name: str, schema: Schema) -> Schema:
    """Keep a description under a name that is not taken; returns a reference to it."""
    if name in SCHEMAS:
        raise ValueError(f"two shapes are called {name}")
    SCHEMAS[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


def items_of(items: Schema) -> Schema:
    """A whole list."""
    return record({"items": array(items)})


def page_of(items: Schema) -> Schema:
    """A page of a list with its place in the whole; ``web.api.shapes.list_json`` makes it."""
    return page_with(items, {})


def page_with(items: Schema, more: Mapping[str, Schema]) -> Schema:
    """The same with more keys."""
    address = maybe(string(format="uri-reference"))
    return record(
        {
            "items": array(items),
            "page": integer("Counted from 1.", minimum=1),
            "per_page": integer(minimum=1),
            "n_pages": integer(minimum=1),
            "total": count("Items in the whole list."),
            "next": {**address, "description": "Address of the next page; null on the last."},
            "previous": {**address, "description": "Address of the page before; null on page 1."},
            **more,
        }
    )


def _of(kind: str, description: str, more: Mapping[str, object]) -> Schema:
    return {"type": kind, **({"description": description} if description else {}), **more}
