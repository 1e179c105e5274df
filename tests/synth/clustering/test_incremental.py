"""New ideas on a map that stays: only what is carried, holds together and lies apart."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.clustering import Authorship
from synth.clustering.incremental import NOWHERE, Parents, new_leaves, parent_for
from synth.clustering.tree import MAX_CHILDREN
from synth.embedding.knn_graph import similarity_graph

DIM = 32
N_OLD = 6


def axis(number: int) -> NDArray[np.float32]:
    return np.eye(DIM, dtype=np.float32)[number]


def around(number: int, n: int, *, seed: int = 0, noise: float = 0.1) -> NDArray[np.float32]:
    """``n`` unit rows near one axis."""
    rows = axis(number) + np.random.default_rng(seed).normal(scale=noise, size=(n, DIM))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def found_in(
    vectors: NDArray[np.float32],
    *,
    messages: NDArray[np.intp] | None = None,
    voices: NDArray[np.intp] | None = None,
    n_messages: int = 400,
) -> NDArray[np.intp]:
    alone = np.arange(len(vectors))
    return new_leaves(
        vectors,
        similarity_graph(vectors),
        Authorship(
            messages=alone if messages is None else messages,
            voices=alone if voices is None else voices,
        ),
        centroids=np.array([axis(i) for i in range(N_OLD)]),
        discussion=Authorship(messages=np.arange(n_messages), voices=np.arange(n_messages) % 100),
    )


def test_what_lies_apart_and_holds_together_is_a_new_idea() -> None:
    scattered = np.vstack([around(i, 1, noise=0.5, seed=i) for i in range(10, 20)])
    leaf = found_in(np.vstack([around(8, 12), around(9, 12), scattered]))
    assert len(set(leaf[:12])) == len(set(leaf[12:24])) == 1
    assert leaf[0] != leaf[12]
    assert NOWHERE not in {leaf[0], leaf[12]}
    assert (leaf[24:] == NOWHERE).mean() >= 0.8


def test_what_an_idea_says_already_is_no_new_one() -> None:
    assert (found_in(around(2, 30)) == NOWHERE).all()


@pytest.mark.parametrize("carriers", ["messages", "voices"])
def test_one_message_or_voice_is_not_enough(carriers: str) -> None:
    one = np.zeros(12, dtype=np.intp)
    leaf = found_in(around(8, 12), **{carriers: one})
    assert (leaf == NOWHERE).all()


def test_a_large_discussion_asks_for_more_messages() -> None:
    assert (found_in(around(8, 8), n_messages=400) != NOWHERE).all()
    assert (found_in(around(8, 8), n_messages=10_000) == NOWHERE).all()


def test_nothing_comes_of_nothing() -> None:
    assert len(found_in(np.zeros((0, DIM), dtype=np.float32))) == 0


def tree(n_tops: int, n_children: int) -> tuple[Parents, dict[int, NDArray[np.float32]]]:
    """Top ideas 1, 2, … around axes of their own, each with children 101, 102, …"""
    parents: dict[int, int | None] = {}
    centroids = {}
    for top in range(1, n_tops + 1):
        parents[top] = None
        for child in range(n_children):
            idea = 100 * top + child
            parents[idea] = top
            centroids[idea] = around(top, 1, seed=idea)[0]
    return parents, centroids


def test_a_new_leaf_goes_under_the_top_idea_it_is_nearest_to() -> None:
    parents, centroids = tree(4, 3)
    assert parent_for(axis(3), parents, centroids) == 3


def test_what_is_far_from_all_is_a_top_idea_of_its_own() -> None:
    parents, centroids = tree(4, 3)
    assert parent_for(axis(20), parents, centroids) is None


def test_leaves_side_by_side_are_not_made_into_parents() -> None:
    assert parent_for(axis(1), {1: None, 2: None}, {1: axis(1), 2: axis(2)}) is None


def test_a_full_idea_takes_no_more_children() -> None:
    parents, centroids = tree(4, MAX_CHILDREN)
    assert parent_for(axis(3), parents, centroids) is None
    parents, centroids = tree(MAX_CHILDREN, MAX_CHILDREN)
    with pytest.raises(ValueError, match="no idea has room"):
        parent_for(axis(3), parents, centroids)


def test_below_a_full_idea_one_with_children_takes_the_leaf() -> None:
    parents, centroids = tree(MAX_CHILDREN, MAX_CHILDREN)
    broad = dict(parents) | {9001: 300, 9002: 300}
    del centroids[300]
    centroids |= {9001: around(3, 1, seed=1)[0], 9002: around(3, 1, seed=2)[0]}
    assert parent_for(axis(3), broad, centroids) == 300


def test_far_from_all_in_a_full_tree_goes_to_the_nearest() -> None:
    parents, centroids = tree(MAX_CHILDREN, 3)
    assert parent_for(axis(20), parents, centroids) in range(1, MAX_CHILDREN + 1)
