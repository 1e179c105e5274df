"""A message as it is read on its thread's page: words, marks on them, folded parts."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import ClassVar

from flask_babel import gettext as _

from synth.readers import is_shown
from synth.records import Extract, ExtractState, Message, Placement, Quote, QuoteKind
from web.jumps import Jumps, Stop
from web.outline import Branch, Outline

DEEPEST = 6
"""Replies deeper than this are indented no further."""
MOST_LETTERS = 40_000
"""Of one message on its thread's page; what is longer is cut, and given as a file of its own."""
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+(?:@|\s+(?:at|\(at\)|\[at\])\s+)[\w-]+(?:\.[\w-]+)+")
_MIN_NAME = 4
"""Shorter names (``Al``) are left: they would be found inside other words' company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of words with the same marks."""

    is_folded: ClassVar[bool] = False
    text: str
    idea: Branch | None
    passage_id: int | None
    """Where a passage begins: its anchor."""
    stop: Stop | None
    """Where the thread begins to speak about an idea: the margin names it here."""
    is_chosen: bool
    """Whether they stand under the idea that is followed through the thread."""
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
    is_cut: bool
    """Whether it is longer than what a page shows of one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What is laid over one message."""

    placements: Sequence[Placement] = ()
    extracts: Sequence[Extract] = ()
    quotes: Sequence[Quote] = ()


class Veil:
    """Covers real names and addresses in quoted words and signatures.

    A message's own words are shown as they are; what mail programs add around them (who wrote
    when, signatures) would give away the names behind the pseudonyms.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names``: pseudonym → real name."""
        self._names: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        real = [(re.sub(r"^\W+", "", name).strip(), who) for who, name in names.items()]
        for name, pseudonym in sorted(real, key=lambda pair: (-len(pair[0]), pair)):
            first = _WORD.search(name)
            if len(name) >= _MIN_NAME and first is not None:
                pattern = re.compile(rf"{re.escape(name)}(?!\w)", re.IGNORECASE)
                key = first[0].casefold()
                self._names.setdefault(key, []).append((pattern, pseudonym))

    def cover(self, text: str) -> str:
        """The text with pseudonyms for names, and addresses left out."""
        text = _ADDRESS.sub("[address]", text)
        pieces: list[str] = []
        done = 0
        for word in _WORD.finditer(text):
            if word.start() < done:
                continue
            # One look for each word: an alternation of all names takes as long as there are names.
            for pattern, pseudonym in self._names.get(word[0].casefold(), ()):
                found = pattern.match(text, word.start())
                if found is not None:
                    pieces += (text[done : word.start()], pseudonym)
                    done = found.end()
                    break
        return "".join((*pieces, text[done:]))


def shown(
    message: Message,
    over: Overlay,
    *,
    answers: Message | None,
    outline: Outline,
    jumps: Jumps,
    veil: Veil,
) -> ShownMessage:
    """Lay the marks of passages and extracts over a message and fold what is not its own."""
    text = message.text[:MOST_LETTERS]
    kept = [
        e for e in over.extracts if e.state is not ExtractState.REJECTED and is_shown(e, outline)
    ]
    marks = _Marks(text, over.placements, kept, outline, jumps)
    folds = _folds(over.quotes, veil)
    blocks: list[Piece | Fold] = []
    for start, end in pairwise(_cuts(len(text), over, kept)):
        blocks += folds.pop(start, ())
        blocks.append(marks.piece(start, end))
    for rest in folds.values():
        blocks += rest
    return ShownMessage(
        message=message,
        answers=answers,
        indent=min(message.depth, DEEPEST),
        blocks=tuple(blocks),
        is_cut=len(text) < len(message.text),
    )


def _cuts(length: int, over: Overlay, extracts: Sequence[Extract]) -> list[int]:
    """Where the marks change, from the beginning to the end."""
    cuts = {0, length}
    cuts |= {at for p in over.placements for at in (p.start, p.end)}
    cuts |= {at for e in extracts for at in (e.start, e.end)}
    cuts |= {quote.at for quote in over.quotes}
    return sorted(cut for cut in cuts if 0 <= cut <= length)


class _Marks:
    """Which marks lie over which words; pieces are asked for in order of place."""

    def __init__(
        self,
        text: str,
        placements: Sequence[Placement],
        extracts: Sequence[Extract],
        outline: Outline,
        jumps: Jumps,
    ) -> None:
        self._text = text
        self._placements = deque(sorted(placements, key=lambda p: p.start))
        self._extracts = extracts
        self._outline = outline
        self._jumps = jumps

    def piece(self, start: int, end: int) -> Piece:
        while self._placements and self._placements[0].end <= start:
            self._placements.popleft()
        first = self._placements[0] if self._placements else None
        over = first if first is not None and first.start <= start else None
        idea = None if over is None else self._outline.get(over.idea_id)
        opens = over.passage_id if over is not None and over.start == start else None
        return Piece(
            text=self._text[start:end],
            idea=idea,
            passage_id=opens,
            stop=None if opens is None else self._jumps.stops.get(opens),
            is_chosen=self._jumps.is_chosen(idea),
            state=self._state(start, end),
        )

    def _state(self, start: int, end: int) -> ExtractState | None:
        over = {e.state for e in self._extracts if e.start <= start and end <= e.end}
        return ExtractState.TAKEN if ExtractState.TAKEN in over else next(iter(over), None)


def _folds(quotes: Iterable[Quote], veil: Veil) -> dict[int, list[Piece | Fold]]:
    """Offset → what is folded there: all that was taken out at one place opens with one click."""
    found: dict[int, list[Piece | Fold]] = {}
    for at, group in groupby(sorted(quotes, key=lambda q: q.at), key=lambda q: q.at):
        parts = list(group)
        words = "\n".join(part.text for part in parts).strip("\n")
        text = veil.cover(words[:MOST_LETTERS]) + (" …" if len(words) > MOST_LETTERS else "")
        found[at] = [Fold(label=_label(parts), text=text, n_lines=text.count("\n") + 1)]
    return found


def _label(parts: Sequence[Quote]) -> str:
    kinds = {part.kind for part in parts}
    if kinds == {QuoteKind.SIGNATURE}:
        return _("Signature")
    return _("Quoted words and signature") if QuoteKind.SIGNATURE in kinds else _("Quoted words")
