"""A model that knows a few themes, in two languages, for searches by meaning in tests."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from flask import Flask
from numpy.typing import NDArray

from models.vectors import unit_rows
from synth.search.nearness import Usual, scale_of
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
    vectors = np.array([encode(p.text) for p in passages], dtype=np.float32).reshape(-1, 4)
    n = len(passages)
    return SemanticIndex(
        model="themes",
        is_of_words=False,
        passages=np.array([p.id for p in passages], dtype=np.int64),
        vectors=vectors,
        penalty=np.zeros(n, dtype=np.float32),
        shifts={},
        scale=replace(
            scale_of(
                vectors,
                messages=np.array([p.message_id for p in passages], dtype=np.int64),
                letters=[len(p.text) for p in passages],
                languages=[None] * n,
                is_read=np.ones(n, dtype=np.bool_),
            ),
            usual=Usual(mean=0.5, spread=0.1),
        ),
        encode=encode,
    )


def give_meaning(app: Flask) -> None:
    """Let the viewer search with it."""
    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), read=read)
