"""Words stay in their place on a page: they turn no direction but their own, and pile up little.

Unicode has invisible characters that reverse or embed the text after them until another one ends
it (UAX 9). A name that holds the first without the second would turn round the numbers and links
beside it, so every value is closed before it goes into a page. And it has marks that stand above
and below a letter, as many as one likes: dozens of them cover the lines around. A page shows
``MOST_MARKS`` of them; what is stored, and what the API gives, stays as it was written.
"""

from __future__ import annotations

import re
from typing import TypeVar

from markupsafe import Markup

_EMBEDS = frozenset("\u202a\u202b\u202d\u202e")
_ENDS_EMBEDDING = "\u202c"
_ISOLATES = frozenset("\u2066\u2067\u2068")
_ENDS_ISOLATE = "\u2069"
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
MOST_MARKS = 8
"""On one letter; no writing needs more."""
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILED = re.compile(f"({_MARK}{{{MOST_MARKS}}}){_MARK}+")
T = TypeVar("T")


def closed(text: str) -> str:
    """The text with every embedding and isolate in it ended, and no end without a beginning."""
    open_: list[str] = []

    def keep(found: re.Match[str]) -> str:
        sign = found[0]
        if sign in _EMBEDS or sign in _ISOLATES:
            open_.append(_ENDS_EMBEDDING if sign in _EMBEDS else _ENDS_ISOLATE)
            return sign
        if sign == _ENDS_EMBEDDING and open_[-1:] != [sign]:
            return ""
        if sign == _ENDS_ISOLATE and sign not in open_:
            return ""
        while open_.pop() != sign:  # the end of an isolate ends what was embedded in it
            pass
        return sign

    return _TURNS.sub(keep, text) + "".join(reversed(open_))


def contained(value: T) -> T | str:
    """What a template puts out, closed and without piles of marks; other values as they are."""
    if not isinstance(value, str) or value.isascii():
        return value
    text = _PILED.sub(r"\1", value)
    text = closed(text) if _TURNS.search(text) else text
    return Markup(text) if isinstance(value, Markup) else text  # noqa: S704
