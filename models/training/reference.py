"""Texts whose likeness to each other is to stay as the original model has it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.sources import LANGUAGES, Points, answers, titled_contributions
from models.vectors import unit_rows

_AT_MOST = 500
"""Texts of one pool."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A pool of texts with the original model's vectors."""

    texts: Sequence[str]
    vectors: Vectors


def pools(data: Path, parallel: Mapping[str, Points]) -> dict[str, Sequence[str]]:
    """Texts by language, and one pool of all languages: ``parallel`` points that are trained on."""
    by_language: dict[str, list[str]] = {"en": [], "de": []}
    for path in sorted((data / "polis").glob("*/comments.csv")):
        language = "de" if "austria" in path.parent.name else "en"
        said = [row["comment-body"].strip() for row in _csv(path)]
        by_language[language] += [text for text in said if len(text.split()) >= 4]
    contributions = titled_contributions(data / "cimt-de").values()
    by_language["de"] += [said[0] for points in contributions for said in points.values()]
    (debates,) = answers(data / "decidim-lille-fr").values()
    by_language["fr"] = [text for said in debates.values() for text in said]
    chosen = {name: _some(texts) for name, texts in by_language.items()}
    mixed = [text for points in parallel.values() for said in points.values() for text in said]
    return {**chosen, "mixed": mixed}


def references(
    encode: Callable[[Sequence[str]], Vectors], of: Mapping[str, Sequence[str]]
) -> list[Reference]:
    """The pools with their vectors; in the mixed pool, each language is centred.

    The original model puts a language's texts together; what they say is alike beside that.
    """
    found = []
    for name, texts in of.items():
        vectors = encode(texts)
        if name == "mixed":
            spoken = vectors.reshape(-1, len(LANGUAGES), vectors.shape[1])
            vectors = unit_rows(spoken - spoken.mean(axis=0)).reshape(vectors.shape)
        found.append(Reference(texts=texts, vectors=vectors))
    return found


def _some(texts: Sequence[str]) -> list[str]:
    order = np.random.default_rng(0).permutation(len(texts))[:_AT_MOST]
    return [texts[row] for row in order]


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
