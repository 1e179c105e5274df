"""A quick first cut into sentences, for discussions too large to cut with care throughout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Spans = list[tuple[int, int]]

_PARAGRAPH: Final = re.compile(r"(?:^[^\S\n]*\S[^\n]*(?:\n|\Z))+", re.MULTILINE)
_STOP: Final = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+\s++(?=[^a-zß-öø-ÿ])|[。！？]+")
"""An end, unless a small letter follows it as in "e.g. this"."""
_ITEM: Final = re.compile(r"(?:[-*+•–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))\s+\S")
_ENDS: Final = (".", ":", "!", "?", "…")
_ROOM: Final = 0.8
"""Share of a paragraph's widest line up to which a line counts as left short on purpose."""


def rough_sentences(text: str) -> Spans:
    """Spans ``(start, end)`` of about the sentences of ``text``, in order and disjoint.

    Spans carry no blanks at their ends and are never empty. Layout and full stops are all
    that is looked at, so abbreviations before a capital are cut through; what is shown to
    people has to be cut again with care.
    """
    spans: Spans = []
    for paragraph in _PARAGRAPH.finditer(text):
        for begin, end in _blocks(text, *paragraph.span()):
            start = begin
            for stop in _STOP.finditer(text, begin, end):
                _add(spans, text, start, stop.end())
                start = stop.end()
            _add(spans, text, start, end)
    return spans


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Stretches of a paragraph that its line breaks keep apart."""
    lines = [line.strip() for line in text[start:end].split("\n")]
    width = max(map(len, lines))
    at = start
    above = ""
    for line in lines:
        if above and line and _starts_anew(above, line, width=width):
            yield start, at
            start = at
        above = line
        at = text.find("\n", at, end) + 1 or end
    yield start, end


def _starts_anew(above: str, line: str, *, width: int) -> bool:
    if above.endswith(_ENDS) or _ITEM.match(line):
        return True
    return len(above) + len(line.split(maxsplit=1)[0]) < _ROOM * width and not line[0].islower()


def _add(spans: Spans, text: str, start: int, end: int) -> None:
    stretch = text[start:end]
    start += len(stretch) - len(stretch.lstrip())
    end = start + len(stretch.strip())
    if start < end:
        spans.append((start, end))
