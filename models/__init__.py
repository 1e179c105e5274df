"""Texts and vectors: embedding models, languages, sentences, keyphrases.

Knows nothing of messages. Importing this package loads nothing else; the first use of a
name does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.blend import Blend
    from models.chat import ChatServer
    from models.embedders import Embedder, ModelCard
    from models.errors import ChatProblem, ModelMissing
    from models.languages import identify, identify_one, shares
    from models.registry import cards, load
    from models.sentences import split

__all__ = [
    "Blend",
    "ChatProblem",
    "ChatServer",
    "Embedder",
    "ModelCard",
    "ModelMissing",
    "cards",
    "identify",
    "identify_one",
    "load",
    "shares",
    "split",
]

_HOMES = {
    "Blend": "models.blend",
    "ChatProblem": "models.errors",
    "ChatServer": "models.chat",
    "Embedder": "models.embedders",
    "ModelCard": "models.embedders",
    "ModelMissing": "models.errors",
    "cards": "models.registry",
    "identify": "models.languages",
    "identify_one": "models.languages",
    "load": "models.registry",
    "shares": "models.languages",
    "split": "models.sentences",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
