"""Who answers whom, the ties that make up the network, and its measures."""

from __future__ import annotations

import numpy as np
import pytest

from synth.analytics.group.connectors import carriers_of, crossing_of, hubs_of, linked_groups
from synth.analytics.group.network import betweenness_of, measures_of, network_of
from synth.analytics.group.replies import replies_of, without_hidden
from tests.synth.made_up_activity import Said, activity
from tests.synth.made_up_network import exchange


def test_replies_to_oneself_and_of_nobody_are_left_out() -> None:
    spoken = activity(
        Said(voice=1),
        Said(voice=2, answers=0),
        Said(voice=2, answers=1),
        Said(voice=-4, answers=0),
        Said(voice=3, answers=3),
        Said(voice=3, answers=1),
    )
    stated = spoken.messages[:5]
    found = replies_of(spoken, stated)
    assert (found.senders.tolist(), found.receivers.tolist()) == ([1], [0])
    assert found.people.tolist() == [1, 2, 3]
    ledger = found.ledger
    assert (ledger.n_stated, ledger.n_inferred) == (4, 1)
    assert (ledger.n_to_self, ledger.n_anonymous, ledger.n_counted) == (1, 2, 1)
    both = replies_of(spoken, stated, with_inferred=True)
    assert (both.senders.tolist(), both.receivers.tolist()) == ([1, 2], [0, 1])


def test_hidden_messages_make_no_tie_and_nobody_known() -> None:
    spoken = without_hidden(exchange((1, 2), (3, 4)), [4])
    found = replies_of(spoken, spoken.messages)
    assert found.people[found.senders].tolist() == [1]
    assert found.people.tolist() == [1, 2, 4]


def test_the_branches_of_a_thread_that_holds_most_count_as_threads() -> None:
    one = activity(
        Said(voice=1),
        Said(voice=2, answers=0),
        Said(voice=3, answers=0),
        Said(voice=1, answers=1),
        Said(voice=2, answers=3),
    )
    assert replies_of(one, one.messages).exchanges.tolist() == [1, 2, 1, 1]
    several = exchange(*((n, n + 1) for n in range(1, 9)))
    assert replies_of(several, several.messages).exchanges.tolist() == list(range(1, 17, 2))


def test_the_measures_are_those_of_the_textbook() -> None:
    """A path of four, 1-2-3-4, with one exchange that goes both ways."""
    network = network_of(_replies((1, 2), (2, 1), (3, 2), (3, 2), (4, 3)))
    assert list(zip(network.first.tolist(), network.second.tolist(), strict=True)) == [
        (0, 1), (1, 2), (2, 3),
    ]  # fmt: skip
    assert network.n_replies.tolist() == [2, 2, 1]
    assert network.degree.tolist() == [1, 2, 2, 1]
    found = measures_of(network)
    assert found.density == pytest.approx(3 / 6)
    assert found.mean_degree == pytest.approx(1.5)
    assert found.mutual_share == pytest.approx(1 / 3)
    assert found.distance == pytest.approx((3 * 1 + 2 * 2 + 1 * 3) / 6)
    assert betweenness_of(network).tolist() == pytest.approx([0, 2 / 3, 2 / 3, 0])


def test_pieces_that_nothing_joins_are_counted() -> None:
    network = network_of(_replies((1, 2), (2, 3), (8, 9)))
    assert network.component.tolist() == [0, 0, 0, 1, 1]
    found = measures_of(network)
    assert (found.n_components, found.largest_share) == (2, pytest.approx(0.6))


def test_a_network_of_nobody_has_measures() -> None:
    found = measures_of(network_of(_replies()))
    assert (found.n_voices, found.density, found.distance) == (0, 0.0, None)


def test_those_who_carry_what_passes_are_as_few_as_can_be() -> None:
    """Two triangles; 3 answers 4, 5 and 6 and is alone in it."""
    ties = ((1, 2), (2, 3), (3, 1), (4, 5), (5, 6), (6, 4), (3, 4), (3, 5), (3, 6))
    network = network_of(_replies(*ties))
    group = np.array([0, 0, 0, 1, 1, 1])
    crossing = crossing_of(network, group)
    assert (crossing.n_replies, crossing.share) == (3, pytest.approx(1 / 3))
    assert crossing.between.tolist() == [[0, 3], [3, 0]]
    assert crossing.people.tolist() == [[0, 4], [4, 0]]
    assert carriers_of(network, group).tolist() == [2]
    assert linked_groups(network, group) == {2: (1,), 3: (0,), 4: (0,), 5: (0,)}


def test_half_of_the_ways_lead_through_the_hub_of_a_star() -> None:
    network = network_of(_replies(*((1, n) for n in range(2, 9))))
    assert hubs_of(betweenness_of(network)).tolist() == [0]


def _replies(*pairs: tuple[int, int]):  # type: ignore[no-untyped-def]
    spoken = exchange(*pairs) if pairs else activity(Said(voice=1))
    return replies_of(spoken, spoken.messages)
