"""Words of people as pages quote them: who, when, where to read on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from synth.records import Extract, Message, Placement, Stance, Unplaced
from synth.store import Store
from web.services.outline import Branch, Outline

MOST_LETTERS = 3_000
"""Longer passages (a file pasted as one line) are quoted up to here; the thread has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A stretch of a message, verbatim."""

    text: str
    """Ends with an ellipsis where ``is_cut``."""
    message_id: int
    author: str | None
    """Pseudonym."""
    posted_at: datetime | None
    language: str | None
    stance: Stance | None
    n_likes: int | None
    idea: Branch | None
    weight: float | None
    """0..1: how well it fits its idea."""
    reason: Unplaced | None = None
    """Why it stands under no idea."""
    is_cut: bool = False
    """Whether it goes on in the message."""
    passage_id: int | None = None
    """Where it is a passage: its permanent address says why it is here."""


def quote_placements(
    store: Store, outline: Outline, placements: Sequence[Placement]
) -> tuple[Quoted, ...]:
    """The words of passages, in the given order."""
    messages = store.messages.many(sorted({p.message_id for p in placements}))
    return tuple(quote_placement(messages[p.message_id], p, outline) for p in placements)


def quote_placement(message: Message, placement: Placement, outline: Outline) -> Quoted:
    """The words of a passage."""
    is_placed = placement.idea_id is not None
    quoted = quote_span(
        message,
        placement.start,
        placement.end,
        idea=outline.get(placement.idea_id),
        weight=placement.weight if is_placed else None,
        reason=None if is_placed else placement.reason,
    )
    return replace(quoted, passage_id=placement.passage_id)


def quote_extracts(
    store: Store, outline: Outline, extracts: Sequence[Extract]
) -> tuple[Quoted, ...]:
    """The words of key passages, in the given order."""
    messages = store.messages.many(sorted({e.message_id for e in extracts}))
    return tuple(
        quote_span(messages[e.message_id], e.start, e.end, idea=idea_of(outline, e), weight=None)
        for e in extracts
    )


def quote_span(
    message: Message,
    start: int,
    end: int,
    *,
    idea: Branch | None,
    weight: float | None,
    reason: Unplaced | None = None,
) -> Quoted:
    is_cut = end - start > MOST_LETTERS
    words = message.text[start : start + MOST_LETTERS if is_cut else end].strip()
    return Quoted(
        text=f"{words} …" if is_cut else words,
        is_cut=is_cut,
        message_id=message.id,
        author=message.author,
        posted_at=message.posted_at,
        language=message.language,
        stance=message.stance,
        n_likes=message.n_likes,
        idea=idea,
        weight=weight,
        reason=reason,
    )


def idea_of(outline: Outline, extract: Extract) -> Branch | None:
    """The first idea of an extract that is still on the map."""
    return next((b for b in map(outline.get, extract.idea_ids) if b is not None), None)
