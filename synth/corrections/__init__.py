"""People's corrections of the map: one function each, in force at once and in every rebuild.

Each returns nothing, or the id of an idea it made; each records an event that
:func:`undo_correction` takes back; each raises CorrectionRefused where it contradicts an earlier
correction or the bounds of a map. ``actor`` says who corrects. Ids are those of the store:
``idea_id`` in ideas.csv; passages by :func:`passages_of`.
"""

from __future__ import annotations

from synth.corrections.ideas import (
    confirm_idea,
    hide_idea,
    merge_ideas,
    move_idea,
    release_idea,
    rename_idea,
    split_idea,
)
from synth.corrections.making import take_back
from synth.corrections.passages import (
    link_passages,
    part_passages,
    passages_of,
    pin_passages,
    unplace_passages,
)
from synth.store import Correction, Store

__all__ = [
    "confirm_idea",
    "hide_idea",
    "link_passages",
    "merge_ideas",
    "move_idea",
    "part_passages",
    "passages_of",
    "pin_passages",
    "release_idea",
    "rename_idea",
    "split_idea",
    "undo_correction",
    "unplace_passages",
]


def undo_correction(
    store: Store, discussion_id: int, event_id: int | None = None, *, actor: str
) -> Correction:
    """Take back the last correction, or the one with that id; returns what was taken back.

    Raises CorrectionRefused when there is none, or when a later one builds on it.
    """
    return take_back(store, discussion_id, event_id, actor=actor)
