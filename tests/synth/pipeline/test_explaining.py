from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from synth.analytics.explanation import map_directions, nearest_ideas, nearest_passages
from synth.store import Store


@pytest.fixture
def beside(built: Store) -> list[int]:
    """The passages of one idea."""
    placements = built.ideas.placements(1)
    leaf = next(p.idea_id for p in placements if p.idea_id is not None)
    return [p.passage_id for p in placements if p.idea_id == leaf]


def read_by_a_model(store: Store) -> str:
    """Give every passage a vector, as by the model of the last build; returns the model's key."""
    (sha,) = store._db.execute("SELECT json_extract(model, '$.sha256') FROM runs").fetchone()
    shas = dict(store._db.execute("SELECT id, content_sha256 FROM passages").fetchall())
    rows = np.random.default_rng(0).normal(size=(len(shas), 8)).astype(np.float16)
    model = f"model-{sha[:16]}-1"
    store.vectors.put(list(shas.values()), rows, model=model)
    return model


def test_where_no_model_read_the_passages_words_are_compared(
    built: Store, beside: list[int]
) -> None:
    directions = map_directions(built, 1, built.activity.of(1))
    assert directions.model is None
    placement = built.ideas.passages(beside)[beside[0]]
    near = nearest_passages(built, placement, beside, directions)
    assert near.basis == "words"
    assert near.n_compared == len(beside) - 1
    assert {one.passage_id for one in near.passages} <= set(beside[1:])
    likeness = [one.likeness for one in near.passages]
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[0] > 0


def test_where_a_model_read_them_directions_are_compared(built: Store, beside: list[int]) -> None:
    model = read_by_a_model(built)
    directions = map_directions(built, 1, built.activity.of(1))
    assert directions.model == model
    placement = built.ideas.passages(beside)[beside[0]]
    near = nearest_passages(built, placement, beside, directions)
    assert near.basis == "vectors"
    assert near.n_compared == len(beside) - 1
    assert beside[0] not in {one.passage_id for one in near.passages}


def test_a_single_passage_has_nothing_near(built: Store, beside: list[int]) -> None:
    directions = map_directions(built, 1, built.activity.of(1))
    placement = built.ideas.passages(beside)[beside[0]]
    near = nearest_passages(built, placement, beside[:1], directions)
    assert (near.passages, near.n_compared) == ((), 0)


def test_ideas_near_to_an_unplaced_passage_are_told_where_its_direction_is_known(
    built: Store,
) -> None:
    directions = map_directions(built, 1, built.activity.of(1))
    assert nearest_ideas(1, directions) == []
    known = replace(
        directions,
        ideas=[4, 5],
        centroids=np.eye(2, dtype=np.float32),
        unplaced={1: np.array([0.6, 0.8], dtype=np.float32)},
    )
    assert [idea for idea, _ in nearest_ideas(1, known)] == [5, 4]
    assert nearest_ideas(2, known) == []


def test_a_small_map_knows_the_directions_of_its_ideas_from_what_was_read(built: Store) -> None:
    placements = built.ideas.placements(1)
    first = placements[0]
    built._db.execute("DELETE FROM spaces")
    built._db.execute(
        "UPDATE placements SET idea_id = NULL WHERE passage_id = ?", [first.passage_id]
    )
    read_by_a_model(built)
    directions = map_directions(built, 1, built.activity.of(1))
    leaves = {p.idea_id for p in placements if p.idea_id is not None}
    assert set(directions.ideas) <= leaves
    assert np.allclose(np.linalg.norm(directions.centroids, axis=1), 1, atol=1e-3)
    assert list(directions.unplaced) == [first.passage_id]
    assert {idea for idea, _ in nearest_ideas(first.passage_id, directions)} <= leaves
