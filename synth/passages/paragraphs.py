"""A text cut into paragraphs of speech; code blocks and tables keep them apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from synth.passages.speech import is_code_line, is_table_line, n_words
from synth.records import Span

_LIST_MARK = re.compile(r"\s*(?:[-*+•·–—▪◦‣]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|#{1,6})\s+")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")


class _Line(NamedTuple):
    start: int
    end: int
    text: str
    is_code: bool


def runs_of_speech(text: str) -> list[list[Span]]:
    """Runs of neighbouring paragraphs; between two runs stands what is not speech.

    A paragraph is a block between blank lines, or one list item without its marker.
    """
    runs: list[list[Span]] = [[]]
    open_lines: list[_Line] = []

    def close_paragraph() -> None:
        if open_lines:
            runs[-1].append(_paragraph(open_lines))
            open_lines.clear()

    for line in _lines(text):
        if line.is_code:
            close_paragraph()
            if runs[-1]:
                runs.append([])
        elif not line.text.strip():
            close_paragraph()
        else:
            if _LIST_MARK.match(line.text):
                close_paragraph()
            open_lines.append(line)
    close_paragraph()
    return [run for run in runs if run]


def _paragraph(lines: list[_Line]) -> Span:
    first = lines[0]
    mark = _LIST_MARK.match(first.text)
    start = first.start + (mark.end() if mark else len(first.text) - len(first.text.lstrip()))
    end = lines[-1].start + len(lines[-1].text.rstrip())
    return Span(start=min(start, end), end=end)


def _lines(text: str) -> Iterator[_Line]:
    """The lines, each judged; a line between two lines of code is code when it is short."""
    raw = text.split("\n")
    verdicts = _verdicts(raw)
    at = 0
    for line, is_code in zip(raw, verdicts, strict=True):
        yield _Line(at, at + len(line), line, is_code)
        at += len(line) + 1


def _verdicts(raw: list[str]) -> list[bool]:
    verdicts: list[bool] = []
    is_fenced = False
    for line in raw:
        fence = ("```" in line or "~~~" in line) and _FENCE.match(line) is not None
        verdicts.append(fence or is_fenced or is_code_line(line))
        is_fenced ^= fence
    for i in range(1, len(raw) - 1):
        if not verdicts[i] and verdicts[i - 1] and verdicts[i + 1] and raw[i].strip():
            verdicts[i] = n_words(raw[i]) <= 6 or is_table_line(raw[i])
    return verdicts
