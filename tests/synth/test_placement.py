"""Placements: the fitting are placed, the rest is honestly left out."""

from __future__ import annotations

import numpy as np
import pytest

from synth.ideas import find_ideas
from synth.neighbours import centred, similarity_graph
from synth.placement import idea_centroids, place, place_new
from tests.synth.made_up_vectors import made_up


def test_nearly_all_of_a_clear_discussion_is_placed() -> None:
    vectors = centred(made_up(200, n_ideas=5)[0])
    placed = place(vectors, find_ideas(vectors, similarity_graph(vectors)))
    assert (placed.leaf >= 0).mean() > 0.95
    assert (placed.weight[placed.leaf >= 0] > 0).all()


def test_a_passage_that_fits_nowhere_is_unplaced() -> None:
    vectors, _ = made_up(100, n_ideas=4)
    vectors = centred(vectors)
    tree = find_ideas(vectors, similarity_graph(vectors))
    changed = vectors.copy()
    changed[7] = -changed[7]
    placed = place(changed, tree)
    assert placed.leaf[7] == -1
    assert placed.weight[7] == 0


def test_texts_that_say_too_little_are_unplaced() -> None:
    vectors = centred(made_up(60, n_ideas=3)[0])
    tree = find_ideas(vectors, similarity_graph(vectors))
    is_placeable = np.arange(60) % 10 != 0
    placed = place(vectors, tree, is_placeable=is_placeable)
    assert (placed.leaf[~is_placeable] == -1).all()


def test_no_leaf_is_emptied_by_misfits() -> None:
    vectors = centred(made_up(60, n_ideas=3)[0])
    tree = find_ideas(vectors, similarity_graph(vectors))
    placed = place(vectors, tree, least_fit=2.0)
    assert set(placed.leaf[placed.leaf >= 0].tolist()) == set(tree.leaf.tolist())


def test_later_messages_join_the_idea_they_repeat() -> None:
    vectors, idea = made_up(240, n_ideas=4)
    old, new = vectors[:200], vectors[200:]
    tree = place(old, find_ideas(old, similarity_graph(old)))
    centroids = idea_centroids(old, tree.leaf, len(tree.parent))
    leaf, weight = place_new(new, centroids)
    leaf_of_idea = {int(i): int(np.bincount(tree.leaf[idea[:200] == i]).argmax()) for i in range(4)}
    assert leaf.tolist() == [leaf_of_idea[int(i)] for i in idea[200:]]
    assert (weight > 0.2).all()
    assert place_new(-new, centroids, least_fit=0.9)[0].tolist() == [-1] * 40


def test_nothing_is_placed_where_there_are_no_ideas() -> None:
    vectors, _ = made_up(3, n_ideas=1)
    leaf, weight = place_new(vectors, np.zeros((0, vectors.shape[1]), dtype=np.float32))
    assert leaf.tolist() == [-1, -1, -1]
    assert weight.tolist() == [0, 0, 0]


def test_placements_of_other_passages_are_refused() -> None:
    vectors = centred(made_up(20, n_ideas=2)[0])
    tree = find_ideas(vectors, similarity_graph(vectors))
    with pytest.raises(ValueError, match="19 vectors"):
        place(vectors[:19], tree)


@pytest.mark.parametrize("n", [1, 3, 5, 8, 12, 20])
def test_small_discussions_keep_nearly_everybody(n: int) -> None:
    vectors = made_up(n, n_ideas=3)[0]
    vectors -= vectors.mean(axis=0) * (n > 1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tree = find_ideas(vectors, similarity_graph(vectors), n_resamplings=1)
    assert (place(vectors, tree).leaf >= 0).mean() >= 0.9
