"""Parts of a discussion, each in a space of its own."""

from __future__ import annotations

import numpy as np
import pytest

from models.blend import no_vectors
from models.text_counts import counted
from synth.embedding import space
from synth.embedding.context import Context
from synth.embedding.space import PartSpaces

TEXTS = [
    f"{what} in the {where} {when}."
    for what in ("More benches", "Fewer cars", "A water tap", "New trees")
    for where in ("park", "school street", "market")
    for when in ("before summer", "this year")
]


@pytest.fixture
def parts() -> PartSpaces:
    n = len(TEXTS)
    return PartSpaces(
        texts=counted(TEXTS),
        vectors=no_vectors(n),
        context=Context(
            message=np.arange(n) // 2,
            parent=np.full(n // 2, -1, dtype=np.intp),
            topic=np.full(n // 2, -1, dtype=np.intp),
            topics=np.empty((0, 456), dtype=np.float32),
        ),
        languages=["en"] * n,
        static_weight=1.0,
    )


def test_some_passages_are_numbered_from_0(parts: PartSpaces) -> None:
    rows = np.arange(1, 20, 2)
    some = parts.take(np.arange(1, len(TEXTS))).take(np.arange(0, 20, 2))
    assert np.array_equal(some.fit(np.arange(10)), parts.fit(rows))


def test_the_axes_of_a_large_part_are_fitted_on_some_of_it(
    parts: PartSpaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.arange(len(TEXTS))
    on_all = parts.fit(rows)
    monkeypatch.setattr(space, "N_FITTED_OF_PART", 12)
    on_half = parts.fit(rows)
    assert on_half.shape == on_all.shape
    assert np.abs(on_half - on_all).max() > 0.01
    assert np.allclose(np.linalg.norm(on_half, axis=1), 1, atol=1e-5)
