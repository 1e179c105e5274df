"""What a search asks for, as its address says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from synth.records import ExtractState, Nature

MAX_LETTERS = 1_000
"""Of a query; what is longer is cut."""
T = TypeVar("T")


class Mode(StrEnum):
    BOTH = "both"
    WORDS = "words"
    MEANING = "meaning"


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Words, how to look for them, and what else is wished; what is not is None or False."""

    query: str = ""
    mode: Mode = Mode.BOTH
    sort: Sort = Sort.RELEVANCE
    idea: int | None = None
    is_unplaced: bool = False
    author: str | None = None
    """Pseudonym."""
    thread: int | None = None
    language: str | None = None
    nature: Nature | None = None
    state: ExtractState | None = None
    first: date | None = None
    last: date | None = None

    @property
    def is_sifting(self) -> bool:
        """Whether anything is asked for beside the words."""
        plain = Ask(query=self.query, mode=self.mode, sort=self.sort)
        return self != plain

    @property
    def is_empty(self) -> bool:
        return not self.query and not self.is_sifting

    def without(self, *names: str) -> Ask:
        """The same question without some of its wishes."""
        plain = Ask()
        return replace(self, **{name: getattr(plain, name) for name in names})

    def address(self) -> dict[str, str]:
        """As parameters of an address; what goes without saying is left out."""
        plain = Ask()
        return {
            parameter: "1" if value is True else str(value)
            for parameter, name in PARAMETERS.items()
            if (value := getattr(self, name)) != getattr(plain, name)
        }


PARAMETERS = {
    "q": "query", "mode": "mode", "sort": "sort", "idea": "idea", "unplaced": "is_unplaced",
    "author": "author", "thread": "thread", "language": "language", "nature": "nature",
    "state": "state", "from": "first", "to": "last",
}  # fmt: skip
"""Parameter of the address → what it sets."""
FILTERS = tuple(name for name in PARAMETERS.values() if name not in {"query", "mode", "sort"})


def asked(args: MultiDict[str, str]) -> Ask:
    """What the address asks for; a wish that makes no sense counts as none."""

    def one(name: str, read: Callable[[str], T]) -> T | None:
        text = args.get(name, "").strip()
        try:
            return read(text) if text else None
        except ValueError:
            return None

    return Ask(
        query=" ".join(args.get("q", "").replace("\0", " ").split())[:MAX_LETTERS],
        mode=one("mode", Mode) or Mode.BOTH,
        sort=one("sort", Sort) or Sort.RELEVANCE,
        idea=one("idea", _number),
        is_unplaced=args.get("unplaced", "") not in {"", "0"},
        author=one("author", lambda text: text[:80]),
        thread=one("thread", _number),
        language=one("language", lambda text: text[:20]),
        nature=one("nature", Nature),
        state=one("state", ExtractState),
        first=one("from", date.fromisoformat),
        last=one("to", date.fromisoformat),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63):
        raise ValueError(text)
    return int(text)
