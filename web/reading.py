"""A message as it is read on its thread's page: words, marks on them, folded parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import ClassVar

from synth.readers import is_shown
from synth.records import Extract, ExtractState, Message, Placement, Quote, QuoteKind
from web.outline import Branch, Outline

DEEPEST = 6
"""Replies deeper than this are indented no further."""
_ADDRESS = re.compile(r"[\w.+-]+(?:@|\s+(?:at|\(at\)|\[at\])\s+)[\w-]+(?:\.[\w-]+)+")
_MIN_NAME = 4
"""Shorter names (``Al``) are left: they would be found inside other words' company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of words with the same marks."""

    is_folded: ClassVar[bool] = False
    text: str
    idea: Branch | None
    opens_idea: bool
    """Whether the words before stand under another idea: the margin names this one here."""
    state: ExtractState | None
    """Of the key passage that holds these words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What was separated from the message's own words, one click away."""

    is_folded: ClassVar[bool] = True
    label: str
    text: str
    n_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    message: Message
    answers: Message | None
    """Its parent, where that is known."""
    indent: int
    blocks: tuple[Piece | Fold, ...]


class Veil:
    """Covers real names and addresses in quoted words and signatures.

    A message's own words are shown as they are; what mail programs add around them (who wrote
    when, signatures) would give away the names behind the pseudonyms.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names``: pseudonym → real name."""
        self._pseudonyms = {
            name.strip().casefold(): pseudonym
            for pseudonym, name in names.items()
            if len(name.strip()) >= _MIN_NAME
        }
        longest_first = sorted(self._pseudonyms, key=lambda name: (-len(name), name))
        self._names = (
            re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)
            if longest_first
            else None
        )

    def cover(self, text: str) -> str:
        """The text with pseudonyms for names, and addresses left out."""
        text = _ADDRESS.sub("[address]", text)
        return text if self._names is None else self._names.sub(self._pseudonym, text)

    def _pseudonym(self, found: re.Match[str]) -> str:
        return self._pseudonyms.get(found[0].casefold(), "[name]")


def shown(
    message: Message,
    *,
    answers: Message | None,
    placements: Sequence[Placement],
    extracts: Sequence[Extract],
    quotes: Sequence[Quote],
    outline: Outline,
    veil: Veil,
) -> ShownMessage:
    """Lay the marks of passages and extracts over a message and fold what is not its own."""
    kept = [e for e in extracts if e.state is not ExtractState.REJECTED and is_shown(e, outline)]
    cuts = {0, len(message.text)}
    cuts |= {at for p in placements for at in (p.start, p.end)}
    cuts |= {at for e in kept for at in (e.start, e.end)}
    cuts |= {quote.at for quote in quotes}
    marks = _Marks(message.text, placements, kept, outline)
    folds = _folds(quotes, veil)
    blocks: list[Piece | Fold] = []
    for start, end in pairwise(sorted(cut for cut in cuts if 0 <= cut <= len(message.text))):
        blocks += folds.pop(start, ())
        blocks.append(marks.piece(start, end))
    for rest in folds.values():
        blocks += rest
    return ShownMessage(
        message=message,
        answers=answers,
        indent=min(message.depth, DEEPEST),
        blocks=tuple(blocks),
    )


class _Marks:
    """Which marks lie over which words; pieces are asked for in order of place."""

    def __init__(
        self,
        text: str,
        placements: Sequence[Placement],
        extracts: Sequence[Extract],
        outline: Outline,
    ) -> None:
        self._text = text
        self._placements = placements
        self._extracts = extracts
        self._outline = outline
        self._last: Branch | None = None

    def piece(self, start: int, end: int) -> Piece:
        text = self._text[start:end]
        idea = self._idea(start, end)
        opens = idea is not None and idea != self._last
        if text.strip():
            self._last = idea
        return Piece(text=text, idea=idea, opens_idea=opens, state=self._state(start, end))

    def _idea(self, start: int, end: int) -> Branch | None:
        over = (p for p in self._placements if p.start <= start and end <= p.end)
        return next((self._outline.get(p.idea_id) for p in over), None)

    def _state(self, start: int, end: int) -> ExtractState | None:
        over = {e.state for e in self._extracts if e.start <= start and end <= e.end}
        return ExtractState.TAKEN if ExtractState.TAKEN in over else next(iter(over), None)


def _folds(quotes: Iterable[Quote], veil: Veil) -> dict[int, list[Piece | Fold]]:
    """Offset → what is folded there: all that was taken out at one place opens with one click."""
    found: dict[int, list[Piece | Fold]] = {}
    for at, group in groupby(sorted(quotes, key=lambda q: q.at), key=lambda q: q.at):
        parts = list(group)
        text = veil.cover("\n".join(part.text for part in parts).strip("\n"))
        found[at] = [Fold(label=_label(parts), text=text, n_lines=text.count("\n") + 1)]
    return found


def _label(parts: Sequence[Quote]) -> str:
    kinds = {part.kind for part in parts}
    if kinds == {QuoteKind.SIGNATURE}:
        return "Signature"
    return "Quoted words and signature" if QuoteKind.SIGNATURE in kinds else "Quoted words"
