"""A message as it is read on its thread's page: words, marks on them, folded parts."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import ClassVar, Literal

from cachetools import LRUCache

from synth.masks import MaskKind, masked, shown_for
from synth.outline import is_shown
from synth.privacy import find_contacts
from synth.records import Extract, ExtractState, Message, Placement, Quote, QuoteKind
from web.services.outline import Branch, Outline
from web.services.snapshot import Snapshot
from web.services.threads import Jumps, Stop

DEEPEST = 6
"""Replies deeper than this are indented no further."""
MOST_LETTERS = 40_000
"""Of one message on its thread's page; what is longer is cut, and given as a file of its own."""
FoldKind = Literal["quoted", "signature", "both"]
_WORD = re.compile(r"\w+")
_BEFORE_AT = re.compile(r"[\w.+-]+\Z")
_AT = re.compile(r"[@\s](?:(?<=@)|\s*(?:at|\(at\)|\[at\])\s+)[\w-]+(?:\.[\w-]+)+")
"""The ``@`` of an address and its domain. The search begins there, because any word may be the part
before it."""
MOST_BEFORE_AT = 64
"""The longest part before the ``@`` (RFC 5321)."""
MOST_REMEMBERED = 2_000_000
"""Letters of quoted texts that are remembered masked."""
_MIN_NAME = 4
"""Shorter names (``Al``) are not covered: they are also ordinary words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words of a message that have the same marks."""

    is_folded: ClassVar[bool] = False
    text: str
    idea: Branch | None
    passage_id: int | None
    """Of the passage that begins here, for its anchor."""
    stop: Stop | None
    """Where the thread begins to speak about an idea: the margin names it here."""
    is_chosen: bool
    """Whether they stand under the idea that is followed through the thread."""
    state: ExtractState | None
    """State of the key passage that holds these words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Words that are not the message's own, folded: a click opens them."""

    is_folded: ClassVar[bool] = True
    kind: FoldKind
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
    """What marks a message and what was taken out of it."""

    placements: Sequence[Placement] = ()
    extracts: Sequence[Extract] = ()
    quotes: Sequence[Quote] = ()


class NameMask:
    """Replaces real names and addresses in quoted words and signatures.

    A message's own words are masked as they are stored. What mail programs add around them (who
    wrote when, signatures) would tell who has which pseudonym.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names``: pseudonym → real name."""
        self._names: dict[str, list[tuple[str, str]]] = {}
        """First word, folded → (real name, pseudonym)."""
        self._done: LRUCache[tuple[str, str | None], str] = LRUCache(MOST_REMEMBERED, getsizeof=len)
        self._lock = threading.Lock()
        for pseudonym, real in names.items():
            name = re.sub(r"^\W+", "", real).strip()
            first = _WORD.match(name)
            if len(name) >= _MIN_NAME and first is not None:
                self._names.setdefault(first[0].casefold(), []).append((name, pseudonym))

    def apply(self, text: str, language: str | None) -> str:
        """The text with pseudonyms for names, and masks for what leads to a person. Every page of
        a thread quotes the same again: what was read is remembered."""
        with self._lock:
            known = self._done.get((text, language))
        if known is None:
            known = self._read(text, language)
            with self._lock:
                self._done[text, language] = known
        return known

    def _read(self, text: str, language: str | None) -> str:
        text, _ = masked(text, find_contacts(text, language))
        text = _without_addresses(text, shown_for(MaskKind.EMAIL, language))
        # An alternation of all names takes as long as there are names: only those at hand are
        # looked for.
        at_hand = self._names.keys() & set(_WORD.findall(text.casefold()))
        return _covered(text, [pair for key in at_hand for pair in self._names[key]])


def message_in(snapshot: Snapshot, message_id: int) -> Message | None:
    """The message; None where the discussion has none of that id."""
    is_here = snapshot.store.messages.discussion_of(message_id) == snapshot.id
    return snapshot.store.messages.get(message_id) if is_here else None


def _without_addresses(text: str, mask: str) -> str:
    pieces: list[str] = []
    done = 0
    for at in _AT.finditer(text):
        name = _BEFORE_AT.search(text[max(done, at.start() - MOST_BEFORE_AT) : at.start()])
        if name is not None:
            pieces += (text[done : at.start() - len(name[0])], mask)
            done = at.end()
    return "".join((*pieces, text[done:]))


def _covered(text: str, names: Sequence[tuple[str, str]]) -> str:
    """``names``: (real name, pseudonym)."""
    if not names:
        return text
    longest_first = sorted(names, key=lambda pair: (-len(pair[0]), pair))
    pseudonyms = {name.casefold(): who for name, who in reversed(longest_first)}
    either = "|".join(re.escape(name) for name, _ in longest_first)
    pattern = re.compile(rf"\b(?:{either})(?!\w)", re.IGNORECASE)
    return pattern.sub(lambda found: pseudonyms.get(found[0].casefold(), "[name]"), text)


def show_message(
    message: Message,
    over: Overlay,
    *,
    answers: Message | None,
    outline: Outline,
    jumps: Jumps,
    mask: NameMask,
) -> ShownMessage:
    """The message in pieces, marked by passages and extracts, with quotes and signature folded."""
    text = message.text[:MOST_LETTERS]
    kept = [
        e for e in over.extracts if e.state is not ExtractState.REJECTED and is_shown(e, outline)
    ]
    marks = _Marks(text, over.placements, kept, outline, jumps)
    folds = _folds(over.quotes, mask, message.language)
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
    """Offsets where the marks change, ascending, with the beginning and the end."""
    cuts = {0, length}
    cuts |= {at for p in over.placements for at in (p.start, p.end)}
    cuts |= {at for e in extracts for at in (e.start, e.end)}
    cuts |= {quote.at for quote in over.quotes}
    return sorted(cut for cut in cuts if 0 <= cut <= length)


class _Marks:
    """The marks of a message. Ask for its pieces in order of place."""

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
            stop=self._jumps.stops.get(opens or 0),
            is_chosen=self._jumps.is_chosen(idea),
            state=self._state(start, end),
        )

    def _state(self, start: int, end: int) -> ExtractState | None:
        over = {e.state for e in self._extracts if e.start <= start and end <= e.end}
        return ExtractState.TAKEN if ExtractState.TAKEN in over else next(iter(over), None)


def _folds(
    quotes: Iterable[Quote], mask: NameMask, language: str | None
) -> dict[int, list[Piece | Fold]]:
    """Offset → one fold for all that was taken out of the message there."""
    found: dict[int, list[Piece | Fold]] = {}
    for at, group in groupby(sorted(quotes, key=lambda q: q.at), key=lambda q: q.at):
        parts = list(group)
        words = "\n".join(part.text for part in parts).strip("\n")
        text = mask.apply(words[:MOST_LETTERS], language) + (
            " …" if len(words) > MOST_LETTERS else ""
        )
        found[at] = [Fold(kind=_kind(parts), text=text, n_lines=text.count("\n") + 1)]
    return found


def _kind(parts: Sequence[Quote]) -> FoldKind:
    kinds = {part.kind for part in parts}
    if kinds == {QuoteKind.SIGNATURE}:
        return "signature"
    return "both" if QuoteKind.SIGNATURE in kinds else "quoted"
