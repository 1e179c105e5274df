"""The line, as the steps of cleaning pass it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from synth.records import QuoteKind


@dataclass(slots=True)
class Line:
    """One line of a body. The classifiers set ``kind``; the text is never changed by them."""

    text: str
    depth: int = 0
    """How many quotes it stands in; 0 for the author's own line."""
    kind: QuoteKind | None = None
    """None for the author's own words."""
    author: str | None = None
    """Who a quoted line is by, where the markup says so."""
    is_verbatim: bool = False
    """Preformatted: never unwrapped, never taken for a signature."""
    is_blank: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_blank = not self.text or self.text.isspace()

    @property
    def is_own(self) -> bool:
        return self.depth == 0 and self.kind is None


class Block(NamedTuple):
    """Lines ``start:end``."""

    start: int
    end: int


def own_segments(lines: list[Line]) -> list[Block]:
    """The maximal runs of the author's own lines between quotes, trimmed of blank lines."""
    segments: list[Block] = []
    start: int | None = None
    for i, line in enumerate(lines):
        if line.depth == 0 and line.kind is None:
            start = i if start is None else start
        elif start is not None:
            segments.append(trimmed(lines, start, i))
            start = None
    if start is not None:
        segments.append(trimmed(lines, start, len(lines)))
    return [segment for segment in segments if segment.end > segment.start]


def trimmed(lines: list[Line], start: int, end: int) -> Block:
    """The block without its blank lines at either end."""
    while start < end and lines[start].is_blank:
        start += 1
    while end > start and lines[end - 1].is_blank:
        end -= 1
    return Block(start, end)


def mark(lines: list[Line], block: Block, kind: QuoteKind) -> None:
    """Take the lines of a block out of the author's own words."""
    for line in lines[block.start : block.end]:
        line.kind = kind
