from __future__ import annotations

import pytest

from synth.analytics.activity import (
    Order,
    Side,
    ThreadOrder,
    Voice,
    messages_of,
    on_side,
    ordered,
    passages_under,
    read_side,
    sides_of,
    stated_side,
    threads_of,
    voices_of,
)
from synth.records import Stance
from tests.synth.made_up_activity import Said, activity


def test_passages_under_an_idea_are_those_of_its_leaves() -> None:
    said = activity(Said(1, (1, 2)), Said(2, (3,)), Said(2, (0,)))
    assert passages_under(said, [1, 3]).tolist() == [0, 2]
    assert passages_under(said, [0]).tolist() == [3]
    assert passages_under(said, []).tolist() == []


def test_voices_are_counted_with_what_they_said_and_the_busiest_first() -> None:
    said = activity(Said(7, (1, 1)), Said(7), Said(4), Said(-4))
    assert voices_of(said, passages_under(said, [1])) == [
        Voice(participant_id=7, n_passages=3, n_messages=2),
        Voice(participant_id=4, n_passages=1, n_messages=1),
        Voice(participant_id=None, n_passages=1, n_messages=1),
    ]
    assert messages_of(said, passages_under(said, [1])).tolist() == [0, 1, 2, 3]


def test_sides_count_a_voice_once_and_are_empty_where_nobody_takes_one() -> None:
    said = activity(Said(1, side=1), Said(1, side=1), Said(2, side=-1), Said(3))
    rows = passages_under(said, [1])
    assert sides_of(said, rows) == (
        Side(stance=Stance.FOR, n_voices=1, n_passages=2),
        Side(stance=Stance.AGAINST, n_voices=1, n_passages=1),
    )
    assert on_side(said, rows, Stance.AGAINST).tolist() == [2]
    assert on_side(said, rows, None).tolist() == [0, 1, 2, 3]
    assert sides_of(said, rows[3:]) == ()


def test_sides_that_were_read_are_counted_apart() -> None:
    said = activity(
        Said(1, side=1), Said(2, read_side=1), Said(2, read_side=1), Said(3, read_side=-1), Said(4)
    )
    rows = passages_under(said, [1])
    assert sides_of(said, rows) == (
        Side(stance=Stance.FOR, n_voices=1, n_passages=1, n_read_voices=1, n_read_passages=2),
        Side(stance=Stance.AGAINST, n_voices=0, n_passages=0, n_read_voices=1, n_read_passages=1),
    )
    assert stated_side(said, rows, Stance.FOR).tolist() == [0]
    assert read_side(said, rows, Stance.FOR).tolist() == [1, 2]
    assert on_side(said, rows, Stance.FOR).tolist() == [0, 1, 2]
    assert sides_of(said, rows[4:]) == ()


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        (Order.CENTRAL, [1, 0, 2, 3]),
        (Order.NEWEST, [2, 0, 1, 3]),
        (Order.OLDEST, [1, 0, 2, 3]),
        (Order.LIKED, [0, 2, 1, 3]),
    ],
)
def test_what_is_unknown_comes_last_and_equals_stay_in_order(order: Order, rows: list[int]) -> None:
    said = activity(
        Said(1, day=5, weight=0.5, likes=9),
        Said(1, day=-2, weight=0.9),
        Said(1, day=8, weight=0.5, likes=9),
        Said(1, day=None, weight=0.1),
    )
    assert ordered(said, passages_under(said, [1]), order).tolist() == rows


def test_threads_are_counted_with_the_idea_that_most_is_said_about() -> None:
    said = activity(
        Said(1, (5, 4), day=3, thread=1),
        Said(2, (4,), day=9, thread=1),
        Said(2, (0,), day=None, thread=7),
        Said(-4, (6, 5), day=2, thread=9),
    )
    found = threads_of(said)
    assert found.ids.tolist() == [1, 7, 9]
    assert found.n_messages.tolist() == [2, 1, 1]
    assert found.n_voices.tolist() == [2, 1, 1]
    assert found.leaf.tolist() == [4, 0, 5]
    assert found.n_under.tolist() == [2, 0, 1]
    assert found.n_passages.tolist() == [3, 1, 2]
    assert {order: found.ids[found.ordered(order)].tolist() for order in ThreadOrder} == {
        ThreadOrder.LONGEST: [1, 7, 9],
        ThreadOrder.NEWEST: [1, 9, 7],
        ThreadOrder.OLDEST: [9, 1, 7],
        ThreadOrder.VOICES: [1, 7, 9],
    }
    assert threads_of(activity()).ids.tolist() == []
