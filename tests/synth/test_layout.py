"""The map: inside the square, repeatable, ideas together, and put between runs."""

from __future__ import annotations

import numpy as np
import pytest

from synth import layout
from synth.clustering import Options, find_ideas
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centred
from synth.layout import lay_out, lay_out_rest
from synth.records import IdeaTree
from tests.synth.made_up_vectors import made_up

Built = tuple[np.ndarray, object, IdeaTree]


@pytest.fixture(scope="module")
def built() -> Built:
    vectors = centred(made_up(160, n_ideas=5)[0])
    graph = similarity_graph(vectors)
    return vectors, graph, find_ideas(vectors, graph, options=Options(n_resamplings=1))


@pytest.fixture(scope="module")
def positions(built: Built) -> np.ndarray:
    return lay_out(*built, seed=1)


def test_the_map_is_in_the_unit_square(positions: np.ndarray) -> None:
    assert positions.shape == (160, 2)
    assert positions.dtype == np.float32
    assert 0 <= positions.min() <= 0.1
    assert 0.9 <= positions.max() <= 1


def test_ideas_lie_together(built: Built, positions: np.ndarray) -> None:
    leaf = built[2].leaf
    distance = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    np.fill_diagonal(distance, 9)
    assert (leaf[distance.argmin(axis=1)] == leaf).mean() > 0.95


def test_same_seed_same_map(built: Built, positions: np.ndarray) -> None:
    assert np.array_equal(lay_out(*built, seed=1), positions)


def test_vectors_may_be_looked_at_some_at_a_time(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "STEPS_EARLY", 0)
    monkeypatch.setattr(layout, "STEPS_LATE", 0)
    at_once = lay_out(*built, seed=1)
    monkeypatch.setattr(layout, "EXACT_AT_ONCE", 50)
    assert np.allclose(lay_out(*built, seed=1), at_once, atol=1e-5)


def test_the_map_stays_put(built: Built, positions: np.ndarray) -> None:
    before = positions.copy()
    before[::10] = np.nan
    after = lay_out(*built, seed=2, initial=before)
    moved = np.linalg.norm(after - positions, axis=1)
    assert np.median(moved) < 0.06
    assert moved.max() < 0.25


def divergence(places: np.ndarray, pull: np.ndarray) -> float:
    """What t-SNE makes small (Kullback & Leibler)."""
    near = 1 / (1 + ((places[:, None] - places[None]) ** 2).sum(axis=2))
    np.fill_diagonal(near, 0)
    edges = pull > 0
    return float((pull[edges] * np.log(pull[edges] / (near / near.sum())[edges])).sum())


def test_few_passages_are_drawn_as_well_as_by_the_library(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, graph, tree = built
    pull = layout._affinities(graph, tree)
    start = np.random.default_rng(0).normal(scale=1e-2, size=(160, 2))
    found = []
    for exact_to in (160, 0):
        monkeypatch.setattr(layout, "EXACT_TO", exact_to)
        places = layout._optimise(start, pull, phases=[(60, 12.0), (150, 1.0)], seed=0)
        found.append(divergence(places, pull.toarray()))
    ours, theirs = found
    assert ours <= 1.02 * theirs
    assert theirs < 0.5 * divergence(start, pull.toarray())


@pytest.mark.parametrize("n", [0, 1, 2, 5, 11, 14])
def test_small_and_empty_discussions(n: int) -> None:
    vectors = made_up(max(n, 1), n_ideas=2)[0][:n]
    graph = similarity_graph(vectors)
    tree = find_ideas(vectors, graph, options=Options(n_resamplings=1))
    found = lay_out(vectors, graph, tree)
    assert found.shape == (n, 2)
    assert np.isfinite(found).all()
    assert len(np.unique(found, axis=0)) == n
    again = lay_out(vectors, graph, tree, initial=found)
    assert np.allclose(again, found, atol=0.3)


def test_one_sentence_over_and_over() -> None:
    vectors = np.tile(made_up(1, n_ideas=1)[0], (40, 1))
    graph = similarity_graph(vectors)
    found = lay_out(vectors, graph, find_ideas(vectors, graph, options=Options(n_resamplings=1)))
    assert np.isfinite(found).all()


def test_new_passages_without_an_earlier_map(built: Built) -> None:
    nothing = np.full((160, 2), np.nan, dtype=np.float32)
    assert np.isfinite(lay_out(*built, seed=1, initial=nothing)).all()


def test_arrays_that_do_not_belong_together_are_refused(built: Built) -> None:
    vectors, graph, tree = built
    with pytest.raises(ValueError, match="do not fit 159"):
        lay_out(vectors[:159], graph, tree)


def test_a_passage_that_was_not_drawn_is_set_among_those_of_its_idea(
    built: Built, positions: np.ndarray
) -> None:
    vectors, _, tree = built
    drawn = np.flatnonzero(np.arange(len(vectors)) % 3 > 0)
    found = lay_out_rest(vectors, tree.leaf, drawn=drawn, positions=positions[drawn])
    assert np.array_equal(found[drawn], positions[drawn])
    left_out = np.flatnonzero(np.arange(len(vectors)) % 3 == 0)
    for row in left_out[tree.leaf[left_out] >= 0]:
        own = positions[drawn][tree.leaf[drawn] == tree.leaf[row]]
        assert (own.min(axis=0) - 0.02 <= found[row]).all()
        assert (found[row] <= own.max(axis=0) + 0.02).all()
    assert len(np.unique(found, axis=0)) == len(found)


def test_the_unplaced_are_set_somewhere_even_where_none_of_them_was_drawn() -> None:
    vectors = np.eye(4, dtype=np.float32)
    leaf = np.array([0, 0, -1, -1], dtype=np.int32)
    corners = np.array([[0, 0], [1, 1]], dtype=np.float32)
    found = lay_out_rest(vectors, leaf, drawn=np.array([0, 1]), positions=corners)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()
