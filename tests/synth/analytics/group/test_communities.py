"""Planted groups are found, random networks are one conversation, threads alone make no groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from benchmarks.group import Recipe, make_up, read
from synth.analytics.group.communities import APART, Verdict
from synth.analytics.group.layout import discs_of, places_of
from synth.analytics.group.network import network_of
from synth.analytics.group.null_models import parts_of, reassigned, rewired
from synth.analytics.group.replies import replies_of
from tests.synth.made_up_network import exchange, report

TWO_GROUPS = Recipe(n_people=60, n_threads=70, n_groups=2, stray=0.06, unevenness=0.6)
NO_GROUPS = replace(TWO_GROUPS, n_groups=1, stray=1.0)
ROOMS = Recipe(n_people=200, n_threads=24, unevenness=0.1, largest=12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_groups_are_found_again(seed: int) -> None:
    made = make_up(TWO_GROUPS, seed)
    found = read(made)
    assert found.verdict is Verdict.SEVERAL
    who = found.voices.ids[found.network.voices] - 1
    inside = found.communities.group != APART
    planted = made.planted[who][inside]
    assert adjusted_rand_score(planted, found.communities.group[inside]) > 0.85
    assert found.crossing.share < 0.5 * found.crossing.expected


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_people_who_answer_anybody_are_one_conversation(seed: int) -> None:
    found = read(make_up(NO_GROUPS, seed))
    assert found.verdict is Verdict.ONE
    assert found.communities.n_groups == 1


def test_threads_alone_are_no_groups() -> None:
    """Rewiring alone would call them so: the ties of a thread make a knot."""
    found = read(make_up(ROOMS, 1))
    assert found.verdict is Verdict.BY_THREAD
    assert found.communities.rewired is not None
    assert found.communities.reassigned is not None
    assert found.communities.rewired.z > 10
    assert abs(found.communities.reassigned.z) < 3


def test_the_same_seed_gives_the_same_report() -> None:
    made = make_up(TWO_GROUPS, 4)
    one, other = read(made), read(made)
    assert one.communities.group.tolist() == other.communities.group.tolist()
    assert one.communities.reassigned == other.communities.reassigned
    drawn = [
        discs_of(found.communities, found.crossing, width=150, height=100, most=40)
        for found in (one, other)
    ]
    assert drawn[0] == drawn[1]


def test_of_a_few_nothing_is_said_and_pairs_are_scattered() -> None:
    assert report(exchange((1, 2), (2, 3), (3, 1))).verdict is Verdict.FEW
    pairs = [(3 * n + a, 3 * n + b) for n in range(8) for a, b in ((1, 2), (2, 3))]
    found = report(exchange(*pairs))
    assert found.verdict is Verdict.SCATTERED
    assert found.communities.sizes == (3,) * 8


def test_rewiring_keeps_how_many_ties_everybody_has() -> None:
    spoken = make_up(TWO_GROUPS, 5).activity
    network = network_of(replies_of(spoken, spoken.messages))
    shuffled = rewired(network, np.random.default_rng(1))
    assert not shuffled.diagonal().any()
    degrees = np.diff(shuffled.indptr)
    assert degrees.tolist() == network.degree.tolist()
    assert sorted(shuffled.data) == pytest.approx(sorted([*network.strength, *network.strength]))
    assert (shuffled != network.matrix()).nnz > 0.5 * shuffled.nnz


def test_reassigning_keeps_the_threads_and_in_how_many_everybody_is() -> None:
    spoken = make_up(TWO_GROUPS, 5).activity
    replies = replies_of(spoken, spoken.messages)
    network = network_of(replies)
    parts = parts_of(replies, network)
    whole = reassigned(parts, np.random.default_rng(1), n=len(network))
    assert not whole.diagonal().any(), "nobody has two parts in a thread"
    taken = np.unique(replies.exchanges * 10_000 + replies.senders)
    assert len(parts.people) >= len(taken)
    pairs = {*zip(parts.threads.tolist(), parts.people.tolist(), strict=True)}
    assert len(pairs) == len(parts.people)


def test_places_lie_in_their_disc_and_discs_in_the_frame_apart_from_each_other() -> None:
    found = read(make_up(replace(TWO_GROUPS, n_people=90, n_groups=3), 2))
    discs = discs_of(found.communities, found.crossing, width=150, height=96, most=40)
    places = places_of(found.network, found.communities, discs)
    assert len(discs) == found.communities.n_groups >= 3
    for disc in discs:
        assert disc.radius <= disc.x <= 150 - disc.radius
        assert disc.radius <= disc.y <= 96 - disc.radius
        own = places[found.communities.group == disc.group]
        far = np.hypot(own[:, 0] - disc.x, own[:, 1] - disc.y)
        assert far.max() <= disc.radius
        assert all(
            np.hypot(disc.x - other.x, disc.y - other.y) > disc.radius + other.radius
            for other in discs
            if other is not disc
        )
