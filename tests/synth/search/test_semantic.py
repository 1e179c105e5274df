"""Near passages, near ideas, a place on the map, words and meaning together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.vectors import unit_rows
from synth.search.nearness import scale_of
from synth.search.semantic import (
    SemanticIndex,
    centroids_of,
    mixed,
    near_ideas,
    place_among,
)

N = 8
"""Passages of each of three ideas, which lie along three axes."""


def passages(seed: int = 0) -> NDArray[np.float32]:
    """float32 (3 * N, 6): unit rows, N around each of the first three axes."""
    noise = np.random.default_rng(seed).normal(0, 0.15, (3 * N, 6))
    return unit_rows(np.asarray(np.repeat(np.eye(3, 6), N, axis=0) + noise, dtype=np.float32))


LEAVES = np.repeat([7, 0, 9], N).astype(np.int64)
"""Those around the second axis stand under no idea."""


def meaning(**more: object) -> SemanticIndex:
    facts: dict[str, object] = {
        "model": "made-up",
        "is_of_words": False,
        "passages": np.arange(3 * N),
        "vectors": passages(),
        "penalty": np.zeros(3 * N, dtype=np.float32),
        "shifts": {"fr": np.eye(1, 6, 5, dtype=np.float32)[0]},
        "scale": scale_of(
            passages(),
            messages=np.arange(3 * N),
            letters=[40] * (3 * N),
            languages=["en"] * (3 * N),
            is_read=np.ones(3 * N, dtype=np.bool_),
        ),
        "encode": lambda text: np.eye(6, dtype=np.float32)[len(text)],
    }
    return SemanticIndex(**{**facts, **more})  # type: ignore[arg-type]


def test_what_a_language_shares_is_taken_off_a_question() -> None:
    assert meaning().vector("", None).tolist() == [1, 0, 0, 0, 0, 0]
    assert meaning().vector("", "en").tolist() == [1, 0, 0, 0, 0, 0]
    french = meaning().vector("", "fr")
    assert french[5] < 0
    assert np.isclose(np.linalg.norm(french), 1)


def test_what_is_only_estimated_is_doubted() -> None:
    penalty = np.full(3 * N, 0.25, dtype=np.float32)
    vector = np.eye(6, dtype=np.float32)[0]
    certain, doubted = meaning().cosines(vector), meaning(penalty=penalty).cosines(vector)
    assert np.allclose(certain - doubted, 0.25)


def test_the_nearest_idea_comes_first_and_unplaced_passages_are_none() -> None:
    vectors = passages()
    centroids = centroids_of(vectors, LEAVES)
    assert centroids.ids.tolist() == [7, 9]
    question = np.eye(6, dtype=np.float32)[2]
    first, second = near_ideas(question, vectors @ question, centroids, most=5)
    assert (first.idea_id, second.idea_id) == (9, 7)
    assert first.fit > 0.5 > second.fit
    assert len(near_ideas(question, vectors @ question, centroids, most=1)) == 1


def test_the_scale_of_a_models_cosines_changes_no_vote() -> None:
    vectors = passages()
    centroids = centroids_of(vectors, np.repeat([7, 8, 9], N).astype(np.int64))
    question = unit_rows(np.array([0.6, 0.5, 0.4, 0.3, 0.2, 0.1], dtype=np.float32))
    cosines = vectors @ question
    narrow = np.asarray(0.85 + 0.1 * cosines, dtype=np.float32)
    wide = near_ideas(question, cosines, centroids, most=3)
    assert [one.idea_id for one in wide] == [7, 8, 9]
    again = near_ideas(question, narrow, centroids, most=3)
    assert np.allclose([one.score for one in again], [one.score for one in wide], atol=1e-4)


def test_without_ideas_none_is_near() -> None:
    vectors = passages()
    centroids = centroids_of(vectors, np.zeros(3 * N, dtype=np.int64))
    question = np.eye(6, dtype=np.float32)[0]
    assert near_ideas(question, vectors @ question, centroids, most=3) == []


def test_the_place_lies_among_the_passages_of_the_nearest_idea() -> None:
    places = np.repeat([[0.1, 0.1], [0.5, 0.9], [0.8, 0.2]], N, axis=0).astype(np.float32)
    cosines = passages() @ np.eye(6, dtype=np.float32)[2]
    cosines[0] = cosines.max()  # one stray passage of another idea is as near
    found = place_among(np.asarray(cosines, dtype=np.float32), places, LEAVES)
    assert found is not None
    assert np.allclose(found, (0.8, 0.2))


def test_what_is_not_laid_out_has_no_place() -> None:
    nowhere = np.full((3 * N, 2), np.nan, dtype=np.float32)
    assert place_among(np.zeros(3 * N, dtype=np.float32), nowhere, LEAVES) is None


def test_a_rare_word_outweighs_meaning_and_a_common_one_does_not() -> None:
    rng = np.random.default_rng(1)
    meant = rng.normal(0.8, 0.03, 2_000).astype(np.float32)
    rare = np.zeros(2_000, dtype=np.float32)
    middling = int(np.abs(meant - meant.mean()).argmin())
    rare[middling] = 9.0
    assert mixed(meant, rare).argmax() == middling
    common = (np.arange(2_000) % 2).astype(np.float32)
    best = int(meant.argmax())
    assert best in np.argsort(-mixed(meant, common))[:20]


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=20))
def test_scores_without_any_difference_change_no_order(meant: list[float]) -> None:
    scores = np.array(meant, dtype=np.float32)
    both = mixed(scores, np.zeros(len(scores), dtype=np.float32))
    assert np.isfinite(both).all()
    assert (
        (np.argsort(-both, kind="stable") == np.argsort(-scores, kind="stable")).all()
        or len(set(meant)) < len(meant)
        or float(scores.std()) < 1e-6
    )
