"""The similarity graph: symmetric, without loops, and not clogged by copies."""

from __future__ import annotations

import numpy as np
import pytest

from synth.embedding import knn_graph
from synth.embedding.context import Context, in_context
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centre_of, centred
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


def test_where_only_some_cells_are_searched_most_neighbours_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors, _ = made_up(3000, n_ideas=40)
    exact = similarity_graph(vectors) > 0
    monkeypatch.setattr(knn_graph, "EXACT_SEARCH_LIMIT", 1000)
    monkeypatch.setattr(knn_graph, "CELLS_BATCH", 700)
    found = similarity_graph(vectors)
    assert found.diagonal().sum() == 0
    assert (found > 0).multiply(exact).sum() > 0.9 * exact.sum()
    first, second = found.nonzero()
    likeness = np.einsum("ij,ij->i", vectors[first], vectors[second])
    assert np.allclose(found[first, second], np.maximum(likeness, 1e-3), atol=1e-5)


@pytest.mark.parametrize("n_cores", [1, 3])
def test_the_number_of_cores_does_not_change_the_graph(
    n_cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors, _ = made_up(2000, n_ideas=20, dim=200)
    monkeypatch.setattr(knn_graph, "EXACT_SEARCH_LIMIT", 1000)
    monkeypatch.setattr(knn_graph, "CELLS_BATCH", 500)
    usual = similarity_graph(vectors)
    monkeypatch.setattr(knn_graph, "n_usable", lambda: n_cores)
    again = similarity_graph(vectors)
    assert np.array_equal(usual.indices, again.indices)
    assert np.array_equal(usual.data, again.data)


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


def _context(message: list[int], n: int, **given: object) -> Context:
    nowhere = np.full(n, -1)
    facts = {"parent": nowhere, "topic": nowhere, "topics": np.zeros((0, 8), np.float32), **given}
    return Context(message=np.array(message), **facts)  # type: ignore[arg-type]


def _axes(*rows: int) -> np.ndarray:
    return np.eye(8, dtype=np.float32)[list(rows)]


def test_a_message_alone_keeps_its_vector() -> None:
    vectors = _axes(0, 1, 2)
    np.testing.assert_allclose(in_context(vectors, _context([0, 1, 2], 3)), vectors, atol=1e-6)
    assert in_context(vectors[:0], _context([], 0)).shape == (0, 8)


def test_passages_of_one_message_come_nearer() -> None:
    vectors = _axes(0, 1, 2)
    found = in_context(vectors, _context([0, 0, 1], 2))
    assert found[0] @ found[1] > 0.3
    assert found[0] @ found[2] == pytest.approx(0)
    # What a passage says itself still counts most.
    assert np.argmax(found[0]) == 0
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)


def test_an_answer_comes_nearer_to_its_question_and_not_the_other_way() -> None:
    vectors = _axes(0, 1, 2)
    found = in_context(vectors, _context([0, 1, 2], 3, parent=np.array([-1, 0, -1])))
    assert found[1] @ vectors[0] > 0.1
    np.testing.assert_allclose(found[0], vectors[0], atol=1e-6)
    assert found[1, 0] < found[1, 1]


def test_a_topic_tells_messages_apart_unless_all_have_it() -> None:
    vectors = _axes(0, 1, 2, 3)
    topics = _axes(6, 7)
    told = _context([0, 1, 2, 3], 4, topic=np.array([0, 0, 1, -1]), topics=topics)
    found = in_context(vectors, told)
    assert found[0] @ found[1] > found[0] @ found[2]
    np.testing.assert_allclose(found[3], vectors[3], atol=1e-6)
    shared = _context([0, 1, 2, 3], 4, topic=np.zeros(4, np.intp), topics=topics)
    np.testing.assert_allclose(in_context(vectors, shared), vectors, atol=1e-6)


def test_a_message_without_passages_still_has_a_topic() -> None:
    vectors = _axes(0, 1)
    topic, parent = np.array([0, 1, -1]), np.array([-1, -1, 0])
    told = _context([1, 2], 3, topic=topic, parent=parent, topics=_axes(6, 7))
    found = in_context(vectors, told)
    assert found[1, 6] > 0.1
    assert found[0, 7] > 0.1


@pytest.mark.parametrize(
    ("message", "given", "what"),
    [
        ([0, 1], {}, "context.message has 2 entries for 3 passages"),
        ([0, 1, 1], {"topic": np.array([-1])}, "context.topic has 1 entries for 2 messages"),
        ([0, 1, 2], {}, r"context.message holds numbers outside 0\.\.1"),
        ([0, 1, 1], {"parent": np.array([-1, 2])}, "context.parent holds numbers outside"),
        ([0, 1, 1], {"topic": np.array([-1, 0])}, "context.topic holds numbers outside"),
        ([0, 1, 1], {"topics": np.zeros((1, 3), np.float32)}, "context.topics has 3 columns"),
    ],
)
def test_a_context_of_other_passages_is_refused(
    message: list[int], given: dict[str, object], what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        in_context(_axes(0, 1, 2), _context(message, 2, **given))


def test_some_rows_are_centred_as_all_are() -> None:
    vectors, _ = made_up(60, n_ideas=4)
    languages = ["en"] * 40 + ["fr"] * 15 + [None] * 5
    centre = centre_of(vectors, languages)
    together = centred(vectors, languages)
    assert np.allclose(centred(vectors[30:50], languages[30:50], centre=centre), together[30:50])
    later = centred(vectors[:2], ["it", None], centre=centre)
    assert np.allclose(later, centred(vectors[:2], [None, None], centre=centre))
