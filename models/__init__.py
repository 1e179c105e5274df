"""Texts and vectors: embedding models, languages, sentences, keyphrases.

Knows nothing of messages. Importing this package loads nothing else; the first use of a
name does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.blend import Blend
    from models.chat import ChatProblem, ChatServer
    from models.embedders import Embedder, ModelCard, ModelMissing
    from models.languages import identify, identify_one, shares
    from models.registry import cards, load
    from models.sentences import split

__all__ = [
    "Blend", "ChatProblem", "ChatServer", "Embedder", "ModelCard", "ModelMissing", "cards",
    "identify", "identify_one", "load", "shares", "split",
]  # fmt: skip

_HOMES = {
    "models.blend": ("Blend",),
    "models.chat": ("ChatProblem", "ChatServer"),
    "models.embedders": ("Embedder", "ModelCard", "ModelMissing"),
    "models.languages": ("identify", "identify_one", "shares"),
    "models.registry": ("cards", "load"),
    "models.sentences": ("split",),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'models' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
