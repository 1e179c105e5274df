"""A page is one frozen Context and the template it names."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol

from flask import render_template

Fields = dict[str, object]


class Context(Protocol):
    """All that one template is given; a frozen dataclass."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def render(context: Context) -> str:
    """The page: its template with the fields of ``context``, and nothing else."""
    return render_template(context.template, **values_of(context))


def values_of(context: Context) -> Fields:
    """Field name → value, one level deep."""
    return {field.name: getattr(context, field.name) for field in fields(context)}
