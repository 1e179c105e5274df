"""Find words that a person gave, in the message they are said to stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from synth.records import Span


def find_span(text: str, words: str, *, near: int = 0) -> Span | None:
    """Where ``words`` stand in ``text``, nearest to offset ``near``; None where they do not.

    Line breaks and runs of spaces count as one space, as a form field may have changed them.
    """
    wanted = words.split()
    if not wanted:
        return None
    pattern = r"\s+".join(map(re.escape, wanted))
    places = [Span(start=m.start(), end=m.end()) for m in re.finditer(pattern, text)]
    return min(places, key=lambda span: abs(span.start - near), default=None)


def widen(
    sentences: Sequence[tuple[int, int]], span: Span, *, side: Literal["before", "after"]
) -> Span | None:
    """The span with the next sentence on one side; None where there is none.

    ``sentences``: (start, end) in order of place.
    """
    if side == "before":
        starts = [start for start, _ in sentences if start < span.start]
        return Span(start=max(starts), end=span.end) if starts else None
    ends = [end for _, end in sentences if end > span.end]
    return Span(start=span.start, end=min(ends)) if ends else None


def parse_span(value: str) -> Span | None:
    """``12:80`` as a span; None for anything else."""
    found = re.fullmatch(r"(\d{1,9}):(\d{1,9})", value)
    return None if found is None else Span(start=int(found[1]), end=int(found[2]))
