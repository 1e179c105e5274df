"""The ideas of the map, as the browser needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synth.store import Discussion, Store
from web.services.outline import Branch, Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class MapIdea:
    branch: Branch
    parent: int | None
    """Place of its parent in the list."""
    n_for: int
    n_against: int
    """Passages under it, sub-ideas included, that speak for and against their parent."""


def map_ideas(store: Store, discussion: Discussion, outline: Outline) -> tuple[MapIdea, ...]:
    """Every idea in reading order; a point names its leaf by the place in this list."""
    branches = outline.in_order()
    places = {branch.idea.id: n for n, branch in enumerate(branches)}
    totals = _totals(branches, store.ideas.stances(discussion.id))
    return tuple(
        MapIdea(
            branch=branch,
            parent=None if branch.idea.parent_id is None else places[branch.idea.parent_id],
            n_for=totals[branch.idea.id][0],
            n_against=totals[branch.idea.id][1],
        )
        for branch in branches
    )


def _totals(
    branches: tuple[Branch, ...], own: Mapping[int, tuple[int, int]]
) -> dict[int, tuple[int, int]]:
    """Idea id → for and against, those of its sub-ideas added."""
    totals: dict[int, tuple[int, int]] = {}
    for branch in reversed(branches):  # children before their parents
        parts = [own.get(branch.idea.id, (0, 0)), *(totals[c.idea.id] for c in branch.children)]
        totals[branch.idea.id] = (sum(p[0] for p in parts), sum(p[1] for p in parts))
    return totals
