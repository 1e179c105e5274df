"""Long lists, a page at a time; the page number lives in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import abort, request, url_for
from flask_babel import gettext as _

LAST_PAGE = 1_000_000
"""No list is longer; keeps absurd numbers away from the database."""
_PLAIN = "!$'()*,/:;?@"
"""What may stand in a query as it is (RFC 3986)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where in a list of ``total`` things a page stands. Pages count from 1."""

    page: int
    size: int
    total: int = 0

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def n_pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Number of the first thing shown, from 1; 0 in an empty list."""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    def of(self, total: int) -> Paging:
        """The same place once the total is known; 404 beyond the last page."""
        placed = Paging(page=self.page, size=self.size, total=total)
        if self.page > placed.n_pages:
            abort(404, description=_("This list has no such page."))
        return placed


def asked_page(size: int) -> Paging:
    """The page that the address asks for; the first where it says nothing sensible."""
    number = request.args.get("page", 1, type=int)
    return Paging(page=min(max(number, 1), LAST_PAGE), size=size)


def page_address(number: int) -> str:
    """Address of another page of the list being shown."""
    asked = {key: value for key, value in request.args.items() if key != "page"}
    if number > 1:
        asked["page"] = str(number)
    return address_asking(asked)


def address_asking(asked: Mapping[str, str], *, anchor: str | None = None) -> str:
    """The address being answered, with other parameters.

    They come from the reader: among ``url_for``'s arguments, ``_scheme`` or ``endpoint`` would be
    its own.
    """
    place = url_for(request.endpoint or "", **(request.view_args or {}))
    query = f"?{urlencode(asked, safe=_PLAIN)}" if asked else ""
    return f"{place}{query}" + (f"#{anchor}" if anchor else "")
