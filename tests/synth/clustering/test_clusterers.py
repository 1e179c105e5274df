"""Whatever the clusterer, what a map promises holds."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from synth.clustering import (
    Authorship,
    Constraints,
    Copied,
    Options,
    Refit,
    algorithms,
    find_ideas,
)
from synth.clustering.assignment import place
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centred
from synth.records import IdeaTree
from synth.settings import CLUSTERERS, ClustererName
from tests.synth.clustering.test_constraints import any_decisions, assert_decided, decided, row_of
from tests.synth.clustering.test_find_ideas import assert_readable, two_grains
from tests.synth.made_up_vectors import made_up

OTHERS = [name for name in CLUSTERERS if name != "linkage"]
others = pytest.mark.parametrize("clusterer", OTHERS)


def ideas_of(
    vectors: NDArray[np.float32],
    clusterer: ClustererName,
    *,
    constraints: Constraints | None = None,
    authorship: Authorship | None = None,
    seed: int = 0,
) -> IdeaTree:
    middle = centred(vectors)
    tree = find_ideas(
        middle,
        similarity_graph(middle),
        authorship=authorship,
        constraints=constraints,
        refit=Refit(fit=lambda rows: centred(vectors[rows]), neighbours=similarity_graph),
        options=Options(clusterer=clusterer, n_resamplings=2, seed=seed),
    )
    if constraints is None:
        return tree
    return place(middle, tree, is_vouched=constraints.is_fixed())


@others
def test_ideas_that_are_there_are_found(clusterer: ClustererName) -> None:
    vectors, idea = made_up(320, n_ideas=8)
    tree = ideas_of(vectors, clusterer)
    assert_readable(tree)
    assert adjusted_rand_score(idea, tree.leaf) > 0.95
    assert np.median(tree.stability[np.unique(tree.leaf)]) > 0.9


@others
def test_ideas_are_found_at_both_grains(clusterer: ClustererName) -> None:
    vectors, topic, point = two_grains(6, 6, 14)
    tree = ideas_of(vectors, clusterer)
    assert_readable(tree)
    assert tree.level.max() >= 2
    top = tree.leaf.copy()
    while (tree.parent[top] >= 0).any():
        top = np.where(tree.parent[top] >= 0, tree.parent[top], top)
    assert adjusted_rand_score(topic, top) > 0.9
    assert adjusted_rand_score(point, tree.leaf) > 0.7


@others
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 9, 20, 60])
def test_small_discussions_get_small_trees(clusterer: ClustererName, n: int) -> None:
    tree = ideas_of(made_up(n, n_ideas=3)[0], clusterer)
    assert_readable(tree)
    assert 1 <= len(np.unique(tree.leaf)) <= max(1, n // 2)


@others
def test_where_nothing_is_said_or_all_say_the_same(clusterer: ClustererName) -> None:
    nothing = find_ideas(
        np.empty((0, 8), dtype=np.float32),
        sp.csr_array((0, 0)),
        options=Options(clusterer=clusterer),
    )
    assert len(nothing.parent) == len(nothing.leaf) == 0
    same = ideas_of(np.tile(made_up(1, n_ideas=1)[0], (80, 1)), clusterer)
    assert_readable(same)
    assert len(same.parent) == 1


@others
def test_noise_is_less_stable_than_ideas(clusterer: ClustererName) -> None:
    clear = ideas_of(made_up(200, n_ideas=5)[0], clusterer)
    noise = ideas_of(made_up(200, n_ideas=200, seed=1)[0], clusterer)
    assert_readable(noise)
    assert np.median(noise.stability) < np.median(clear.stability) - 0.2


@others
def test_an_idea_is_carried_by_messages_and_voices(clusterer: ClustererName) -> None:
    """One person's, and one message's, passages make none, unless others repeat them."""
    vectors, idea = made_up(150, n_ideas=5)
    of_one = np.flatnonzero(idea == 4)
    alone = np.where(idea == 4, 1_000, np.arange(150))
    for written in (
        Authorship(messages=alone, voices=alone),
        Authorship(messages=np.arange(150), voices=alone),
    ):
        found = ideas_of(vectors, clusterer, authorship=written).leaf
        assert set(found[of_one].tolist()) <= set(found[idea < 4].tolist())
    copied = Copied(row=of_one, messages=2_000 + of_one, voices=2_000 + of_one)
    repeated = replace(Authorship(messages=alone, voices=alone), copied=copied)
    found = ideas_of(vectors, clusterer, authorship=repeated).leaf
    assert adjusted_rand_score(idea, found) > 0.9


@others
def test_a_large_discussion_is_readable(
    clusterer: ClustererName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(algorithms, "MOST_FITTED", 800)
    vectors, idea = made_up(2_400, n_ideas=20, dim=32)
    tree = ideas_of(vectors, clusterer)
    assert_readable(tree)
    assert 4 <= (tree.parent < 0).sum() <= 12
    assert adjusted_rand_score(idea, tree.leaf) > 0.7


@others
def test_two_held_ideas_of_one_cluster_stay_two(clusterer: ClustererName) -> None:
    vectors, idea = made_up(160, n_ideas=4)
    alike, stray = np.flatnonzero(idea == 0), np.flatnonzero(idea == 1)[0]
    held = decided(160, cores=[[*alike[:8], stray], alike[8:16]], unplaced=[int(alike[20])])
    tree = ideas_of(vectors, clusterer, constraints=held)
    assert set(tree.leaf[[*alike[:8], stray]]) == {row_of(tree, 0)}
    assert set(tree.leaf[alike[8:16]]) == {row_of(tree, 1)}
    assert tree.leaf[alike[20]] == -1
    everybody = ideas_of(vectors, clusterer, constraints=decided(160, unplaced=range(160)))
    assert (everybody.leaf == -1).all()
    assert not len(everybody.parent)


@given(any_decisions(), st.integers(0, 5), st.integers(2, 6), st.sampled_from(OTHERS))
@settings(deadline=None, max_examples=40)
def test_whatever_people_decide_holds(
    any_of: tuple[int, Constraints], seed: int, n_ideas: int, clusterer: ClustererName
) -> None:
    n, held = any_of
    vectors = made_up(n, n_ideas=n_ideas, seed=seed)[0]
    assert_decided(ideas_of(vectors, clusterer, constraints=held, seed=seed), held)


def digest(clusterer: ClustererName) -> str:
    tree = ideas_of(made_up(500, n_ideas=60, spread=2.0)[0], clusterer, seed=3)
    arrays = (tree.parent, tree.leaf, tree.weight, tree.stability)
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


@others
def test_a_process_finds_the_same_again(clusterer: ClustererName) -> None:
    assert digest(clusterer) == digest(clusterer)


def test_every_process_finds_the_same() -> None:
    script = (
        "from tests.synth.clustering.test_clusterers import OTHERS, digest\n"
        "print(*map(digest, OTHERS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    assert done.stdout.split() == [digest(name) for name in OTHERS]
