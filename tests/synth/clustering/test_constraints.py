"""Ideas under constraints: what people decided holds, whatever the vectors say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from synth.clustering import ANY, FREE, TOP, UNPLACED, Constraints, Options, Refit, find_ideas
from synth.clustering.assignment import place
from synth.clustering.constraints import blocks_of
from synth.clustering.tree import MAX_CHILDREN, MAX_LEVELS
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centred
from synth.records import IdeaTree
from tests.synth.made_up_vectors import made_up, two_grains


def decided(
    n: int,
    *,
    cores: Sequence[Sequence[int]] = (),
    parent: Sequence[int] | None = None,
    broad: Sequence[int] = (),
    under: Sequence[tuple[int, int]] = (),
    unplaced: Sequence[int] = (),
    together: Sequence[tuple[int, int]] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> Constraints:
    """Constraints over ``n`` passages; ``cores`` by held idea, ``under``: (passage, idea)."""
    core = np.full(n, FREE)
    for idea, rows in enumerate(cores):
        core[list(rows)] = idea
    core[list(unplaced)] = UNPLACED
    stood = np.full(n, -1)
    for row, idea in under:
        stood[row] = idea
    is_broad = np.zeros(len(cores), dtype=bool)
    is_broad[list(broad)] = True
    return Constraints(
        core=core,
        under=stood,
        together=np.array(together, dtype=np.intp).reshape(-1, 2),
        apart=np.array(apart, dtype=np.intp).reshape(-1, 2),
        parent=np.array([ANY] * len(cores) if parent is None else parent, dtype=np.intp),
        is_broad=is_broad,
    )


def ideas_of(vectors: NDArray[np.float32], constraints: Constraints, *, seed: int = 0) -> IdeaTree:
    middle = centred(vectors)
    graph = similarity_graph(middle)
    refit = Refit(fit=lambda rows: centred(vectors[rows]), neighbours=similarity_graph)
    options = Options(seed=seed, n_resamplings=1)
    tree = find_ideas(middle, graph, constraints=constraints, refit=refit, options=options)
    return place(middle, tree, is_vouched=constraints.is_fixed())


def row_of(tree: IdeaTree, idea: int) -> int:
    assert tree.held is not None
    (row,) = np.flatnonzero(tree.held == idea)
    return int(row)


@pytest.mark.parametrize(("n", "n_ideas"), [(7, 2), (60, 4), (400, 9)])
def test_without_decisions_nothing_changes(n: int, n_ideas: int) -> None:
    vectors = centred(made_up(n, n_ideas=n_ideas)[0])
    graph = similarity_graph(vectors)
    free = find_ideas(vectors, graph, options=Options(seed=3))
    held = find_ideas(vectors, graph, options=Options(seed=3), constraints=decided(n))
    assert free.held is None
    assert held.held is not None
    assert (held.held == -1).all()
    for name in ("parent", "level", "leaf", "weight", "stability"):
        assert (getattr(free, name) == getattr(held, name)).all(), name


def test_two_held_ideas_of_one_cluster_stay_two() -> None:
    vectors, idea = made_up(160, n_ideas=4)
    alike = np.flatnonzero(idea == 0)
    tree = ideas_of(vectors, decided(160, cores=[alike[:8], alike[8:16]]))
    one, other = row_of(tree, 0), row_of(tree, 1)
    assert set(tree.leaf[alike[:8]]) == {one}
    assert set(tree.leaf[alike[8:16]]) == {other}


def test_a_held_idea_keeps_passages_that_do_not_belong_together() -> None:
    vectors, idea = made_up(160, n_ideas=4)
    mixed = [int(np.flatnonzero(idea == i)[0]) for i in range(4)]
    tree = ideas_of(vectors, decided(160, cores=[mixed]))
    assert set(tree.leaf[mixed]) == {row_of(tree, 0)}


def test_linked_passages_go_together_and_others_apart() -> None:
    vectors, idea = made_up(160, n_ideas=4)
    first = [int(np.flatnonzero(idea == i)[0]) for i in range(4)]
    alike = np.flatnonzero(idea == 2)[:2]
    tree = ideas_of(
        vectors,
        decided(160, together=[(first[0], first[1])], apart=[(int(alike[0]), int(alike[1]))]),
    )
    assert tree.leaf[first[0]] == tree.leaf[first[1]] >= 0
    assert tree.leaf[alike[0]] != tree.leaf[alike[1]]


def test_the_worse_fitting_one_of_two_gives_way() -> None:
    vectors, idea = made_up(160, n_ideas=4, spread=0.5)
    near, far = np.flatnonzero(idea == 1)[:2]
    vectors[far] += 0.5 * vectors[np.flatnonzero(idea == 3)[0]]
    vectors[far] /= np.linalg.norm(vectors[far])
    free = ideas_of(vectors, decided(160))
    tree = ideas_of(vectors, decided(160, apart=[(int(near), int(far))]))
    assert free.leaf[near] == free.leaf[far]
    others = np.setdiff1d(np.flatnonzero(idea == 1), [near, far])
    assert tree.leaf[near] == np.bincount(tree.leaf[others] + 1).argmax() - 1
    assert tree.leaf[far] != tree.leaf[near]


def test_where_there_is_one_idea_only_what_must_stay_apart_is_unplaced() -> None:
    tree = ideas_of(made_up(3, n_ideas=1)[0], decided(3, apart=[(0, 1)]))
    assert sorted(tree.leaf[:2].tolist()) == [-1, 0]


def test_a_person_puts_a_passage_under_no_idea() -> None:
    vectors, _ = made_up(60, n_ideas=3)
    tree = ideas_of(vectors, decided(60, unplaced=[4, 9]))
    assert (tree.leaf[[4, 9]] == -1).all()
    assert (tree.weight[[4, 9]] == 0).all()
    everybody = ideas_of(vectors, decided(60, unplaced=range(60)))
    assert (everybody.leaf == -1).all()
    assert not len(everybody.parent)


def test_a_fixed_passage_is_placed_however_badly_it_fits() -> None:
    vectors, idea = made_up(160, n_ideas=4)
    own = np.flatnonzero(idea == 0)
    stranger = int(np.flatnonzero(idea == 1)[0])
    vectors[stranger] = -vectors[own].mean(axis=0) / np.linalg.norm(vectors[own].mean(axis=0))
    tree = ideas_of(vectors, decided(160, cores=[[*own, stranger]]))
    assert tree.leaf[stranger] == tree.leaf[own[0]]


def test_a_parent_that_a_person_chose_is_kept() -> None:
    vectors, idea = made_up(400, n_ideas=9)
    rows = [np.flatnonzero(idea == i) for i in range(9)]
    # Ideas 0 and 1 far apart, under idea 2; idea 3 at the top.
    held = decided(400, cores=[rows[0], rows[5], [], rows[7]], parent=[2, 2, TOP, TOP], broad=[2])
    tree = ideas_of(vectors, held)
    above = row_of(tree, 2)
    assert tree.parent[row_of(tree, 0)] == tree.parent[row_of(tree, 1)] == above
    assert tree.parent[above] == tree.parent[row_of(tree, 3)] == -1


def test_leaves_go_back_under_the_held_idea_they_came_from() -> None:
    vectors, idea = made_up(400, n_ideas=9)
    came = [(int(row), 0) for i in (0, 4) for row in np.flatnonzero(idea == i)]
    tree = ideas_of(vectors, decided(400, cores=[[]], broad=[0], under=came))
    above = row_of(tree, 0)
    leaves = {int(tree.leaf[row]) for row, _ in came if tree.leaf[row] >= 0}
    assert {int(tree.parent[leaf]) for leaf in leaves} == {above}
    # Each of two broader ideas gets its own back.
    more = [(int(row), 1) for i in (2, 6) for row in np.flatnonzero(idea == i)]
    both = ideas_of(vectors, decided(400, cores=[[], []], broad=[0, 1], under=[*came, *more]))
    for rows, held in ((came, 0), (more, 1)):
        own = {int(both.leaf[row]) for row, _ in rows if both.leaf[row] >= 0}
        assert {int(both.parent[leaf]) for leaf in own} == {row_of(both, held)}
    # With one leaf left the idea is that leaf.
    few = ideas_of(vectors, decided(400, cores=[[]], broad=[0], under=came[: len(came) // 2]))
    assert row_of(few, 0) in few.leaf


def test_ideas_that_nothing_is_left_of_are_not_in_the_tree() -> None:
    vectors, _ = made_up(60, n_ideas=3)
    tree = ideas_of(vectors, decided(60, cores=[[], [], [0, 1]], broad=[1]))
    assert tree.held is not None
    assert sorted(tree.held[tree.held >= 0].tolist()) == [2]


def test_links_between_two_held_ideas_are_left_aside() -> None:
    blocks = blocks_of(decided(6, cores=[[0], [1]], together=[(0, 2), (2, 1), (3, 4)]))
    assert blocks.of[0] == blocks.of[2] != blocks.of[1]
    assert blocks.of[3] == blocks.of[4]
    assert blocks.core[blocks.of].tolist() == [0, 1, 0, FREE, FREE, FREE]


def test_what_is_linked_to_an_unplaced_passage_goes_under_no_idea_too() -> None:
    vectors, _ = made_up(60, n_ideas=3)
    held = decided(60, cores=[[0]], unplaced=[4], together=[(9, 4), (9, 12), (0, 12)])
    tree = ideas_of(vectors, held)
    assert (tree.leaf[[4, 9, 12]] == -1).all()
    # The last link would tie them to a held idea.
    assert tree.leaf[0] == row_of(tree, 0)


@st.composite
def any_decisions(draw: st.DrawFn) -> tuple[int, Constraints]:
    """Any decisions that do not contradict each other, over up to 120 passages."""
    n = draw(st.integers(4, 120))
    rows = list(draw(st.permutations(range(n))))
    n_leaves, n_broad = draw(st.integers(0, 5)), draw(st.integers(0, 3))
    cores = [
        [rows.pop() for _ in range(min(len(rows) - 2, draw(st.integers(1, 6))))]
        for _ in range(n_leaves)
    ]
    broad = list(range(n_leaves, n_leaves + n_broad))
    homes = [ANY, TOP, *broad]
    parent = [draw(st.sampled_from(homes)) for _ in cores]
    parent += [draw(st.sampled_from([ANY, TOP, *broad[:i]])) for i in range(n_broad)]
    everyone = range(n)
    under = [(row, draw(st.sampled_from(broad))) for row in everyone if broad and row % 3 == 0]
    some = [rows[i : i + 2] for i in range(0, min(len(rows) - 1, 12), 2)]
    n_linked, n_apart = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    unplaced = rows[14 : 14 + draw(st.integers(0, 3))]
    return n, decided(
        n,
        cores=[*cores, *([] for _ in broad)],
        parent=parent,
        broad=broad,
        under=under,
        unplaced=unplaced,
        together=[(a, b) for a, b in some[:n_linked]],
        apart=[(a, b) for a, b in some[n_linked : n_linked + n_apart]],
    )


def test_a_held_point_stays_among_the_points_of_its_topic() -> None:
    vectors, topic, point = two_grains(6, 8, 16)
    core = np.full(len(vectors), FREE)
    core[point == 3] = 0
    held = replace(
        Constraints.none(len(vectors)),
        core=core,
        parent=np.array([ANY]),
        is_broad=np.array([False]),
    )
    tree = ideas_of(vectors, held)
    assert tree.held is not None
    row = int(np.flatnonzero(tree.held == 0)[0])
    above = int(tree.parent[row])
    beside = np.flatnonzero((tree.parent == above) & (np.arange(len(tree.parent)) != row))
    assert above >= 0
    assert set(topic[np.isin(tree.leaf, beside)].tolist()) == {0}
    assert (tree.leaf[point == 3] == row).all()


def test_a_held_point_stays_under_the_held_idea_it_was_under() -> None:
    vectors, topic, point = two_grains(6, 8, 16)
    core = np.full(len(vectors), FREE)
    core[point == 3] = 0
    held = replace(
        Constraints.none(len(vectors)),
        core=core,
        under=np.where(topic == 0, 1, -1),
        parent=np.array([ANY, ANY]),
        is_broad=np.array([False, True]),
    )
    tree = ideas_of(vectors, held)
    assert tree.held is not None
    point_row, topic_row = (int(np.flatnonzero(tree.held == h)[0]) for h in (0, 1))
    assert tree.parent[point_row] == topic_row
    assert (np.bincount(tree.parent[tree.parent >= 0]) != 1).all()


def assert_decided(tree: IdeaTree, held: Constraints) -> None:
    """The tree is readable and every decision holds in it."""
    assert tree.held is not None
    parent, leaf = tree.parent, tree.leaf
    assert (parent < np.arange(len(parent))).all()
    assert tree.level.max(initial=0) <= MAX_LEVELS
    assert np.bincount(parent + 1).max(initial=0) <= MAX_CHILDREN
    assert not set(leaf[leaf >= 0].tolist()) & set(parent[parent >= 0].tolist())
    rows = {int(h): row for row, h in enumerate(tree.held) if h >= 0}
    assert len(rows) == (tree.held >= 0).sum()
    for row, core in enumerate(held.core.tolist()):
        if core >= 0:
            assert leaf[row] == rows[core]
        elif core == UNPLACED:
            assert leaf[row] == -1
    for idea, above in enumerate(held.parent.tolist()):
        if idea in rows and above != ANY:
            assert parent[rows[idea]] == (-1 if above == TOP else rows[above])
    for one, other in held.together.tolist():
        assert leaf[one] == leaf[other] >= 0
    for one, other in held.apart.tolist():
        assert leaf[one] != leaf[other] or leaf[one] == -1


@given(any_decisions(), st.integers(0, 5), st.integers(2, 6))
@settings(deadline=None, max_examples=60)
def test_whatever_people_decide_holds(
    any_of: tuple[int, Constraints], seed: int, n_ideas: int
) -> None:
    n, held = any_of
    tree = ideas_of(made_up(n, n_ideas=n_ideas, seed=seed)[0], held, seed=seed)
    assert_decided(tree, held)
