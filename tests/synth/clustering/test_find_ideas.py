"""The tree of ideas: finds what is there, stays readable, and holds its promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cophenet, linkage
from sklearn.metrics import adjusted_rand_score

from models.vectors import unit_rows
from synth.clustering import (
    ANY,
    FREE,
    N_RESAMPLINGS,
    Authorship,
    Constraints,
    Copied,
    Options,
    Refit,
    find_ideas,
)
from synth.clustering import linkage as linkage_module
from synth.clustering.clusterers import Linkage
from synth.clustering.cut import HIGHEST, RESOLUTION, modularity_after, readable_leaves
from synth.clustering.division import Divider, Part, with_parts
from synth.clustering.leaves import Leaves
from synth.clustering.linkage import average_linkage, groups_after
from synth.clustering.tree import (
    MAX_CHILDREN,
    MAX_LEVELS,
    Branch,
    LeafSet,
    as_rows,
    gather,
    joined_by_modularity,
)
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centred
from synth.records import IdeaTree
from tests.synth.made_up_vectors import made_up, two_grains


def ideas_of(
    vectors: NDArray[np.float32],
    *,
    authorship: Authorship | None = None,
    n_resamplings: int = N_RESAMPLINGS,
    seed: int = 0,
) -> IdeaTree:
    middle = centred(vectors)
    return find_ideas(
        middle,
        similarity_graph(middle),
        authorship=authorship,
        refit=Refit(fit=lambda rows: centred(vectors[rows]), neighbours=similarity_graph),
        options=Options(n_resamplings=n_resamplings, seed=seed),
    )


def assert_readable(tree: IdeaTree) -> None:
    """What every tree promises, whatever the discussion."""
    n_ideas = len(tree.parent)
    assert (tree.parent < np.arange(n_ideas)).all()
    tops = tree.parent < 0
    assert (tree.level[tops] == 1).all()
    assert (tree.level[~tops] == tree.level[tree.parent[~tops]] + 1).all()
    assert tree.level.max(initial=0) <= MAX_LEVELS
    children = np.bincount(tree.parent[~tops], minlength=n_ideas)
    assert tops.sum() <= MAX_CHILDREN
    assert children.max(initial=0) <= MAX_CHILDREN
    assert (children != 1).all()
    used = np.unique(tree.leaf)
    assert used.tolist() == np.flatnonzero(children == 0).tolist()
    assert ((tree.weight >= 0) & (tree.weight <= 1)).all()
    assert ((tree.stability >= 0) & (tree.stability <= 1 + 1e-6)).all()


@pytest.mark.parametrize("n_ideas", [4, 8])
def test_ideas_that_are_there_are_found(n_ideas: int) -> None:
    vectors, idea = made_up(40 * n_ideas, n_ideas=n_ideas)
    tree = ideas_of(vectors)
    assert_readable(tree)
    assert adjusted_rand_score(idea, tree.leaf) > 0.95
    assert np.median(tree.stability[np.unique(tree.leaf)]) > 0.9


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 9, 20, 60])
def test_small_discussions_get_small_trees(n: int) -> None:
    tree = ideas_of(made_up(n, n_ideas=3)[0])
    assert_readable(tree)
    assert 1 <= len(np.unique(tree.leaf)) <= max(1, n // 2)


def test_an_empty_discussion_has_no_ideas() -> None:
    tree = find_ideas(np.empty((0, 8), dtype=np.float32), sp.csr_array((0, 0)))
    assert len(tree.parent) == len(tree.leaf) == 0


def test_one_sentence_over_and_over_is_one_idea() -> None:
    tree = ideas_of(np.tile(made_up(1, n_ideas=1)[0], (80, 1)))
    assert tree.parent.tolist() == [-1]


def test_what_everybody_posts_is_not_tentative() -> None:
    """Of all copies only the first is clustered: no draw can part it."""
    written = Authorship(
        messages=np.zeros(1, dtype=np.intp),
        voices=np.zeros(1, dtype=np.intp),
        copied=Copied(
            row=np.zeros(30, dtype=np.intp), messages=np.arange(1, 31), voices=np.arange(1, 31)
        ),
    )
    tree = ideas_of(made_up(1, n_ideas=1)[0], authorship=written)
    assert tree.stability.tolist() == [1.0]


def test_a_large_discussion_is_condensed_and_still_readable() -> None:
    vectors, idea = made_up(2600, n_ideas=20, dim=32)
    tree = ideas_of(vectors, n_resamplings=1)
    assert_readable(tree)
    assert (tree.parent < 0).sum() >= 4
    assert adjusted_rand_score(idea, tree.leaf) > 0.7


def test_same_seed_same_tree() -> None:
    vectors, _ = made_up(300, n_ideas=6, spread=1.6)
    one, other = ideas_of(vectors, seed=3), ideas_of(vectors, seed=3)
    assert one.parent.tolist() == other.parent.tolist()
    assert np.array_equal(one.leaf, other.leaf)
    assert np.array_equal(one.stability, other.stability)


def test_noise_is_less_stable_than_ideas() -> None:
    clear = ideas_of(made_up(200, n_ideas=5)[0])
    noise = ideas_of(made_up(200, n_ideas=200, seed=1)[0])
    assert np.median(noise.stability) < np.median(clear.stability) - 0.2


def test_one_message_alone_does_not_make_an_idea() -> None:
    vectors, idea = made_up(150, n_ideas=5)
    stray = np.flatnonzero(idea == 4)
    apart = ideas_of(vectors)
    assert len(set(apart.leaf[stray].tolist()) - set(apart.leaf[idea < 4].tolist())) == 1
    message = np.where(idea == 4, -1, np.arange(150))
    together = ideas_of(vectors, authorship=Authorship(messages=message, voices=message))
    assert set(together.leaf[stray].tolist()) <= set(together.leaf[idea < 4].tolist())


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    vectors, _ = made_up(10, n_ideas=2)
    graph = similarity_graph(vectors)
    with pytest.raises(ValueError, match="a graph of"):
        find_ideas(vectors[:9], graph)
    with pytest.raises(ValueError, match="9 messages"):
        find_ideas(vectors, graph, authorship=Authorship.single(9))


def test_smoothing_some_passages_at_a_time_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = made_up(90, n_ideas=5)
    graph = similarity_graph(vectors)
    at_once = linkage_module.smoothed(vectors, graph)
    monkeypatch.setattr(linkage_module, "SMOOTHED_AT_ONCE", 20)
    assert np.array_equal(linkage_module.smoothed(vectors, graph), at_once)
    assert np.abs(at_once - vectors).max() > 0.01


@pytest.mark.parametrize("n_copies", [[1] * 40, [1, 2, 1, 3] * 10])
def test_average_linkage_agrees_with_scipy(n_copies: list[int]) -> None:
    """A group weighs as many passages as it holds."""
    vectors, _ = made_up(40, n_ideas=5, spread=1.5)
    ours = average_linkage(vectors, np.array(n_copies, dtype=np.float64))
    passages = np.repeat(vectors, n_copies, axis=0).astype(np.float64)
    above = np.triu_indices(len(passages), 1)
    theirs = linkage(np.maximum(1 - passages @ passages.T, 0)[above], "average")
    assert np.allclose(ours.distance, theirs[-39:, 2])
    for n_merges in (0, 20, 35, 39):
        parts = np.repeat(groups_after(ours, n_merges), n_copies)
        expected = theirs[n_merges - 40, 2] + 1e-9 if n_merges else 1e-6
        flat = cophenet(theirs) <= expected
        assert (parts[:, None] == parts[None])[above].tolist() == flat.tolist()


def test_copies_merge_in_an_order_that_holds_together() -> None:
    vectors, _ = made_up(6, n_ideas=6)
    tree = average_linkage(np.repeat(vectors, 40, axis=0), np.ones(240))
    parts = groups_after(tree, 240 - 6).reshape(6, 40)
    assert (parts == parts[:, :1]).all()
    assert len(np.unique(parts)) == 6
    assert len(np.unique(groups_after(tree, 239))) == 1


def test_weights_stand_for_passages() -> None:
    vectors, _ = made_up(12, n_ideas=3, spread=1.5)
    copies = average_linkage(np.repeat(vectors, 3, axis=0), np.ones(36))
    weighted = average_linkage(vectors, np.full(12, 3.0))
    assert np.allclose(copies.distance[-11:], weighted.distance)


def _dense_modularity(between: NDArray[np.float64], part: NDArray[np.intp]) -> float:
    """The definition, over all pairs."""
    degree, total = between.sum(axis=1), between.sum()
    same = part[:, None] == part[None, :]
    chance = RESOLUTION * np.outer(degree, degree) / total
    return float(((between - chance) * same).sum() / total)


@given(st.integers(2, 40), st.integers(0, 1_000))
@settings(max_examples=30, deadline=None)
def test_modularity_is_followed_through_every_merge(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = centred(random.normal(size=(n, 8)).astype(np.float32))
    weights = random.random((n, n)) * (random.random((n, n)) < 0.3)
    between = weights + weights.T
    between[0, 1] = between[1, 0] = 1.0
    tree = average_linkage(vectors, np.ones(n))
    found = modularity_after(tree, sp.csr_array(between))
    by_definition = [_dense_modularity(between, groups_after(tree, done)) for done in range(n)]
    assert found == pytest.approx(by_definition)


def test_without_any_edge_no_cut_is_better_than_another() -> None:
    tree = average_linkage(np.eye(5, dtype=np.float32), np.ones(5))
    assert not modularity_after(tree, sp.csr_array((5, 5))).any()


@given(st.integers(1, 100_000))
def test_the_readable_number_grows_slowly(n: int) -> None:
    readable = readable_leaves(n)
    assert 1 <= readable.fewest <= readable.most <= HIGHEST
    assert readable.usual > 0
    assert readable.most <= max(1, n)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, HIGHEST), st.integers(0, 3))
def test_any_number_of_leaves_is_gathered_readably(n_leaves: int, seed: int) -> None:
    means, _ = made_up(n_leaves, n_ideas=max(1, n_leaves // 5), seed=seed)
    sizes = np.ones(n_leaves, dtype=np.intp)
    leaves = LeafSet(
        between=np.maximum(means @ means.T, 0.0).astype(np.float64),
        sizes=sizes,
        held=np.full(n_leaves, FREE),
        n_from=np.zeros((n_leaves, 0), dtype=np.intp),
    )
    rows = as_rows(gather(leaves, Constraints.none(0)), sizes)
    n_ideas = len(rows.parent)
    leaf = rows.row_of_leaf.astype(np.int32)
    assert_readable(
        IdeaTree(
            parent=rows.parent,
            level=rows.level,
            leaf=leaf,
            weight=np.ones(n_leaves, dtype=np.float32),
            stability=np.ones(n_ideas, dtype=np.float32),
        )
    )


def test_ideas_are_found_at_both_grains() -> None:
    vectors, topic, point = two_grains(8, 9, 14)
    tree = ideas_of(vectors, n_resamplings=1)
    assert_readable(tree)
    assert tree.level.max() >= 2
    top = tree.leaf.copy()
    while (tree.parent[top] >= 0).any():
        top = np.where(tree.parent[top] >= 0, tree.parent[top], top)
    assert adjusted_rand_score(topic, top) > 0.95
    assert adjusted_rand_score(point, tree.leaf) > 0.85
    assert np.median(tree.stability[np.unique(tree.leaf)]) > 0.9
    undivided = find_ideas(centred(vectors), similarity_graph(centred(vectors)))
    assert adjusted_rand_score(point, undivided.leaf) < 0.7


def test_a_sub_idea_that_is_most_of_an_idea_gives_it_its_parts() -> None:
    """Of 100 passages under one idea, 80 are divided into four: there is no level between."""
    of = np.repeat([0, 1, 2], [80, 10, 10])
    leaves = Leaves(of=of, held=np.full(3, FREE), parts=None)

    class InFour(Divider):
        def divide(self, rows: NDArray[np.intp], n_levels: int) -> Part:
            if len(rows) != 80:
                return Part(rows=rows)
            parts = (Part(rows=some, stability=1.0) for some in np.split(rows, 4))
            return Part(rows=rows, parts=tuple(parts))

    divider = _divider(InFour, made_up(100, n_ideas=3)[0])
    leaf_ideas = tuple(Branch(leaves=np.array([number])) for number in range(3))
    top = Branch(leaves=np.arange(3), children=leaf_ideas)
    (found,), new = with_parts([top], leaves, divider)
    assert [child.children for child in found.children] == [()] * 6
    assert np.bincount(new).tolist() == [20, 20, 20, 20, 10, 10]
    (one, other), _ = with_parts(
        [leaf_ideas[0], replace(top, children=leaf_ideas[1:])], leaves, divider
    )
    assert len(one.children) == 4
    assert len(other.children) == 2


def test_only_a_divided_sub_idea_gives_its_parts() -> None:
    """One that was gathered stays, though the first idea below it was divided."""
    of = np.repeat([0, 1, 2], [50, 40, 10])
    leaves = Leaves(of=of, held=np.full(3, FREE), parts=None)

    class FirstInTwo(Divider):
        def divide(self, rows: NDArray[np.intp], n_levels: int) -> Part:
            if rows[0]:
                return Part(rows=rows)
            parts = (Part(rows=some, stability=1.0) for some in np.split(rows, 2))
            return Part(rows=rows, parts=tuple(parts))

    divider = _divider(FirstInTwo, made_up(100, n_ideas=3)[0])
    one, other, third = (Branch(leaves=np.array([number])) for number in range(3))
    gathered = Branch(leaves=np.arange(2), children=(one, other))
    top = Branch(leaves=np.arange(3), children=(gathered, third))
    (found,), _ = with_parts([top], leaves, divider)
    assert [len(child.children) for child in found.children] == [2, 0]
    assert [len(child.children) for child in found.children[0].children] == [2, 0]


def test_a_held_leaf_goes_to_the_divided_idea_before_it() -> None:
    """The ideas before it in the row hold several leaves."""
    vectors, idea = made_up(90, n_ideas=3, spread=0.3)
    order = np.argsort(idea, kind="stable")
    of = np.repeat([0, 1, 2], 30)
    of[20:30] = 3
    leaves = Leaves(of=of, held=np.array([FREE, FREE, FREE, 0]), parts=None)

    class InTwo(Divider):
        def divide(self, rows: NDArray[np.intp], n_levels: int) -> Part:
            parts = tuple(Part(rows=some, stability=1.0) for some in np.array_split(rows, 2))
            return Part(rows=rows, parts=parts)

    decided = replace(Constraints.none(90), parent=np.array([ANY]), is_broad=np.array([False]))
    # The parts of the first idea lie a little apart, and the held leaf between them.
    lean = np.zeros_like(vectors[order])
    lean[:10, 0], lean[10:20, 0] = 0.6, -0.6
    divider = _divider(InTwo, unit_rows(vectors[order] + lean), decided)
    tops = [Branch(leaves=np.array([number])) for number in range(3)]
    held = Branch(leaves=np.array([3]), held=0)
    found, _ = with_parts([*tops, held], leaves, divider)
    assert len(found) == 3
    assert [child.held for child in found[0].children] == [FREE, FREE, 0]


def _divider(
    kind: type[Divider], vectors: NDArray[np.float32], constraints: Constraints | None = None
) -> Divider:
    """One that knows by itself how passages are divided."""
    n = len(vectors)
    return kind(
        vectors=vectors,
        refit=Refit(fit=lambda rows: np.eye(len(rows), 8, dtype=np.float32), neighbours=_no_graph),
        authorship=Authorship.single(n),
        n_messages=n,
        constraints=Constraints.none(n) if constraints is None else constraints,
        clusterer=Linkage(),
        n_resamplings=0,
        seed=0,
    )


def _no_graph(vectors: NDArray[np.float32]) -> sp.csr_array:
    return sp.csr_array((len(vectors), len(vectors)))


def test_a_large_idea_of_one_piece_is_not_divided() -> None:
    vectors, idea = made_up(800, n_ideas=4, spread=0.5, dim=200)
    tree = ideas_of(vectors, n_resamplings=1)
    ours = [tree.leaf[idea == number] for number in range(4)]
    assert [len(np.unique(leaves)) for leaves in ours] == [1, 1, 1, 1]


def test_passages_of_one_message_make_no_parts() -> None:
    """Fifteen passages of each message lie together; the messages say all the same."""
    random = np.random.default_rng(1)
    message = np.repeat(np.arange(30), 15)
    middle = random.normal(size=(2, 40))[message % 2]
    own = 0.5 * random.normal(size=(30, 40))[message]
    vectors = unit_rows(middle + own + 0.1 * random.normal(size=(len(message), 40)))
    written = Authorship(messages=message, voices=message)
    tree = ideas_of(vectors, authorship=written, n_resamplings=1)
    assert len(np.unique(tree.leaf)) < 15


def test_what_is_nearest_is_joined_and_what_is_near_none_stays_alone() -> None:
    between = np.full((7, 7), 0.1)
    for family in (slice(0, 3), slice(3, 6)):
        between[family, family] = 5.0
    between[6, 6] = 10.0
    between += np.diag(np.full(7, 5.0))
    assert joined_by_modularity(between, 2, 7).tolist() == [0, 0, 0, 3, 3, 3, 6]
    assert len(np.unique(joined_by_modularity(between, 2, 2))) == 2
    assert joined_by_modularity(np.zeros((4, 4)), 4, 4).tolist() == [0, 1, 2, 3]


def test_a_text_that_many_post_may_be_an_idea_of_its_own() -> None:
    """One passage far from all others: alone it joins an idea, with those who repeat it not."""
    vectors = made_up(120, n_ideas=4)[0]
    aside = np.random.default_rng(3).normal(size=vectors.shape[1]).astype(np.float32)
    vectors[-1] = aside / np.linalg.norm(aside)
    vectors = centred(vectors)
    graph = similarity_graph(vectors)
    alone = find_ideas(vectors, graph).leaf
    assert (alone == alone[-1]).sum() > 1
    copied = Copied(row=np.full(30, 119), messages=np.arange(200, 230), voices=np.arange(200, 230))
    written = replace(Authorship.single(len(vectors)), copied=copied)
    found = find_ideas(vectors, graph, authorship=written).leaf
    assert (found == found[-1]).sum() == 1
