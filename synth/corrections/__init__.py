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
from synth.corrections.passages import (
    link_passages,
    part_passages,
    passages_of,
    pin_passages,
    unplace_passages,
)
from synth.corrections.sides import set_side
from synth.corrections.stored_map import undo_correction

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
    "set_side",
    "split_idea",
    "undo_correction",
    "unplace_passages",
]
