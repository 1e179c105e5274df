"""Typed access to what a file says, whose types can never be relied on.

Every function takes any value and answers None (or an empty collection) for a value that is
not what is asked for, so that an importer states what it needs and never crashes on a record.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlsplit

from synth.importers.times import parse_time
from synth.records import BodyFormat

_T = TypeVar("_T")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TAG = re.compile(
    r"<(?:/?(?:p|div|span|ul|ol|li|em|strong|b|i|u|s|h[1-6]|blockquote|aside|table|tr|td|pre|code)"
    r"(?:\s[^<>]*)?|(?:br|hr|img|a)(?:\s[^<>]*|/)?|/a)>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>[ \t]*(?:\r?\n)?", re.IGNORECASE)
_LARGEST = 2**63 - 1


def text_of(value: object) -> str | None:
    """A string with something to read in it; NULs and lone surrogates cannot be stored."""
    if not isinstance(value, str):
        return None
    text = value.replace("\x00", "")
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if text.strip() else None


def id_of(value: object) -> str | None:
    """An id, which some exports write as a string and others as a number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    text = text_of(value)
    return text.strip() if text else None


def whole(value: object) -> int | None:
    """A whole number, also when it is written as a string; within 64 bits."""
    number: int | None = None
    match value:
        case bool():
            return None
        case int():
            number = value
        case str() if re.fullmatch(r"[+-]?[0-9]{1,19}", value.strip()):
            number = int(value)
        case float() | Decimal() if _is_whole(Decimal(value)):
            number = int(value)
    return number if number is not None and abs(number) <= _LARGEST else None


def _is_whole(value: Decimal) -> bool:
    return value.is_finite() and abs(value) <= _LARGEST and value == int(value)


def is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


class JsonRecord:
    """A JSON object, asked for its members by what they should be.

    A path leads inside with dots: ``author.name``. Of several paths the first counts that holds
    what is asked for. What is no object, missing or of another type is None, or empty.
    """

    __slots__ = ("members",)

    def __init__(self, value: object) -> None:
        self.members: Mapping[str, object] = value if isinstance(value, dict) else {}

    def __bool__(self) -> bool:
        return bool(self.members)

    def get(self, path: str) -> object:
        """Whatever stands there."""
        value: object = self.members
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _first(self, as_type: Callable[[object], _T | None], paths: Iterable[str]) -> _T | None:
        found = (as_type(self.get(path)) for path in paths)
        return next((value for value in found if value is not None), None)

    def text(self, *paths: str) -> str | None:
        return self._first(text_of, paths)

    def id(self, *paths: str) -> str | None:
        return self._first(id_of, paths)

    def url(self, *paths: str) -> str | None:
        return self._first(web_url, paths)

    def whole(self, *paths: str) -> int | None:
        return self._first(whole, paths)

    def time(self, *paths: str) -> datetime | None:
        return self._first(parse_time, paths)

    def is_true(self, path: str) -> bool:
        return is_true(self.get(path))

    def sequence(self, path: str) -> Sequence[object]:
        value = self.get(path)
        return value if isinstance(value, list) else ()

    def records(self, path: str) -> list[JsonRecord]:
        """The members of a list; an empty record for each that is no object."""
        return [JsonRecord(item) for item in self.sequence(path)]

    def total(self, path: str, name: str) -> int:
        """Sum of a whole number over a list of objects."""
        return sum(record.whole(name) or 0 for record in self.records(path))


def filled(values: Mapping[str, object]) -> Mapping[str, object]:
    """Those that say something: neither missing, nor empty, zero or false."""
    return {name: value for name, value in values.items() if value}


def plain_text(value: object) -> str | None:
    """A value as it would be written in a table; None where there is nothing in it."""
    text: str | None = None
    match value:
        case str():
            text = text_of(value)
        case bool():
            text = "true" if value else "false"
        case float() | Decimal() if math.isfinite(value):
            text = f"{value:f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))
        case int():
            text = str(value)
        case datetime() | date():
            text = value.isoformat()
        case list() | tuple():
            text = ", ".join(part for item in value if (part := plain_text(item)) is not None)
    return text.strip() or None if text else None


def serialisable(value: object) -> object:
    """The value as JSON can hold it; what it cannot becomes text."""
    match value:
        case str():
            return text_of(value)
        case bool() | int() | None:
            return value
        case float() | Decimal():
            return float(value) if math.isfinite(value) else None
        case dict():
            return {str(key): serialisable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [serialisable(inner) for inner in value]
        case _:
            return str(value)


def rounded(value: str | None) -> int | None:
    """A count as a table may write it: ``3``, ``3.0`` or ``3,0``."""
    try:
        number = float((value or "").replace(",", "."))
        return int(number) if abs(number) < 2**53 else None
    except ValueError:
        return None


def web_url(value: object) -> str | None:
    """An http(s) address: other schemes (``javascript:``) must not become links."""
    text = text_of(value)
    if text is None:
        return None
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return None
    return text.strip() if parts.scheme in ("http", "https") and parts.netloc else None


def body_of(text: str) -> tuple[str, BodyFormat]:
    """A body of undeclared format, and what it is.

    Text with line breaks as its only tags (mail and forms shown on a web page) becomes plain
    again, so that its lines, and the quote marks before them, count as such.
    """
    if not has_markup(text):
        return text, BodyFormat.PLAIN
    if has_markup(_BREAK.sub("", text)):
        return text, BodyFormat.HTML
    return html.unescape(_BREAK.sub("\n", text)).replace("\x00", ""), BodyFormat.PLAIN


def has_markup(text: str) -> bool:
    """Whether a body whose format is not declared is HTML: it holds a common HTML tag."""
    return _TAG.search(text) is not None


def with_title(title: str | None, body: str | None) -> str | None:
    """A title that is itself part of what is said, and the text below it, as one body."""
    if title is None or body is None or body.lstrip().startswith(title.strip()):
        return body or title
    if not has_markup(body):
        return f"{title}\n\n{body}"
    return f"<p>{html.escape(title, quote=False)}</p>\n{body}"
