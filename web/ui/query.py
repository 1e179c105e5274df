"""What the query of an address says, and links that change it: which page, which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import abort, request, url_for
from flask_babel import gettext as _

from synth.store import Discussion
from web.http.visits import current_visit
from web.services.since import Since, StartPoint, chosen_since

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


def asked_since(discussion: Discussion) -> Since | None:
    """From when on things are new, as ``?since=`` says; None where it says nothing sensible."""
    text = request.args.get("since", "").strip()
    # Whoever reads the cookie makes an answer of its own for each reader: only where it counts.
    visited_at = current_visit().previous_at if text == StartPoint.VISIT else None
    return chosen_since(text, discussion, visited_at)


def address_asking(asked: Mapping[str, str], *, anchor: str | None = None) -> str:
    """The address being answered, with other parameters.

    They come from the reader: among ``url_for``'s arguments, ``_scheme`` or ``endpoint`` would be
    its own.
    """
    place = url_for(request.endpoint or "", **(request.view_args or {}))
    query = f"?{urlencode(asked, safe=_PLAIN)}" if asked else ""
    return f"{place}{query}" + (f"#{anchor}" if anchor else "")
