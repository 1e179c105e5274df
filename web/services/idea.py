"""Where an idea stands among the others: what is near, who answers whom, who speaks against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synth.analytics.relations import Pair, Relations
from web.services.outline import Branch, Outline

MOST = 5
"""Ideas named in each list."""
LEAST_REPLIES = 2
"""Messages that make a conversation between two ideas; one may be chance."""
LEAST_NEAR = 0.05
"""Cosine under which two ideas are no nearer than any two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another idea, and what ties it to the one being read."""

    branch: Branch
    n_here: int = 0
    """Messages here that answer one there; voices, where sides are taken."""
    n_there: int = 0
    """The same the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearings:
    near: Sequence[Branch]
    """What lies nearest in meaning."""
    answering: Sequence[Related]
    """Ideas in conversation with this one, most replies first."""
    opposing: Sequence[Related]
    """Ideas between whose messages and these somebody takes a side against the other."""
    favouring: Sequence[Related]


def bearings_of(
    branch: Branch, outline: Outline, relations: Relations, nearness: Mapping[Pair, float]
) -> Bearings:
    """Ideas above and below are left out: what is said there is said here too."""
    own = branch.idea.id
    others = _others(branch, outline)
    cosines = {o: nearness.get((own, o.idea.id), 0.0) for o in others}
    near = sorted((o for o in others if cosines[o] >= LEAST_NEAR), key=lambda o: -cosines[o])
    replies = _between(own, others, relations.replies)
    return Bearings(
        near=near[:MOST],
        answering=[r for r in replies if r.n_here + r.n_there >= LEAST_REPLIES][:MOST],
        opposing=_between(own, others, relations.against)[:MOST],
        favouring=_between(own, others, relations.favouring)[:MOST],
    )


def _others(branch: Branch, outline: Outline) -> list[Branch]:
    """What it is compared with: ideas of its own level, and those that end above it."""
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
