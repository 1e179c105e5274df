from __future__ import annotations

import numpy as np

from synth.analytics.activity import messages_under
from synth.analytics.relations import nearness_of, relations_of
from tests.synth.made_up_activity import Said, activity

TREE = {10: [1, 2], 1: [1], 2: [2], 3: [3]}
"""Idea 10 holds the leaves 1 and 2; 3 stands alone."""


def test_replies_between_ideas_are_counted_by_message() -> None:
    said = activity(
        Said(1, (1, 1)), Said(2, (3, 3), answers=0), Said(3, (3,), answers=0), Said(1, (2,), 1)
    )
    found = relations_of(said, messages_under(said, TREE)).replies
    assert found[3, 1] == 2
    assert found[3, 10] == 2
    assert found[2, 3] == 1
    assert (1, 3) not in found
    assert all(a != b for a, b in found)


def test_sides_between_ideas_are_counted_by_voice() -> None:
    said = activity(
        Said(1, (1,)),
        Said(2, (3,), answers=0, side=-1),
        Said(2, (3,), answers=0, side=-1),
        Said(4, (3,), answers=0, side=1),
        Said(5, (3,), side=-1),
        Said(6, (3,), answers=0, read_side=-1),
    )
    found = relations_of(said, messages_under(said, TREE))
    assert found.against == {(3, 1): 1, (3, 10): 1}
    assert found.favouring == {(3, 1): 1, (3, 10): 1}


def test_a_discussion_without_replies_has_no_relations() -> None:
    said = activity(Said(1), Said(2, (2,)))
    found = relations_of(said, messages_under(said, TREE))
    assert (found.replies, found.against, found.favouring) == ({}, {}, {})


def test_a_broad_idea_lies_where_most_of_its_passages_lie() -> None:
    axes = np.eye(3, dtype=np.float32)
    near = nearness_of({1: axes[0], 2: axes[1], 3: axes[0]}, TREE, {1: 9, 2: 1, 3: 5})
    assert near[1, 3] == 1
    assert near[2, 3] == 0
    assert 0.9 < near[10, 3] < 1
    assert near[10, 3] == near[3, 10]
    assert nearness_of({}, TREE, {}) == {}
