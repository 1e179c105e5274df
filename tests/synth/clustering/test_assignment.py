"""Placements: the fitting are placed, the rest is honestly left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from synth.clustering import Authorship, Options, find_ideas
from synth.clustering.assignment import idea_centroids, least_fit, place, place_new, why_unplaced
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centred
from synth.records import Unplaced
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


def test_a_passage_in_the_wrong_idea_goes_where_it_clearly_belongs() -> None:
    vectors = centred(made_up(100, n_ideas=4)[0])
    tree = place(vectors, find_ideas(vectors, similarity_graph(vectors)))
    wrong = tree.leaf.copy()
    wrong[7] = next(leaf for leaf in np.unique(tree.leaf) if leaf not in (-1, tree.leaf[7]))
    assert place(vectors, replace(tree, leaf=wrong)).leaf[7] == tree.leaf[7]


def test_what_others_posted_too_is_vouched_for() -> None:
    vectors = centred(made_up(100, n_ideas=4)[0])
    tree = find_ideas(vectors, similarity_graph(vectors))
    changed = vectors.copy()
    changed[7] = -changed[7]
    assert place(changed, tree, is_vouched=np.arange(100) == 7).leaf[7] == tree.leaf[7]


def test_nobody_vouches_for_himself() -> None:
    """Four passages of one message that only resemble each other make no idea their own."""
    vectors = made_up(80, n_ideas=4)[0]
    aside = np.random.default_rng(5).normal(size=vectors.shape[1]).astype(np.float32)
    vectors[:4] = aside / np.linalg.norm(aside)
    vectors = centred(vectors)
    messages = np.arange(80)
    messages[:4] = 0
    written = Authorship(messages=messages, voices=messages)
    tree = find_ideas(vectors, similarity_graph(vectors), authorship=written)
    assert (place(vectors, tree, least=0.3).leaf[:4] >= 0).all()
    assert (place(vectors, tree, messages=messages, least=0.3).leaf[:4] == -1).all()


def test_the_unplaced_are_given_a_reason() -> None:
    vectors = centred(made_up(120, n_ideas=4)[0])
    tree = place(vectors, find_ideas(vectors, similarity_graph(vectors)))
    centroids = idea_centroids(vectors, tree.leaf, len(tree.parent))
    leaves = np.unique(tree.leaf[tree.leaf >= 0])
    leaf = tree.leaf.copy()
    leaf[:3] = -1
    vectors[0] = centroids[leaves[0]] + centroids[leaves[1]]
    vectors[0] /= np.linalg.norm(vectors[0])
    vectors[1] = -vectors[1]
    reasons = why_unplaced(vectors, replace(tree, leaf=leaf), [30, 30, 2, *[30] * 117])
    assert reasons[:3] == [Unplaced.BETWEEN, Unplaced.NEAR_NONE, Unplaced.SAYS_LITTLE]
    assert [r is None for r in reasons] == (leaf >= 0).tolist()


def test_a_larger_discussion_asks_for_more() -> None:
    needed = [least_fit(n) for n in (1, 20, 200, 20_000)]
    assert needed == sorted(needed)
    assert needed[0] < 0.01
    assert 0.09 < needed[-1] < 0.1


def test_no_leaf_is_emptied_by_misfits() -> None:
    vectors = centred(made_up(60, n_ideas=3)[0])
    tree = find_ideas(vectors, similarity_graph(vectors))
    placed = place(vectors, tree, least=2.0)
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
    tree = find_ideas(vectors, similarity_graph(vectors), options=Options(n_resamplings=1))
    # Of five about three things, one is alone with what it says.
    assert (place(vectors, tree).leaf >= 0).mean() >= 0.8
