"""The engine: messages → ideas → harvest → synthesis.

>>> from synth import Settings, open_store, run
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synth.errors import InputProblem, ModelMissing, StoreProblem, SynthError, UnknownFormat
from synth.records import Extract, Idea, Message, Passage, Placement, Problem, RawMessage
from synth.settings import Settings

if TYPE_CHECKING:
    from synth.pipeline import build, import_files, run
    from synth.store import open_store

_LATE = {
    "build": "synth.pipeline",
    "import_files": "synth.pipeline",
    "open_store": "synth.store",
    "run": "synth.pipeline",
}

__all__ = [
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
    "import_files",
    "open_store",
    "run",
]


def __getattr__(name: str) -> Any:
    """Load what is heavy only when it is asked for."""
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
