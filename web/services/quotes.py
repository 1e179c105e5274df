"""Words of people as pages quote them, with author, time and idea.

``find_span`` finds the words that somebody wants to take as a key passage in their message.

Unicode has invisible characters that reverse or embed the text after them until another one ends
it (UAX 9). A name with the first but without the second would turn round the numbers and links
beside it, so ``contained`` ends each value before it goes into a page. And Unicode has marks that
stand above and below a letter, as many as one likes: dozens of them cover the lines around. A page
shows ``MOST_MARKS`` of them. What is stored, and what the API gives, stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from markupsafe import Markup

from synth.records import Extract, Message, Placement, ReadSide, Span, Stance, Unplaced
from web.services.outline import Branch, Outline
from web.services.snapshot import Snapshot

MOST_LETTERS = 3_000
"""Longer passages (a file pasted as one line) are quoted up to here; the thread has more."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Some words of a message, verbatim."""

    text: str
    """Ends with an ellipsis where ``is_cut``."""
    message_id: int
    author: str | None
    """Pseudonym."""
    posted_at: datetime | None
    language: str | None
    stance: Stance | None
    """Which side its message takes as the platform says."""
    n_likes: int | None
    idea: Branch | None = None
    weight: float | None = None
    """0..1: how well it fits its idea."""
    reason: Unplaced | None = None
    """Why it stands under no idea."""
    is_cut: bool = False
    """Whether it goes on in the message."""
    read_side: ReadSide | None = None
    """Which side it takes as its words or a person tell."""
    passage_id: int | None = None
    """Where it is a passage: its permanent address says why it is here."""


def quote_placements(snapshot: Snapshot, placements: Sequence[Placement]) -> tuple[Quoted, ...]:
    """The words of passages, in the given order."""
    messages = snapshot.store.messages.many(sorted({p.message_id for p in placements}))
    return tuple(quote_placement(messages[p.message_id], p, snapshot.outline) for p in placements)


def quote_placement(message: Message, placement: Placement, outline: Outline) -> Quoted:
    """The words of a passage."""
    is_placed = placement.idea_id is not None
    quoted = quote_span(message, placement.start, placement.end)
    return replace(
        quoted,
        idea=outline.get(placement.idea_id),
        weight=placement.weight if is_placed else None,
        reason=None if is_placed else placement.reason,
        passage_id=placement.passage_id,
    )


def quote_extracts(snapshot: Snapshot, extracts: Sequence[Extract]) -> tuple[Quoted, ...]:
    """The words of key passages, in the given order, with the first idea that readers see."""
    messages = snapshot.store.messages.many(sorted({e.message_id for e in extracts}))
    return tuple(
        replace(
            quote_span(messages[e.message_id], e.start, e.end),
            idea=next(iter(snapshot.outline.shown(e.idea_ids)), None),
        )
        for e in extracts
    )


def quote_span(message: Message, start: int, end: int, *, most: int = MOST_LETTERS) -> Quoted:
    """``text[start:end]`` of a message, but no more than ``most`` characters of it."""
    is_cut = end - start > most
    words = message.text[start : start + most if is_cut else end].strip()
    return Quoted(
        text=f"{words} …" if is_cut else words,
        is_cut=is_cut,
        message_id=message.id,
        author=message.author,
        posted_at=message.posted_at,
        language=message.language,
        stance=message.stance,
        n_likes=message.n_likes,
        read_side=message.read_side,
    )


def shortened(title: str, letters: int) -> str:
    """The title in one line, cut with an ellipsis where it is longer."""
    line = " ".join(title.split())
    return line if len(line) <= letters else line[: letters - 1].rstrip() + "…"


def pieces_of(text: str, spans: Iterable[Span]) -> list[tuple[str, bool]]:
    """The text in pieces; True marks those at ``spans``, which are in order of place."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for span in spans:
        pieces += [(text[at : span.start], False), (text[span.start : span.end], True)]
        at = span.end
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]


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


def closed(text: str) -> str:
    """The text with every embedding and isolate ended, and without ends that have no beginning."""
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
    """A text as templates write it: directions ended, few marks a letter. Other values as given."""
    if not isinstance(value, str) or value.isascii():
        return value
    text = _PILED.sub(r"\1", value)
    text = closed(text) if _TURNS.search(text) else text
    return Markup(text) if isinstance(value, Markup) else text  # noqa: S704
