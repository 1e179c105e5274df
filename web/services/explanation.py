"""What explains the place of a passage: its fit, its words, what is near, and its thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth.analytics.activity import Order, ordered, passages_under
from synth.analytics.explanation import Basis, nearest_ideas, nearest_passages, shared_terms
from synth.records import Message, Placement, Span
from synth.store.activity import Activity
from web.services.outline import Branch
from web.services.quotes import Quoted, quote_placements
from web.services.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class NearPassage:
    """A passage of the same idea, and how like this one it is."""

    quote: Quoted
    likeness: float
    """0..1: the cosine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearIdea:
    branch: Branch
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What explains why a passage stands under its idea, or under none."""

    path: Sequence[Branch]
    """From the top idea down to its own; empty where it stands under none."""
    fits_better_than: float | None
    """0..1 of the other passages of its idea; None where there is no other."""
    terms: Sequence[Span]
    """Where the passage has words of its idea's keyphrases; offsets in its message."""
    near: Sequence[NearPassage]
    basis: Basis
    n_compared: int
    n_in_thread: int
    """Passages of its thread."""
    n_like_it: int
    """Those under the same idea, this one among them."""
    answers: Message | None
    """The message that its own answers."""
    answers_ideas: Sequence[Branch]
    """What that message speaks about, in the order of its words."""
    because: str | None
    """What a person did: ``pinned``, ``merged``, ``split`` or ``status``; None for nothing."""
    near_ideas: Sequence[NearIdea]
    """Of an unplaced passage, where its direction was kept."""

    @property
    def is_about_the_same(self) -> bool:
        """Whether the answered message speaks about the passage's idea too."""
        return bool(self.path) and self.path[-1] in self.answers_ideas


def passage_in(snapshot: Snapshot, passage_id: int) -> tuple[Placement, Message] | None:
    """The passage with its message; None where the discussion has none of that id."""
    if snapshot.store.passages.discussion_of(passage_id) != snapshot.id:
        return None
    placement = snapshot.store.ideas.passages([passage_id]).get(passage_id)
    message = None if placement is None else snapshot.store.messages.get(placement.message_id)
    return None if placement is None or message is None else (placement, message)


def explain(snapshot: Snapshot, placement: Placement, message: Message) -> Explanation:
    """All that is known of why the passage stands under its idea, or under none."""
    branch = snapshot.outline.get(placement.idea_id)
    known = snapshot.directions
    activity = snapshot.activity
    beside = [] if branch is None else _beside(activity, branch.idea.id)
    near = nearest_passages(snapshot.store, placement, beside, known)
    likeness = {one.passage_id: one.likeness for one in near.passages}
    near_ideas = [] if branch is not None else nearest_ideas(placement.passage_id, known)
    thread = activity.leaves[activity.threads[activity.of_message] == message.thread_id]
    parent = None if message.parent_id is None else snapshot.store.messages.get(message.parent_id)
    return Explanation(
        path=() if branch is None else (*snapshot.outline.path(branch.idea.id), branch),
        fits_better_than=None if branch is None else _rank(activity, placement, branch.idea.id),
        terms=() if branch is None else _terms(message, placement, branch),
        near=[
            NearPassage(quote=quote, likeness=likeness[quote.passage_id or 0])
            for quote in quote_placements(snapshot, snapshot.passages(list(likeness)))
        ],
        basis=near.basis,
        n_compared=near.n_compared,
        n_in_thread=len(thread),
        n_like_it=int(np.count_nonzero(thread == (0 if branch is None else branch.idea.id))),
        answers=parent,
        answers_ideas=() if parent is None else _ideas(snapshot, parent.id),
        because=snapshot.store.corrections.reason(placement.passage_id),
        near_ideas=[
            NearIdea(branch=there, likeness=cosine)
            for idea_id, cosine in near_ideas
            if (there := snapshot.outline.get(idea_id)) is not None
        ],
    )


def _beside(activity: Activity, idea_id: int) -> list[int]:
    """The passages right under an idea, the best fit first."""
    rows = ordered(activity, passages_under(activity, [idea_id]), Order.CENTRAL)
    ids: list[int] = activity.passages[rows].tolist()
    return ids


def _rank(activity: Activity, placement: Placement, idea_id: int) -> float | None:
    """0..1 of the other passages right under the idea fit less well; None without others."""
    rows = passages_under(activity, [idea_id])
    if len(rows) < 2:
        return None
    less = np.count_nonzero(activity.weights[rows] < np.float32(placement.weight))
    return float(less) / (len(rows) - 1)


def _terms(message: Message, placement: Placement, branch: Branch) -> tuple[Span, ...]:
    text = message.text[placement.start : placement.end]
    spans = shared_terms(text, branch.idea.keyphrases, language=message.language)
    at = placement.start
    return tuple(Span(start=at + span.start, end=at + span.end) for span in spans)


def _ideas(snapshot: Snapshot, message_id: int) -> list[Branch]:
    placements = snapshot.store.ideas.of_messages([message_id]).get(message_id, [])
    return snapshot.outline.shown(p.idea_id for p in placements)
