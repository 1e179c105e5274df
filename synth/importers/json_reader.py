"""JSON exports that may be large, cut short, or not quite UTF-8.

Four ways in: ``peek`` looks at the beginning of a file (for sniffing), ``members`` streams a
document record by record, ``lines`` reads one value per line, ``load`` takes a document whole.
All keep what stands before the place where the document breaks off.

Python's own decoder reads the values: it is several times faster than a parser that reports
events, and accepts what some programs write (NaN, line breaks inside a string).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import TextIO

from synth.errors import InputProblem
from synth.importers.encoding import marked
from synth.importers.input_file import InputFile, ReadOptions
from synth.records import Problem

WHOLE_LIMIT = 256 * 1024 * 1024
"""Characters of a document that is taken whole; it needs about six times that in memory."""
LONGEST_RECORD = 64 * 1024 * 1024
"""Characters after which a value that does not end is given up."""
LONGEST_LINE = 32 * 2**20
CHUNK = 65_536
DEEPEST = 200
"""Nesting above this is no export of a discussion; it protects what walks the value."""

_BYTE_ORDER_MARK = "\ufeff"
_DECODER = json.JSONDecoder(strict=False)
_NOT_SPACE = re.compile(r"[^\x00-\x20]")
_EDGE = 32


class BrokenJson(Exception):
    """The document stops being JSON here; ``str()`` says why."""


def peek(file: InputFile) -> object:
    """What the first ``HEAD_BYTES`` hold, as far as they go; None where it is not JSON.

    The value is shared between the importers that look at the same file: do not change it.
    """
    return _peek(file.head)


@lru_cache(maxsize=4)
def _peek(head: bytes) -> object:
    text = head.decode(_encoding(head), "replace").lstrip(_BYTE_ORDER_MARK + " \t\r\n")
    if not text.startswith(("{", "[")):
        return None
    return _Scanner(io.StringIO(text), len(text)).partial(None)[0]


def members(
    file: InputFile, options: ReadOptions, *, lists: Collection[str]
) -> Iterator[tuple[str, object] | Problem]:
    """The members of a JSON object in document order, those in ``lists`` element by element.

    Yields ``(name, value)`` pairs. ``lists`` may name a list further inside, as
    ``outer/inner``. The elements of a list at the top of the document are members named ``""``.
    Memory holds one member, or one element, at a time. When the document breaks off, a Problem
    comes last.
    """
    count = 0
    try:
        with _open(file, options) as text:
            for name, value in _members(_Scanner(text), lists):
                count += not name or name in lists
                yield name, value
    except BrokenJson as error:
        yield _broken(file, error, f"after record {count}" if count else "the beginning")


def _members(
    scanner: _Scanner, lists: Collection[str], outer: str = ""
) -> Iterator[tuple[str, object]]:
    if not outer and scanner.sign() == "[":
        yield from (("", element) for element in scanner.elements())
        return
    for last in scanner.names():
        name = outer + last
        if name in lists and scanner.sign() == "[":
            yield from ((name, element) for element in scanner.elements())
        elif scanner.sign() == "{" and any(each.startswith(f"{name}/") for each in lists):
            yield from _members(scanner, lists, f"{name}/")
        else:
            yield name, scanner.value()


def lines(file: InputFile, options: ReadOptions) -> Iterator[object | Problem]:
    """The value on each line of a file of JSON lines; a line that is none is a Problem."""
    with file.open_text(options.encoding) as text:
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            stripped = line.strip().lstrip(_BYTE_ORDER_MARK).rstrip(",")
            if stripped in ("", "[", "]"):
                continue
            try:
                yield _DECODER.decode(stripped)
            except (ValueError, RecursionError) as error:
                what = f"is not JSON ({str(error)[:100]})"
                remedy = "left out; correct the line or export again"
                yield file.problem(what, remedy, f"line {number}")


def load(
    file: InputFile, options: ReadOptions, *, envelopes: Collection[str] = ()
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
    scanner = _Scanner(io.StringIO(text), len(text))
    value, error = scanner.partial(envelopes)
    if error is None and not (rest := scanner.sign()):
        return value, None
    error = error or BrokenJson(f"{rest!r} after its end")
    if value is None:
        what = f"not a JSON document: {error}"
        raise InputProblem(file.name, what, remedy="check what was exported")
    return value, _broken(file, error, "")


def parse(content: bytes) -> object:
    """A small document; ValueError or RecursionError where it is not whole JSON."""
    text = content.decode(_encoding(content), "replace")
    return _DECODER.decode(text.removeprefix(_BYTE_ORDER_MARK))


def _encoding(head: bytes) -> str:
    """By the mark, or the zeros around the first characters, which are ASCII (RFC 4627, 3).

    Otherwise UTF-8, as JSON has to be: one bad byte in a document of one line says nothing
    about the rest. ``InputFile.open_text`` reads each bad byte as Windows-1252.
    """
    match [byte == 0 for byte in head[:2]]:
        case [False, True]:
            return marked(head) or "utf-16-le"
        case [True, False]:
            return marked(head) or "utf-16-be"
    return marked(head) or "utf-8"


def _open(file: InputFile, options: ReadOptions) -> TextIO:
    return file.open_text(options.encoding or _encoding(file.head))


def _broken(file: InputFile, error: BrokenJson, position: str) -> Problem:
    return file.problem(
        f"the JSON breaks off: {error}",
        "what stands before was read; export or copy the file again to get the rest",
        position,
        n_left_out=0,
    )


class _Scanner:
    """Walks through a document of any length and takes one value of it at a time."""

    def __init__(self, text: TextIO, n_first: int | None = None) -> None:
        """``n_first`` characters are read at once, ``CHUNK`` if not given."""
        self._text = text
        self._buffer = text.read(CHUNK if n_first is None else n_first)
        self._buffer = self._buffer.removeprefix(_BYTE_ORDER_MARK)
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
        value, self._at = self._decoded()
        return value

    def partial(
        self, envelopes: Collection[str] | None, depth: int = 0
    ) -> tuple[object, BrokenJson | None]:
        """The value here, or what of it stands before the document breaks off, and why it does.

        An object that is cut inside another value is left out unless it has a member in
        ``envelopes``: it then holds records, and those before the cut are whole. With None all
        are kept. A text that is cut never is.
        """
        try:
            value, end = self._decoded()
            if _depth(value) + depth <= DEEPEST:
                self._at = end
                return value, None
            error = BrokenJson(f"nested deeper than {DEEPEST} levels")
        except BrokenJson as broken:
            error = broken
        if depth > DEEPEST or self.sign() not in ("{", "["):
            return None, error
        found: dict[str, object] | list[object] = {} if self.sign() == "{" else []
        keys = self.names() if isinstance(found, dict) else self._items("[", "]")
        try:
            for key in keys:
                value, cut = self.partial(envelopes, depth + 1)
                if cut is None or _is_kept(value, envelopes):
                    if isinstance(found, dict):
                        found[str(key)] = value
                    else:
                        found.append(value)
                if cut is not None:
                    return found, cut
        except BrokenJson as broken:
            error = broken
        return found, error

    def _decoded(self) -> tuple[object, int]:
        """The value here, and where it ends."""
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
            return value, end

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
            what = repr(found) if found else "the end"
            raise BrokenJson(f"{what} where {sign!r} should be")
        self._at += 1

    def _more(self) -> bool:
        """Read on: as much again as is waiting, so that a long value costs linear time."""
        read = self._text.read(max(CHUNK, len(self._buffer) - self._at))
        if read:
            self._buffer, self._at = self._buffer[self._at :] + read, 0
        return bool(read)


def _is_kept(cut: object, envelopes: Collection[str] | None) -> bool:
    if isinstance(cut, dict):
        return envelopes is None or any(name in cut for name in envelopes)
    return isinstance(cut, list)


def _depth(value: object) -> int:
    """How many levels of containers a value has, counted up to one more than ``DEEPEST``."""
    layer, depth = [value], 0
    while layer := [
        inner
        for outer in layer
        if isinstance(outer, dict | list)
        for inner in (outer.values() if isinstance(outer, dict) else outer)
        if isinstance(inner, dict | list)
    ]:
        depth += 1
        if depth > DEEPEST:
            break
    return depth
