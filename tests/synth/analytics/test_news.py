"""What is new since a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from synth.analytics.activity import messages_under
from synth.analytics.news import Fate, News, fates_of, news_since
from synth.records import Run
from synth.store.activity import Activity
from tests.synth.made_up_activity import DAY, Said, activity

UNDER = {1: [1, 2, 3], 2: [2], 3: [3], 4: [4], 5: [5]}


def news_of(spoken: Activity, moment: int, *, most: int = 3) -> News:
    under = messages_under(spoken, UNDER)
    return news_since(spoken, spoken.posted, moment, messages_under=under, most=most)


def test_ideas_that_came_grew_and_fell_silent() -> None:
    spoken = activity(
        Said(voice=1, ideas=(2,), day=7, thread=1),
        Said(voice=2, ideas=(4,), day=8, thread=2),
        Said(voice=2, ideas=(4,), day=8, thread=2),
        Said(voice=3, ideas=(4,), day=9, thread=2),
        Said(voice=1, ideas=(5,), day=1, thread=1),
        Said(voice=1, ideas=(2,), day=11, thread=1),
        Said(voice=9, ideas=(3, 2), day=12, thread=7),
        Said(voice=8, ideas=(2,), day=None, thread=1),
    )
    news = news_since(
        spoken, spoken.posted, 10 * DAY, messages_under=messages_under(spoken, UNDER), most=1
    )
    assert (news.n_messages, news.n_voices, news.n_new_voices) == (2, 2, 1)
    assert (news.n_threads, news.n_new_threads) == (2, 1)
    assert news.newest == (7,)
    found = {one.idea_id: (one.n_new, one.n_before, one.is_new) for one in news.ideas}
    assert found == {1: (2, 2, False), 2: (2, 2, False), 3: (1, 0, True)}
    assert {one.idea_id: one.n_new_voices for one in news.ideas} == {1: 1, 2: 1, 3: 1}
    assert news.quiet == (), "three days before, nobody spoke three times of the fourth"
    longer = news_since(
        spoken,
        spoken.posted,
        10 * DAY - DAY // 2,
        messages_under=messages_under(spoken, UNDER),
        most=1,
    )
    assert longer.quiet == (4,), "the fifth was spoken of too long ago"


def test_nothing_new_is_nothing() -> None:
    spoken = activity(*(Said(voice=1, ideas=(4,), day=9) for _ in range(5)))
    news = news_since(
        spoken, spoken.posted, 10 * DAY, messages_under=messages_under(spoken, UNDER), most=3
    )
    assert (news.n_messages, news.ideas, news.quiet, news.newest) == (0, (), (), ())
    empty = activity()
    assert news_of(empty, 0).n_messages == 0


def test_what_came_into_the_file_counts_by_its_arrival() -> None:
    spoken = activity(Said(voice=1, day=1), Said(voice=1, day=2))
    arrived = np.array([5, 50], dtype=np.int64)
    news = news_since(spoken, arrived, 10, messages_under=messages_under(spoken, {1: [1]}), most=3)
    assert news.newest == (2,)


def run(became: object) -> Run:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    outcome = {} if became is None else {"became": became}
    return Run(
        id=1, kind="build", state="done", started_at=at, finished_at=at, seed=0, outcome=outcome
    )


def test_what_builds_made_of_ideas_is_told_in_order() -> None:
    fates = fates_of(
        [
            run(None),
            run({"born": [4], "split": [{"id": 1, "title": "Old", "into": [2, 3]}]}),
            run({"born": [4, 6], "merged": [{"id": 2, "title": "Two", "into": 3}]}),
            run({"gone": [{"id": 9, "title": "Lost"}]}),
        ]
    )
    assert fates.born == (4, 6)
    assert fates.split == (Fate(idea_id=1, title="Old", into=(2, 3)),)
    assert fates.merged == (Fate(idea_id=2, title="Two", into=(3,)),)
    assert fates.gone == (Fate(idea_id=9, title="Lost"),)
