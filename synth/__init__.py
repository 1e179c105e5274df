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
    from synth.pipeline import (
        build,
        confirm_idea,
        hide_idea,
        import_files,
        link_passages,
        merge_ideas,
        move_idea,
        part_passages,
        passages_of,
        pin_passages,
        release_idea,
        rename_idea,
        run,
        split_idea,
        undo_correction,
        unplace_passages,
    )
    from synth.store import open_store

_LATE = {
    "build": "synth.pipeline",
    "confirm_idea": "synth.pipeline",
    "hide_idea": "synth.pipeline",
    "import_files": "synth.pipeline",
    "link_passages": "synth.pipeline",
    "merge_ideas": "synth.pipeline",
    "move_idea": "synth.pipeline",
    "open_store": "synth.store",
    "part_passages": "synth.pipeline",
    "passages_of": "synth.pipeline",
    "pin_passages": "synth.pipeline",
    "release_idea": "synth.pipeline",
    "rename_idea": "synth.pipeline",
    "run": "synth.pipeline",
    "split_idea": "synth.pipeline",
    "undo_correction": "synth.pipeline",
    "unplace_passages": "synth.pipeline",
}

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
    "hide_idea",
    "import_files",
    "link_passages",
    "merge_ideas",
    "move_idea",
    "open_store",
    "part_passages",
    "passages_of",
    "pin_passages",
    "release_idea",
    "rename_idea",
    "run",
    "split_idea",
    "undo_correction",
    "unplace_passages",
]


def __getattr__(name: str) -> Any:
    """Load what is heavy only when it is asked for."""
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
