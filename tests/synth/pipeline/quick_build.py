"""Builds over made-up vectors, in a fraction of a second: for tests that rebuild many times."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models import ModelCard
from synth.corpus import Corpus
from synth.pipeline import build, idea_map
from synth.pipeline.build import BuildReport
from synth.records import IdeaName, IdeaTree
from synth.settings import ClustererName, Settings
from synth.store import Store

DIMENSIONS = 24
NOISE = 0.5


class MadeUpModel:
    """A vector for the first word of a text, with a noise of its own for each text and seed."""

    is_fitted_per_discussion = True

    def __init__(self, seed: int) -> None:
        self._seed = seed

    @property
    def fingerprint(self) -> str:
        return f"made up {self._seed}"

    @property
    def card(self) -> ModelCard:
        return ModelCard(
            name="made-up",
            title="Made up",
            kind="fitted",
            licence="none",
            languages=("en",),
            dimensions=DIMENSIONS,
            max_tokens=None,
            package=None,
            package_version=None,
            sha256=None,
            notes="",
        )

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        rows = [
            _direction(text.split()[0]) + NOISE * _direction(f"{self._seed} {text}")
            for text in texts
        ]
        found = np.array(rows, dtype=np.float32).reshape(-1, DIMENSIONS)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def _direction(words: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big")
    row = np.random.default_rng(seed).normal(size=DIMENSIONS)
    return row / np.linalg.norm(row)


def name_by_first_words(corpus: Corpus, tree: IdeaTree, **_: object) -> list[IdeaName]:
    found = []
    for idea in range(len(tree.parent)):
        rows = np.flatnonzero(tree.leaf == idea)[:3].tolist()
        title = f"{corpus.passages[rows[0]].text.split()[0]} {idea}" if rows else f"Broad {idea}"
        found.append(
            IdeaName(
                title=title,
                keyphrases=(title.lower(),),
                summary="",
                language="en",
                representatives=tuple(rows),
            )
        )
    return found


def made_up_places(vectors: NDArray[np.float32], *_: object, **__: object) -> NDArray[np.float32]:
    return np.clip(0.5 + vectors[:, :2] / 2, 0.0, 1.0)


@contextmanager
def made_up_models() -> Iterator[Callable[..., BuildReport]]:
    """Gives ``rebuild(store, discussion_id, seed)``: a build without what costs time."""

    def rebuild(
        store: Store,
        discussion_id: int,
        seed: int,
        *,
        clusterer: ClustererName = "linkage",
        **settings: Any,
    ) -> BuildReport:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("models.load", lambda _: MadeUpModel(seed))
            patch.setattr(idea_map, "name_ideas", name_by_first_words)
            patch.setattr(idea_map, "lay_out", made_up_places)
            patch.setattr(idea_map, "key_passages", lambda _: [])
            chosen: dict[str, Any] = {"quality": "draft", "clusterer": clusterer, "seed": seed}
            return build(store, discussion_id, Settings(**chosen | settings))

    yield rebuild
