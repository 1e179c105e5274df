from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from synth.errors import StoreProblem
from synth.records import Extract, ExtractState, Nature, Origin, Span
from synth.store import ExtractChange, Store


def suggestion(message_id: int, quote: str, start: int) -> Extract:
    return Extract(
        id=0,
        message_id=message_id,
        start=start,
        end=start + len(quote),
        quote=quote,
        nature=Nature.SOLUTION,
        score=0.7,
        state=ExtractState.SUGGESTED,
    )


def test_a_persons_decision_survives_every_new_set_of_suggestions(
    store: Store, discussion_id: int, run_id: int
) -> None:
    store.extracts.replace_suggestions(
        discussion_id, [suggestion(1, "The stalls", 0), suggestion(2, "Cafés", 0)], run_id=run_id
    )
    first, _ = store.extracts.all(discussion_id)
    store.extracts.decide(
        first.id,
        ExtractChange(state=ExtractState.TAKEN, nature=Nature.ISSUE, tags=("river", "stalls")),
        actor="harvester",
    )
    store.extracts.replace_suggestions(discussion_id, [suggestion(3, "Rents", 0)], run_id=run_id)
    taken, new = store.extracts.all(discussion_id)
    assert (taken.quote, taken.state, taken.origin) == (
        "The stalls",
        ExtractState.TAKEN,
        Origin.PERSON,
    )
    assert (taken.nature, taken.tags) == (Nature.ISSUE, ("river", "stalls"))
    assert (new.quote, new.state, new.origin) == ("Rents", ExtractState.SUGGESTED, Origin.MACHINE)


def test_an_adjusted_span_takes_the_words_that_stand_there(
    store: Store, discussion_id: int, run_id: int
) -> None:
    store.extracts.replace_suggestions(discussion_id, [suggestion(2, "Cafés", 0)], run_id=run_id)
    (found,) = store.extracts.all(discussion_id)
    after = store.extracts.decide(
        found.id, ExtractChange(span=Span(start=0, end=15)), actor="harvester"
    )
    assert after.quote == "Cafés need room"
    event = store.events.last(discussion_id)[0]
    assert (event["before"]["end"], event["after"]["end"]) == (5, 15)


def test_a_span_outside_the_message_is_refused(store: Store, discussion_id: int) -> None:
    with pytest.raises(StoreProblem, match="lies outside message 1"):
        store.extracts.take(
            1, Span(start=0, end=999), nature=Nature.ISSUE, tags=(), actor="harvester"
        )
    assert store.extracts.all(discussion_id) == []


def test_the_file_itself_refuses_a_quote_that_is_not_in_the_message(
    store: Store, discussion_id: int, run_id: int
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="does not stand at that place"):
        store.extracts.replace_suggestions(
            discussion_id, [suggestion(1, "The shops!", 0)], run_id=run_id
        )


def test_the_best_are_what_people_took_then_what_scores_best_and_nothing_rejected(
    store: Store, discussion_id: int, run_id: int
) -> None:
    found = [
        replace(suggestion(i, quote, 0), score=score)
        for i, quote, score in ((1, "The", 0.3), (2, "Cafés", 0.9), (3, "Rents", 0.5))
    ]
    store.extracts.replace_suggestions(discussion_id, found, run_id=run_id)
    first, second, _ = store.extracts.all(discussion_id)
    store.extracts.decide(first.id, ExtractChange(state=ExtractState.TAKEN), actor="harvester")
    assert [e.quote for e in store.extracts.best(discussion_id, limit=9)] == [
        "The",
        "Cafés",
        "Rents",
    ]
    store.extracts.decide(second.id, ExtractChange(state=ExtractState.REJECTED), actor="harvester")
    assert [e.quote for e in store.extracts.best(discussion_id, limit=1, offset=1)] == ["Rents"]
    assert store.extracts.counts(discussion_id) == {
        ExtractState.SUGGESTED: 1,
        ExtractState.TAKEN: 1,
        ExtractState.REJECTED: 1,
    }
