"""Choices that live in the address: which order, which side; links, so that they work anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from web.ui.paging import address_asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    text: str
    address: str
    is_chosen: bool


def choices(
    name: str, texts: Mapping[str, str], chosen: str, *, anchor: str | None = None
) -> tuple[Choice, ...]:
    """A link for each value that ``?name=`` may have; the first is what no value means.

    The other wishes of the address stay, but for the page: another order begins anew.
    """
    asked = {key: value for key, value in request.args.items() if key not in {name, "page"}}
    default = next(iter(texts), "")

    def address(value: str) -> str:
        wish = {} if value == default else {name: value}
        return address_asking({**asked, **wish}, anchor=anchor)

    return tuple(
        Choice(text=text, address=address(value), is_chosen=value == chosen)
        for value, text in texts.items()
    )


def asked_choice(name: str, values: Mapping[str, object]) -> str:
    """The value that the address asks for, else the first."""
    asked = request.args.get(name, "")
    return asked if asked in values else next(iter(values))
