"""People's corrections of the map: one function each, in force at once and in every rebuild.

Each returns nothing, or the id of an idea it made; each records an event that
:func:`undo_correction` takes back; each raises CorrectionRefused where it contradicts an earlier
correction or the bounds of a map. ``actor`` says who corrects. Ids are those of the store:
``idea_id`` in ideas.csv; passages by :func:`passages_of`.
"""

from __future__ import annotations

from synth.corrections.idea_links import link_ideas, unlink_ideas
from synth.corrections.ideas import (
    describe_idea,
    merge_ideas,
    move_idea,
    rename_idea,
    split_idea,
    split_into_parts,
)
from synth.corrections.passages import (
    keep_passages,
    link_passages,
    part_passages,
    passages_of,
    pin_passages,
    release_passages,
    set_passages_aside,
    unplace_passages,
)
from synth.corrections.sides import set_side
from synth.corrections.statuses import (
    confirm_idea,
    hide_idea,
    lock_idea,
    release_idea,
    sign_off,
    take_sign_off_back,
    unlock_idea,
)
from synth.corrections.stored_map import permission_to_undo, undo_correction

__all__ = [
    "confirm_idea",
    "describe_idea",
    "hide_idea",
    "keep_passages",
    "link_ideas",
    "link_passages",
    "lock_idea",
    "merge_ideas",
    "move_idea",
    "part_passages",
    "passages_of",
    "permission_to_undo",
    "pin_passages",
    "release_idea",
    "release_passages",
    "rename_idea",
    "set_passages_aside",
    "set_side",
    "sign_off",
    "split_idea",
    "split_into_parts",
    "take_sign_off_back",
    "undo_correction",
    "unlink_ideas",
    "unlock_idea",
    "unplace_passages",
]
