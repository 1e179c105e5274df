"""Which messages fit the wishes, and how many would fit others."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from synth.records import ExtractState, Nature
from synth.search.filters import Said, Sieve, Wishes, count_ideas, count_values, said_of
from synth.store import ExtractMark
from tests.synth.made_up_activity import Said as Message
from tests.synth.made_up_activity import activity

LANGUAGES = {1: "en", 2: "fr", 3: None, 4: "en"}


@pytest.fixture
def said() -> Said:
    """Four messages; the second says something under two ideas, the third under none."""
    return said_of(
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
    ("wishes", "ids"),
    [
        (Wishes(), [1, 2, 3, 4]),
        (Wishes(leaves=(5,)), [1, 2]),
        (Wishes(leaves=()), []),
        (Wishes(is_unplaced=True), [3]),
        (Wishes(voice=1), [1, 3]),
        (Wishes(thread=2), [3, 4]),
        (Wishes(language="en"), [1, 4]),
        (Wishes(language="de"), []),
        (Wishes(first=date(1970, 1, 2)), [2, 4]),
        (Wishes(last=date(1970, 1, 2)), [1, 2]),
        (Wishes(nature=Nature.ISSUE), [1, 4]),
        (Wishes(nature=Nature.SOLUTION), []),
        (Wishes(nature=Nature.ISSUE, state=ExtractState.TAKEN), [1]),
        (Wishes(state=ExtractState.TAKEN, voice=2), []),
        (Wishes(leaves=(6,), language="fr"), [2]),
    ],
)
def test_messages_fit_every_wish(said: Said, wishes: Wishes, ids: list[int]) -> None:
    sieve = Sieve(said, wishes, MARKS)
    assert said.activity.messages[sieve.messages()].tolist() == ids


def test_passages_fit_where_they_stand_themselves(said: Said) -> None:
    sieve = Sieve(said, Wishes(leaves=(6,), thread=1), MARKS)
    assert said.activity.passages[sieve.passages()].tolist() == [103]
    assert said.activity.passages[sieve.passages(but="idea")].tolist() == [101, 102, 103]
    assert said.activity.messages[sieve.messages(but="thread")].tolist() == [2, 4]


def test_values_are_counted_the_most_frequent_first(said: Said) -> None:
    everything = np.arange(4)
    assert count_values(said.activity.voices, everything) == [(1, 2), (-4, 1), (2, 1)]
    assert count_values(said.languages, everything[:1]) == [(0, 1)]


def test_a_message_counts_once_for_an_idea_and_all_above_it(said: Said) -> None:
    under = {5: [5], 6: [6], 1: [1, 5, 6], 8: [8]}
    found = count_ideas(said.activity, np.arange(4), under)
    assert found == {0: 1, 5: 2, 6: 2, 1: 3, 8: 0}
    assert count_ideas(said.activity, np.array([], dtype=np.intp), under)[1] == 0


def test_messages_that_are_not_there_have_no_row(said: Said) -> None:
    assert said.rows([4, 99, 1]).tolist() == [3, 0]
    assert said_of(activity(), {}).rows([1]).tolist() == []
