"""The profile of an idea: quotes, sides, speakers, time and related ideas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.analytics.activity import (
    Order,
    Side,
    Voice,
    messages_of,
    ordered,
    read_side,
    sides_of,
    stated_side,
    voices_of,
)
from synth.analytics.relations import Pair
from synth.outline import summary_beside
from synth.records import Stance
from synth.store.activity import UNKNOWN_TIME
from web.services.outline import Branch, Outline
from web.services.quotes import Quoted, quote_placements
from web.services.snapshot import Snapshot
from web.services.trends import Timeline, timeline

N_QUOTES = 5
"""Quotes at the top of an idea, each from another voice."""
MOST_RELATED = 5
"""Ideas named in each list."""
LEAST_REPLIES = 2
"""Messages that make a conversation between two ideas; one may be chance."""
LEAST_NEAR = 0.05
"""Cosine under which two ideas are no nearer than any two."""
MOST_NAMED = 8
"""Voices with a bar of their own."""
LEAST_LETTERS = 40
"""A shorter passage hardly speaks for a side."""
LOOKED_AT = 12
"""Passages of a side among which the one that speaks for it is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another idea, and what ties it to the one being read."""

    branch: Branch
    n_here: int = 0
    """Messages here that answer one there; voices, where sides are taken."""
    n_there: int = 0
    """The same the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedIdeas:
    """Ideas that one is tied to, by meaning and by replies."""

    near: Sequence[Branch]
    """What lies nearest in meaning."""
    answering: Sequence[Related]
    """Ideas in conversation with this one, most replies first."""
    opposing: Sequence[Related]
    """Ideas between whose messages and these somebody takes a side against the other."""
    favouring: Sequence[Related]


def related_ideas(snapshot: Snapshot, branch: Branch) -> RelatedIdeas:
    """The related ideas. Those above and below are left out: they share passages with this one."""
    own = branch.idea.id
    others = _others(branch, snapshot.outline)
    nearness, relations = snapshot.nearness, snapshot.relations
    cosines = {o: nearness.get((own, o.idea.id), 0.0) for o in others}
    near = sorted((o for o in others if cosines[o] >= LEAST_NEAR), key=lambda o: -cosines[o])
    replies = _between(own, others, relations.replies)
    return RelatedIdeas(
        near=near[:MOST_RELATED],
        answering=[r for r in replies if r.n_here + r.n_there >= LEAST_REPLIES][:MOST_RELATED],
        opposing=_between(own, others, relations.against)[:MOST_RELATED],
        favouring=_between(own, others, relations.favouring)[:MOST_RELATED],
    )


def _others(branch: Branch, outline: Outline) -> list[Branch]:
    """The ideas that it is compared with: those of its own level, and leaves of higher levels."""
    level = branch.idea.level
    above = {b.idea.id for b in (branch, *outline.path(branch.idea.id))}
    return [
        other
        for other in outline.in_order()
        if other.idea.id not in above
        and (other.idea.level == level or (other.idea.level < level and not other.children))
    ]


def _between(own: int, others: Sequence[Branch], counts: Mapping[Pair, int]) -> list[Related]:
    found = [
        Related(
            branch=other,
            n_here=counts.get((own, other.idea.id), 0),
            n_there=counts.get((other.idea.id, own), 0),
        )
        for other in others
    ]
    tied = [one for one in found if one.n_here or one.n_there]
    return sorted(tied, key=lambda one: (-(one.n_here + one.n_there), one.branch.idea.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerBar:
    """One voice, or all the others together, with its share of the passages."""

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
    """Who speaks under an idea, and how much."""

    n_voices: int
    n_passages: int
    bars: Sequence[SpeakerBar]
    """Those who say most."""
    others: SpeakerBar | None
    """All the rest together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One side, with the passage that speaks for it."""

    side: Side
    quote: Quoted | None


def speakers_of(snapshot: Snapshot, rows: NDArray[np.intp]) -> Speakers:
    voices = voices_of(snapshot.activity, rows)
    named = voices[:MOST_NAMED] if len(voices) > MOST_NAMED + 1 else voices
    rest = voices[len(named) :]
    ids = [voice.participant_id for voice in named if voice.participant_id is not None]
    names = snapshot.store.participants.pseudonyms(ids)
    longest = max((voice.n_passages for voice in named), default=1)

    def share(name: str | None, of: Sequence[Voice]) -> SpeakerBar:
        said = sum(voice.n_passages for voice in of)
        return SpeakerBar(
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


def positions_of(snapshot: Snapshot, rows: NDArray[np.intp]) -> Sequence[Position]:
    """For and against with a quote of each; empty where nobody takes a side."""
    activity = snapshot.activity
    return [
        Position(side=side, quote=_speaking_for(snapshot, rows, side.stance))
        for side in sides_of(activity, rows)
    ]


def _speaking_for(snapshot: Snapshot, rows: NDArray[np.intp], stance: Stance) -> Quoted | None:
    """Somebody on that side as the platform says, else as the words tell."""
    activity = snapshot.activity
    stated = _best(snapshot, stated_side(activity, rows, stance))
    return stated or _best(snapshot, read_side(activity, rows, stance))


def _best(snapshot: Snapshot, rows: NDArray[np.intp]) -> Quoted | None:
    """What fits best among those of some length."""
    best = ordered(snapshot.activity, rows, Order.CENTRAL)[:LOOKED_AT]
    first = snapshot.activity.passages[best].tolist()
    quotes = quote_placements(snapshot, snapshot.passages(first))
    long_enough = (quote for quote in quotes if len(quote.text) >= LEAST_LETTERS)
    return next(long_enough, next(iter(quotes), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaProfile:
    """What the first page of an idea tells before its passages."""

    summary: str
    """Empty where the first quote says the same."""
    voices: Sequence[Quoted]
    positions: Sequence[Position]
    """For and against; empty where nobody takes a side."""
    related: RelatedIdeas
    speakers: Speakers
    timeline: Timeline | None


def profile_of(snapshot: Snapshot, branch: Branch) -> IdeaProfile:
    """The profile of an idea of the outline."""
    rows = snapshot.rows(branch)
    telling = _telling_voices(snapshot, branch.idea.id)
    posted = snapshot.activity.posted[messages_of(snapshot.activity, rows)]
    return IdeaProfile(
        summary=summary_beside(branch.idea.summary, (one.text for one in telling)),
        voices=telling,
        positions=positions_of(snapshot, rows),
        related=related_ideas(snapshot, branch),
        speakers=speakers_of(snapshot, rows),
        timeline=timeline(
            snapshot.calendar,
            snapshot.counts.get(branch.idea.id, ()),
            n_undated=int((posted == UNKNOWN_TIME).sum()),
        ),
    )


def _telling_voices(snapshot: Snapshot, idea_id: int) -> tuple[Quoted, ...]:
    """The most telling passages, one for each author; anonymous ones count as different."""
    placements = snapshot.passages(snapshot.store.ideas.representatives_of(idea_id))
    seen: set[str] = set()
    chosen: list[Quoted] = []
    for quoted in quote_placements(snapshot, placements):
        if quoted.author is None or quoted.author not in seen:
            chosen.append(quoted)
            seen.add(quoted.author or "")
    return tuple(chosen[:N_QUOTES])
