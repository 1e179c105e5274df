"""The similarity graph: symmetric, without loops, and not clogged by copies."""

from __future__ import annotations

import numpy as np
import pytest

from synth.neighbours import centred, similarity_graph
from tests.synth.made_up_vectors import made_up


def test_edges_are_the_nearest_by_cosine() -> None:
    vectors, _ = made_up(60, n_ideas=4)
    graph = similarity_graph(vectors, n_neighbours=5)
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -2)
    for row in range(60):
        nearest = set(np.argsort(-similarity[row])[:5].tolist())
        linked = set(graph.indices[graph.indptr[row] : graph.indptr[row + 1]].tolist())
        assert nearest <= linked
    first, second = graph.nonzero()
    assert np.allclose(graph[first, second], similarity[first, second], atol=1e-5)


def test_the_graph_is_symmetric_and_has_no_loops() -> None:
    vectors, _ = made_up(200, n_ideas=6)
    graph = similarity_graph(vectors)
    assert abs(graph - graph.T).max() == 0
    assert graph.diagonal().sum() == 0
    assert graph.data.min() > 0


def test_copies_do_not_use_up_a_neighbourhood() -> None:
    vectors, _ = made_up(40, n_ideas=4)
    copies = np.vstack([vectors, np.tile(vectors[3], (50, 1))])
    graph = similarity_graph(copies, n_neighbours=5).toarray()
    assert (graph[40:, 3] == 1).all()
    others = [row for row in range(40) if row != 3]
    assert (graph[3, others] > 0).sum() >= 5


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_very_small_discussions(n: int) -> None:
    vectors, _ = made_up(max(n, 1), n_ideas=1)
    assert similarity_graph(vectors[:n]).shape == (n, n)


def test_one_vector_many_times_is_a_star() -> None:
    vectors = np.tile(made_up(1, n_ideas=1)[0], (6, 1))
    graph = similarity_graph(vectors).toarray()
    assert graph[0, 1:].tolist() == [1.0] * 5
    assert graph[1:, 1:].sum() == 0


def test_the_same_input_gives_the_same_graph() -> None:
    vectors, _ = made_up(300, n_ideas=6)
    one, other = similarity_graph(vectors), similarity_graph(vectors)
    assert np.array_equal(one.indices, other.indices)
    assert np.array_equal(one.data, other.data)


def test_centring_takes_the_common_part_out() -> None:
    vectors, _ = made_up(200, n_ideas=4)
    shifted = vectors + 5 * vectors[0]
    shifted /= np.linalg.norm(shifted, axis=1, keepdims=True)
    assert (shifted @ shifted.T).min() > 0.8
    middle = centred(shifted)
    assert np.allclose(np.linalg.norm(middle, axis=1), 1, atol=1e-5)
    assert np.abs(middle.mean(axis=0)).max() < 0.1


def test_centring_two_passages_does_not_set_them_against_each_other() -> None:
    vectors, _ = made_up(2, n_ideas=1, spread=0.1)
    assert (centred(vectors) @ centred(vectors).T).min() > 0.5
