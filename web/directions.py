"""Words that turn the direction of writing do so for themselves only, never for what follows.

Unicode has invisible characters that reverse or embed the text after them until another one ends
it (UAX 9). A name that holds the first without the second would turn round the numbers and links
beside it, so every value is closed before it goes into a page. The words stay as they are.
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
    """``closed`` for what a template puts out; anything but such text stays as it is."""
    if not isinstance(value, str) or value.isascii() or not _TURNS.search(value):
        return value
    return Markup(closed(value)) if isinstance(value, Markup) else closed(value)  # noqa: S704
