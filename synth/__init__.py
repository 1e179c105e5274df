"""The engine: messages → ideas → harvest → synthesis.

>>> from synth import Settings, open_store, run
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synth.errors import (
    CorrectionRefused,
    InputProblem,
    ModelMissing,
    StoreProblem,
    SynthError,
    UnknownFormat,
)
from synth.records import Extract, Idea, Message, Passage, Placement, Problem, RawMessage
from synth.settings import Settings

if TYPE_CHECKING:
    from synth.corrections import (
        confirm_idea,
        describe_idea,
        hide_idea,
        keep_passages,
        link_ideas,
        link_passages,
        lock_idea,
        merge_ideas,
        move_idea,
        part_passages,
        passages_of,
        pin_passages,
        release_idea,
        release_passages,
        rename_idea,
        set_passages_aside,
        set_side,
        sign_off,
        split_idea,
        take_sign_off_back,
        undo_correction,
        unlink_ideas,
        unlock_idea,
        unplace_passages,
    )
    from synth.pipeline import build, import_files, run
    from synth.store import open_store

__all__ = [
    "CorrectionRefused",
    "Extract",
    "Idea",
    "InputProblem",
    "Message",
    "ModelMissing",
    "Passage",
    "Placement",
    "Problem",
    "RawMessage",
    "Settings",
    "StoreProblem",
    "SynthError",
    "UnknownFormat",
    "build",
    "confirm_idea",
    "describe_idea",
    "hide_idea",
    "import_files",
    "keep_passages",
    "link_ideas",
    "link_passages",
    "lock_idea",
    "merge_ideas",
    "move_idea",
    "open_store",
    "part_passages",
    "passages_of",
    "pin_passages",
    "release_idea",
    "release_passages",
    "rename_idea",
    "run",
    "set_passages_aside",
    "set_side",
    "sign_off",
    "split_idea",
    "take_sign_off_back",
    "undo_correction",
    "unlink_ideas",
    "unlock_idea",
    "unplace_passages",
]

_PIPELINE = ("build", "import_files", "run")


def __getattr__(name: str) -> Any:
    """Load what is heavy only when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    homes = {"open_store": "synth.store"} | dict.fromkeys(_PIPELINE, "synth.pipeline")
    return getattr(import_module(homes.get(name, "synth.corrections")), name)
