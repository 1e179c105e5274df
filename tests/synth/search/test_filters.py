"""Which messages fit the filters, and how many would fit others."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from synth.analytics.activity import messages_under
from synth.records import ExtractState, Nature
from synth.search.filters import (
    FilterMasks,
    Filters,
    MessageColumns,
    count_ideas,
    count_values,
    message_columns,
)
from synth.store import ExtractMark
from tests.synth.made_up_activity import Said as Message
from tests.synth.made_up_activity import activity

LANGUAGES = {1: "en", 2: "fr", 3: None, 4: "en"}


@pytest.fixture
def columns() -> MessageColumns:
    """Four messages; the second says something under two ideas, the third under none."""
    return message_columns(
        activity(
            Message(voice=1, ideas=(5,), day=0, thread=1),
            Message(voice=2, ideas=(5, 6), day=1, thread=1),
            Message(voice=1, ideas=(0,), day=None, thread=2),
            Message(voice=-4, ideas=(6,), day=3, thread=2),
        ),
        LANGUAGES,
    )


MARKS = [
    ExtractMark(message_id=message_id, nature=nature, state=state)
    for message_id, nature, state in (
        (1, Nature.ISSUE, ExtractState.TAKEN),
        (4, Nature.ISSUE, ExtractState.SUGGESTED),
        (99, Nature.SOLUTION, ExtractState.TAKEN),
    )
]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(), [1, 2, 3, 4]),
        (Filters(leaves=(5,)), [1, 2]),
        (Filters(leaves=()), []),
        (Filters(is_unplaced=True), [3]),
        (Filters(voice=1), [1, 3]),
        (Filters(thread=2), [3, 4]),
        (Filters(language="en"), [1, 4]),
        (Filters(language="de"), []),
        (Filters(first=date(1970, 1, 2)), [2, 4]),
        (Filters(last=date(1970, 1, 2)), [1, 2]),
        (Filters(nature=Nature.ISSUE), [1, 4]),
        (Filters(nature=Nature.SOLUTION), []),
        (Filters(nature=Nature.ISSUE, state=ExtractState.TAKEN), [1]),
        (Filters(state=ExtractState.TAKEN, voice=2), []),
        (Filters(leaves=(6,), language="fr"), [2]),
    ],
)
def test_messages_fit_every_filter(
    columns: MessageColumns, filters: Filters, ids: list[int]
) -> None:
    masks = FilterMasks(columns, filters, MARKS)
    assert columns.activity.messages[masks.messages()].tolist() == ids


def test_passages_fit_where_they_stand_themselves(columns: MessageColumns) -> None:
    masks = FilterMasks(columns, Filters(leaves=(6,), thread=1), MARKS)
    assert columns.activity.passages[masks.passages()].tolist() == [103]
    assert columns.activity.passages[masks.passages(without="idea")].tolist() == [101, 102, 103]
    assert columns.activity.messages[masks.messages(without="thread")].tolist() == [2, 4]


def test_values_are_counted_the_most_frequent_first(columns: MessageColumns) -> None:
    everything = np.arange(4)
    assert count_values(columns.activity.voices, everything) == [(1, 2), (-4, 1), (2, 1)]
    assert count_values(columns.languages, everything[:1]) == [(0, 1)]


def test_a_message_counts_once_for_an_idea_and_all_above_it(columns: MessageColumns) -> None:
    leaves_under = {0: [0], 5: [5], 6: [6], 1: [1, 5, 6], 8: [8]}
    under = messages_under(columns.activity, leaves_under)
    found = count_ideas(np.arange(4), under)
    assert found == {0: 1, 5: 2, 6: 2, 1: 3, 8: 0}
    assert count_ideas(np.array([], dtype=np.intp), under)[1] == 0


def test_messages_that_are_not_there_have_no_row(columns: MessageColumns) -> None:
    assert columns.rows([4, 99, 1]).tolist() == [3, 0]
    assert message_columns(activity(), {}).rows([1]).tolist() == []
