"""The tree of ideas: its order, and what stands under each."""

from __future__ import annotations

from synth.outline import counts_under, members_under, path_up, reading_order

PARENTS = {1: None, 2: None, 3: 1, 4: 1, 5: 2}


def test_the_way_up_begins_with_the_idea_itself() -> None:
    assert list(path_up(3, PARENTS)) == [3, 1]
    assert list(path_up(None, PARENTS)) == []


def test_ideas_hold_what_stands_under_their_sub_ideas() -> None:
    placed = [(4, "a"), (3, "b"), (None, "c"), (5, "d")]
    assert members_under(PARENTS, placed) == {1: ["a", "b"], 2: ["d"], 3: ["b"], 4: ["a"], 5: ["d"]}


def test_messages_and_voices_count_once_in_each_idea() -> None:
    passages = [(3, 10, 7), (4, 10, 7), (4, 11, 7), (4, 12, -12), (None, 13, 8)]
    counts = counts_under(PARENTS, passages)
    assert counts == {1: (3, 2), 2: (0, 0), 3: (1, 1), 4: (3, 2), 5: (0, 0)}


def test_the_most_voices_come_first_and_equals_stay_as_given() -> None:
    assert reading_order(PARENTS) == [(1, 1), (3, 2), (4, 2), (2, 1), (5, 2)]
    counts = {1: (9, 2), 2: (9, 3), 3: (2, 1), 4: (3, 1), 5: (9, 3)}
    assert [idea for idea, _ in reading_order(PARENTS, counts)] == [2, 5, 1, 4, 3]
    same = dict.fromkeys(PARENTS, (1, 1))
    assert reading_order(PARENTS, same) == reading_order(PARENTS)
