"""A model that knows a few themes, in two languages, for searches by meaning in tests."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from flask import Flask
from numpy.typing import NDArray

from models.vectors import unit_rows
from synth.search.semantic import SemanticIndex
from synth.store import Store
from web.services.semantic_search import MeaningLoader

THEMES = (
    ("stall", "market", "river", "étal", "marché", "fleuve"),
    ("table", "café", "square", "tables", "terrasse"),
    ("thank", "merci"),
)


def encode(text: str) -> NDArray[np.float32]:
    """One axis a theme, and one for everything else."""
    words = re.findall(r"\w+", text.casefold())
    counts = [sum(any(w.startswith(t) for t in theme) for w in words) for theme in THEMES]
    return unit_rows(np.array([*counts, 0.3], dtype=np.float32))


def read(store: Store, discussion_id: int) -> SemanticIndex:
    passages = sorted(store.passages.all(discussion_id), key=lambda passage: passage.id)
    return SemanticIndex(
        model="themes",
        is_of_words=False,
        passages=np.array([p.id for p in passages], dtype=np.int64),
        vectors=np.array([encode(p.text) for p in passages], dtype=np.float32).reshape(-1, 4),
        penalty=np.zeros(len(passages), dtype=np.float32),
        shifts={},
        nearest=np.linspace(0.6, 1, 200).astype(np.float32),
        encode=encode,
    )


def give_meaning(app: Flask) -> None:
    """Let the viewer search with it."""
    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), read=read)
