"""Reading JSON exports that may be large, cut short, or not quite UTF-8.

Three ways in: ``peek`` looks at the beginning of a file (for sniffing), ``members`` streams a
document record by record, ``load`` takes a document whole. All keep what stood before a cut.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import TextIO

import ijson

from synth.errors import InputProblem
from synth.importers.base import HEAD_BYTES, ExportFile, ReadOptions
from synth.importers.encoding import open_text
from synth.records import Problem

WHOLE_LIMIT = 256 * 1024 * 1024
"""Characters of a document that is taken whole; it needs about six times that in memory."""
LONGEST_RECORD = 64 * 1024 * 1024
"""Characters after which a value that does not end is given up."""
CHUNK = 65_536
DEEPEST = 200
"""Nesting above this is no export of a discussion; it protects what walks the value."""

_BYTE_ORDER_MARK = "\ufeff"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_Container = dict[str, object] | list[object]
_DECODER = json.JSONDecoder(strict=False)
_NOT_SPACE = re.compile(r"[^ \t\r\n]")
_EDGE = 32
_PARSER_ERRORS = (ijson.JSONError, ValueError, ArithmeticError)
_CONTROL = {code: " " for code in range(32) if chr(code) not in "\t\n\r"}


class BrokenJson(Exception):
    """The document stops being JSON here; ``str()`` says where and why."""


class _Utf8Stream:
    """Text as clean UTF-8: the parser gives up at the first bad byte or control character."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._is_begun = False

    def read(self, size: int = -1) -> bytes:
        text = self._text.read(size)
        if text and not self._is_begun:
            self._is_begun = True
            text = text.removeprefix(_BYTE_ORDER_MARK) or self._text.read(size)
        return text.translate(_CONTROL).encode("utf-8", "replace")


class _Partial:
    """The value that a run of parser events has built so far."""

    def __init__(self) -> None:
        self.value: object = None
        self.open: list[_Container] = []
        self._keys: list[str] = []

    @property
    def is_complete(self) -> bool:
        return not self.open

    def feed(self, event: str, value: object) -> None:
        if event == "map_key":
            self._keys[-1] = str(value)
        elif event in ("start_map", "start_array"):
            container: _Container = {} if event == "start_map" else []
            self._add(container)
            if len(self.open) >= DEEPEST:
                raise BrokenJson(f"nested deeper than {DEEPEST} levels")
            self.open.append(container)
            self._keys.append("")
        elif event in ("end_map", "end_array"):
            self.open.pop()
            self._keys.pop()
        else:
            self._add(value)

    def _add(self, value: object) -> None:
        if not self.open:
            self.value = value
        elif isinstance(holder := self.open[-1], dict):
            holder[self._keys[-1]] = value
        else:
            holder.append(value)

    def drop_cut(self, envelopes: Collection[str]) -> None:
        """Forget the objects that were being read at the cut, save for the envelopes.

        An envelope is an object that has one of these members: it holds records, and those
        read before the cut are whole.
        """
        for holder, key, child in zip(self.open, self._keys, self.open[1:], strict=False):
            if not isinstance(child, dict) or any(name in child for name in envelopes):
                continue
            if isinstance(holder, list):
                holder.pop()
            else:
                del holder[key]
            return


def _encoding(head: bytes) -> str:
    """By the mark, or the zeros around the first characters, which are ASCII (RFC 4627, 3).

    Otherwise UTF-8, as JSON has to be: one bad byte in a document of one line says nothing
    about the rest. ``open_text`` reads each bad byte as Windows-1252.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    match [byte == 0 for byte in head[:2]]:
        case [False, True]:
            return "utf-16-le"
        case [True, False]:
            return "utf-16-be"
    return "utf-8"


def _open(file: ExportFile, options: ReadOptions) -> TextIO:
    return open_text(file, options.encoding or _encoding(file.head))


def _events(text: TextIO) -> Iterator[tuple[str, object]]:
    """Parser events; raises BrokenJson where the document stops being JSON."""
    try:
        yield from ijson.basic_parse(_Utf8Stream(text), buf_size=CHUNK)
    except _PARSER_ERRORS as error:
        raise _as_broken(error) from error


def _as_broken(error: Exception) -> BrokenJson:
    reason = str(error).strip().splitlines()
    return BrokenJson(reason[0] if reason else "not JSON")


def peek(file: ExportFile) -> object:
    """What the first ``HEAD_BYTES`` hold, as far as they go; None where it is not JSON.

    The value is shared between the importers that look at the same file: do not change it.
    """
    return _peek(file.head)


@lru_cache(maxsize=4)
def _peek(head: bytes) -> object:
    text = head.decode(_encoding(head), "replace").lstrip(_BYTE_ORDER_MARK + " \t\r\n")
    if not text.startswith(("{", "[")):
        return None
    if len(head) < HEAD_BYTES:  # all of a small file: much faster at once
        with suppress(ValueError, RecursionError):
            return _parse_whole(text)
    partial = _Partial()
    # The head of a larger file ends in the middle of something, as a rule.
    with suppress(BrokenJson):
        for event, value in _events(io.StringIO(text)):
            partial.feed(event, value)
    return partial.value


def broken(file: ExportFile, error: BrokenJson, position: str) -> Problem:
    return Problem(
        source=file.name,
        position=position,
        what=f"the JSON breaks off: {error}",
        remedy="what stands before was read; export or copy the file again to get the rest",
    )


def members(
    file: ExportFile, options: ReadOptions, *, lists: Collection[str]
) -> Iterator[tuple[str, object] | Problem]:
    """The members of a JSON object in document order, those in ``lists`` element by element.

    Yields ``(name, value)`` pairs. Memory holds one member, or one element, at a time. The
    elements of a list at the top of the document are members named ``""``. When the document
    breaks off, a Problem comes last.
    """
    count = 0
    try:
        with _open(file, options) as text:
            for name, value in _members(_Scanner(text), lists):
                count += not name or name in lists
                yield name, value
    except BrokenJson as error:
        yield broken(file, error, f"after record {count}" if count else "the beginning")


def _members(scanner: _Scanner, lists: Collection[str]) -> Iterator[tuple[str, object]]:
    if scanner.sign() == "[":
        yield from (("", element) for element in scanner.elements())
        return
    for name in scanner.names():
        if name in lists and scanner.sign() == "[":
            yield from ((name, element) for element in scanner.elements())
        else:
            yield name, scanner.value()


class _Scanner:
    """Walks through a document of any length and takes one value of it at a time.

    The values are read by Python's own JSON decoder, several times faster than from events.
    """

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._buffer = text.read(CHUNK).removeprefix(_BYTE_ORDER_MARK)
        self._at = 0

    def sign(self) -> str:
        """The next character that is no white space, left where it is; empty at the end."""
        while True:
            found = _NOT_SPACE.search(self._buffer, self._at)
            if found:
                self._at = found.start()
                return found[0]
            self._at = len(self._buffer)
            if not self._more():
                return ""

    def names(self) -> Iterator[str]:
        """The names in an object; each one's value has to be taken before the next name."""
        for _ in self._items("{", "}"):
            name = self.value()
            self._take(":")
            yield str(name)

    def elements(self) -> Iterator[object]:
        for _ in self._items("[", "]"):
            yield self.value()

    def value(self) -> object:
        self.sign()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError:
                raise BrokenJson("nested too deep") from None
            except ValueError as error:
                if len(self._buffer) - self._at > LONGEST_RECORD or not self._more():
                    raise BrokenJson(getattr(error, "msg", str(error))) from None
                continue
            # At the edge of the buffer "1" may be the beginning of "1.5".
            if end > len(self._buffer) - _EDGE and self._more():
                continue
            self._at = end
            return value

    def _items(self, opening: str, closing: str) -> Iterator[None]:
        """Stops before each item of a container."""
        self._take(opening)
        if self.sign() != closing:
            yield
            while self.sign() == ",":
                self._take(",")
                yield
        self._take(closing)

    def _take(self, sign: str) -> None:
        found = self.sign()
        if found != sign:
            raise BrokenJson(f"{found or 'the end'!r} where {sign!r} should be")
        self._at += 1

    def _more(self) -> bool:
        """Read on: as much again as is waiting, so that a long value costs linear time."""
        read = self._text.read(max(CHUNK, len(self._buffer) - self._at))
        if read:
            self._buffer, self._at = self._buffer[self._at :] + read, 0
        return bool(read)


def load(
    file: ExportFile, options: ReadOptions, *, envelopes: Collection[str] = ()
) -> tuple[object, Problem | None]:
    """The whole document, and a Problem where it is cut short or damaged.

    The object in which a document breaks off is left out, unless it has one of the members
    ``envelopes`` (it then holds whole records). Raises InputProblem when the file is larger
    than ``WHOLE_LIMIT`` or holds no JSON at all.
    """
    with _open(file, options) as stream:
        text = stream.read(WHOLE_LIMIT + 1)
    if len(text) > WHOLE_LIMIT:
        raise InputProblem(
            file.name,
            f"longer than {WHOLE_LIMIT // 2**20} million characters, the limit for this format",
            remedy="export the discussion in parts",
        )
    try:
        return _parse_whole(text), None
    except (ValueError, RecursionError):
        return _salvage(file, text, envelopes)


def parse(content: bytes) -> object:
    """A small document; ValueError or RecursionError where it is not whole JSON."""
    return _parse_whole(content.decode(_encoding(content), "replace"))


def _parse_whole(text: str) -> object:
    value: object = json.loads(text.removeprefix(_BYTE_ORDER_MARK), strict=False)
    layer: list[object] = [value]
    for _ in range(DEEPEST):
        layer = [
            inner
            for outer in layer
            for inner in (
                outer.values()
                if isinstance(outer, dict)
                else outer
                if isinstance(outer, list)
                else ()
            )
            if isinstance(inner, dict | list)
        ]
        if not layer:
            return value
    raise ValueError("nested too deep")


def _salvage(
    file: ExportFile, text: str, envelopes: Collection[str]
) -> tuple[object, Problem | None]:
    partial = _Partial()
    try:
        for event, value in _events(io.StringIO(text)):
            partial.feed(event, value)
    except BrokenJson as error:
        if partial.value is None:
            raise InputProblem(
                file.name, f"not a JSON document: {error}", remedy="check what was exported"
            ) from None
        partial.drop_cut(envelopes)
        return partial.value, broken(file, error, "")
    return partial.value, None
