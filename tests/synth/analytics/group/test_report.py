"""Whom nobody answered, ideas of one corner, change from time to time, and the rule of three."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.group import Recipe, make_up, read
from synth.analytics.activity import messages_under
from synth.analytics.group.report import idea_holds, is_shown
from synth.analytics.group.voices import COLUMNS, csv_of, name_key, voice_rows
from synth.analytics.group.windows import Change
from synth.analytics.periods import Unit
from synth.store.activity import UNKNOWN_TIME, Activity
from tests.synth.made_up_activity import DAY, Said, activity
from tests.synth.made_up_network import report

GROUPS = Recipe(n_people=60, n_threads=70, n_groups=2, stray=0.06, unevenness=0.6)


def test_whom_nobody_answered_has_waited_for_a_week() -> None:
    found = report(
        activity(
            Said(voice=1, day=1),
            Said(voice=2, day=2, answers=0),
            Said(voice=3, day=3, thread=3),
            Said(voice=4, day=29, thread=4),
            Said(voice=5, day=None, thread=5),
            Said(voice=1, day=30, thread=6),
        )
    )
    voices = found.voices
    assert voices.ids[voices.is_unanswered].tolist() == [2, 3, 5]
    assert found.n_unanswered == 3


def test_where_nobody_answers_nobody_all_are_not_called_unanswered() -> None:
    assert report(activity(Said(voice=1), Said(voice=2, thread=2))).n_unanswered == 0


@pytest.mark.parametrize(
    ("n", "of", "shown"),
    [(0, None, True), (1, None, False), (2, 50, False), (3, 50, True), (49, 50, False),
     (50, 50, True), (47, 50, True)],
)  # fmt: skip
def test_a_figure_and_what_is_left_stand_for_three_people(
    n: int, of: int | None, shown: bool
) -> None:
    assert is_shown(n, of) is shown


def _spoken(made: Activity, idea_of: dict[int, int]) -> Activity:
    """Each message says one thing: the idea of its voice."""
    n = len(made.messages)
    leaves = np.array([idea_of[int(voice)] for voice in made.voices], dtype=np.int64)
    return replace(
        made,
        passages=np.arange(1, n + 1),
        of_message=np.arange(n),
        leaves=leaves,
        weights=np.ones(n, dtype=np.float32),
        reasons=np.full(n, -1, dtype=np.int8),
    )


def test_an_idea_of_one_group_lives_in_a_corner_and_one_of_all_does_not() -> None:
    made = make_up(GROUPS, 1)
    found = read(made)
    own = {int(i): int(made.planted[i - 1]) for i in found.voices.ids}
    corner = _spoken(made.activity, {i: 7 if own[i] else 8 for i in own})
    holds = idea_holds(found, corner, messages_under(corner, {7: [7], 8: [8]}))
    assert {one.idea for one in holds.corners} == {7, 8}
    assert len({one.group for one in holds.corners}) == 2
    assert sorted(ideas[0] for ideas in holds.typical.values()) == [7, 8]
    shared = _spoken(made.activity, {i: 7 + i // 2 % 2 for i in own})
    assert idea_holds(found, shared, messages_under(shared, {7: [7], 8: [8]})).corners == ()
    one = read(make_up(replace(GROUPS, n_groups=1, stray=1.0), 1))
    assert idea_holds(one, corner, messages_under(corner, {7: [7]})).n_told == 0


def test_windows_fit_the_length_and_tell_when_the_groups_move() -> None:
    """The groups part in the second half: those who strayed before no longer do."""
    first = make_up(replace(GROUPS, stray=0.6), 1).activity
    second = make_up(replace(GROUPS, stray=0.01), 2).activity
    n = len(first.messages)
    both = replace(
        first,
        messages=np.arange(1, n + len(second.messages) + 1),
        threads=np.concatenate((first.threads, second.threads + n)),
        parents=np.concatenate(
            (first.parents, np.where(second.parents < 0, -1, second.parents + n))
        ),
        voices=np.concatenate((first.voices, second.voices)),
        posted=np.concatenate((np.full(n, 5 * DAY), np.full(len(second.messages), 40 * DAY))),
        likes=np.zeros(0, dtype=np.int64),
        sides=np.zeros(0, dtype=np.int8),
        read_sides=np.zeros(0, dtype=np.int8),
    )
    found = report(both).windows
    assert found is not None
    assert (found.unit, len(found.windows)) == (Unit.WEEK, 2)
    assert Change.FARTHER in found.changes
    before, last = found.windows
    assert last.n_crossing / last.n_between_groups < before.n_crossing / before.n_between_groups
    assert before.n_new == before.n_voices
    assert last.n_new < 0.3 * last.n_voices
    same = report(replace(both, posted=np.full(len(both.messages), 5 * DAY)))
    assert same.windows is None
    undated = report(replace(both, posted=np.full(len(both.messages), UNKNOWN_TIME)))
    assert undated.windows is None


def test_the_table_is_in_order_of_group_and_name_and_ranks_nobody() -> None:
    found = read(make_up(GROUPS, 1))
    names = {int(i): f"Participant {i}" for i in found.voices.ids}
    rows = voice_rows(found, names)
    order = [(row.group is None, row.group or 0, name_key(row.name)) for row in rows]
    assert order == sorted(order)
    assert {row.group for row in rows} >= {1, 2}
    lines = csv_of(rows).splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == len(rows) + 1
    assert "betweenness" not in lines[0]
