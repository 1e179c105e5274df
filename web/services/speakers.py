"""Who speaks under an idea: how what is said is shared out, and what either side says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.analytics.activity import Order, Side, Voice, on_side, ordered, sides_of, voices_of
from synth.records import Activity
from synth.store import Store
from web.services.outline import Outline
from web.services.quotes import Quoted, quote_placements

MOST_NAMED = 8
"""Voices with a bar of their own."""
LEAST_LETTERS = 40
"""A shorter passage hardly speaks for a side."""
LOOKED_AT = 12
"""Passages of a side among which the one that speaks for it is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A bar: one voice, or many that say little each."""

    name: str | None
    """Pseudonym; None for an anonymous message."""
    n_voices: int
    n_passages: int
    share: float
    """0..1 of all passages."""
    width: float
    """0..100 of the longest bar of a single voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakers:
    n_voices: int
    n_passages: int
    bars: Sequence[Share]
    """Those who say most."""
    others: Share | None
    """All the rest together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One side, with the passage that speaks for it."""

    side: Side
    quote: Quoted | None


def speakers_of(store: Store, activity: Activity, rows: NDArray[np.intp]) -> Speakers:
    voices = voices_of(activity, rows)
    named = voices[:MOST_NAMED] if len(voices) > MOST_NAMED + 1 else voices
    rest = voices[len(named) :]
    ids = [voice.participant_id for voice in named if voice.participant_id is not None]
    names = store.participants.pseudonyms(ids)
    longest = max((voice.n_passages for voice in named), default=1)

    def share(name: str | None, of: Sequence[Voice]) -> Share:
        said = sum(voice.n_passages for voice in of)
        return Share(
            name=name,
            n_voices=len(of),
            n_passages=said,
            share=said / len(rows),
            width=round(min(100.0, 100 * said / longest), 1),
        )

    return Speakers(
        n_voices=len(voices),
        n_passages=len(rows),
        bars=[share(names.get(v.participant_id or 0), [v]) for v in named],
        others=share(None, rest) if rest else None,
    )


def positions_of(
    store: Store, outline: Outline, activity: Activity, rows: NDArray[np.intp]
) -> Sequence[Position]:
    """For and against with a quote of each; empty where nobody takes a side."""
    found = []
    for side in sides_of(activity, rows):
        own = on_side(activity, rows, side.stance)
        found.append(Position(side=side, quote=_best(store, outline, activity, own)))
    return found


def _best(
    store: Store, outline: Outline, activity: Activity, rows: NDArray[np.intp]
) -> Quoted | None:
    """What fits best among those of some length."""
    first = activity.passages[ordered(activity, rows, Order.CENTRAL)[:LOOKED_AT]].tolist()
    there = store.ideas.passages(first)
    quotes = quote_placements(store, outline, [there[i] for i in first if i in there])
    long_enough = (quote for quote in quotes if len(quote.text) >= LEAST_LETTERS)
    return next(long_enough, next(iter(quotes), None))
