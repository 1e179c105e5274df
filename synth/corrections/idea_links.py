"""Corrections of how ideas stand to each other: supports, opposes, answers, questions, related."""

from __future__ import annotations

from synth.corrections.stored_map import StoredMap, ensure_core, open_correction
from synth.errors import N_, CorrectionRefused
from synth.records import LinkKind
from synth.store import Store


def link_ideas(
    store: Store, discussion_id: int, idea_id: int, other: int, *, kind: LinkKind, actor: str
) -> None:
    """Say how an idea stands to another one; both live on in every rebuild.

    What was said of the same two in the same direction before is replaced.
    """
    with open_correction(store, discussion_id, actor, "related", idea_id) as (change, map_):
        _require_two(map_, idea_id, other)
        one, another = _in_order(idea_id, other, kind)
        change.link_ideas(one, another, kind)
        if kind is LinkKind.RELATED and change.row("idea_links", (another, one)):
            raise CorrectionRefused(
                N_("%(idea)s is linked to %(other)s already; take that link away first"),
                idea=map_.called(other),
                other=map_.called(idea_id),
            )
        for each in (idea_id, other):
            ensure_core(store, change, map_, each)


def unlink_ideas(store: Store, discussion_id: int, idea_id: int, other: int, *, actor: str) -> None:
    """Take back how two ideas stand to each other, in both directions."""
    with open_correction(store, discussion_id, actor, "unrelated", idea_id) as (change, map_):
        _require_two(map_, idea_id, other)
        pairs = ((idea_id, other), (other, idea_id))
        if not any(change.row("idea_links", pair) for pair in pairs):
            raise CorrectionRefused(
                N_("%(idea)s and %(other)s are not linked"),
                idea=map_.called(idea_id),
                other=map_.called(other),
            )
        for one, another in pairs:
            change.link_ideas(one, another, None)


def _require_two(map_: StoredMap, idea_id: int, other: int) -> None:
    map_.idea(other)
    if idea_id == other:
        raise CorrectionRefused(N_("an idea cannot be linked to itself; name two"))


def _in_order(one: int, other: int, kind: LinkKind) -> tuple[int, int]:
    """Which idea the link starts from; ideas that are related either way stand in order of id."""
    return (min(one, other), max(one, other)) if kind is LinkKind.RELATED else (one, other)
