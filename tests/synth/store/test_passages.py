from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import pytest

from synth.errors import StoreProblem
from synth.records import Span
from synth.store import Imported, Store, open_store

Ready = Callable[..., Imported]


def test_the_passages_of_a_long_message_are_read_in_linear_time(
    store: Store, discussion_id: int, run_id: int, ready: Ready
) -> None:
    text = "Plus d’arbres là-bas. " * 150_000
    source = store.sources.begin(discussion_id, name="long.csv", format="table")
    store.messages.add(discussion_id, source, [ready("long", text)])
    (long,) = [m for m in store.messages.all(discussion_id) if m.source_id == "long"]
    spans = [Span(start=at, end=at + 22) for at in range(0, len(text), 22 * 5)]
    store.passages.replace(discussion_id, {long.id: spans}, texts={long.id: text}, run_id=run_id)
    begun = time.perf_counter()
    passages = store.passages.all(discussion_id)
    assert time.perf_counter() - begun < 4
    assert [(p.start, p.end) for p in passages] == [(s.start, s.end) for s in spans]
    assert {p.text for p in passages} == {"Plus d’arbres là-bas. "}


def test_two_that_import_the_same_at_a_time_are_told_so(
    store: Store, discussion_id: int, ready: Ready
) -> None:
    with (
        pytest.raises(StoreProblem, match="another program works on the same discussion"),
        open_store(store.path) as other,
    ):
        source = store.sources.begin(discussion_id, name="first.csv", format="table")
        store.messages.add(discussion_id, source, [ready("4", "Stored meanwhile.")])
        source = other.sources.begin(discussion_id, name="again.csv", format="table")
        other.messages.add(discussion_id, source, [ready("4", "Stored meanwhile.")])


def test_where_nobody_else_wrote_a_message_twice_is_a_fault_of_the_program(
    store: Store, discussion_id: int, ready: Ready
) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError, match="UNIQUE"),
        open_store(store.path) as other,
    ):
        source = other.sources.begin(discussion_id, name="again.csv", format="table")
        other.messages.add(discussion_id, source, [ready("1", "There already.")])


def test_a_quote_that_is_none_is_still_a_fault_of_the_program(store: Store) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError, match="NOT NULL"),
        open_store(store.path) as other,
    ):
        other._db.execute("INSERT INTO discussions (slug) VALUES ('x')")


def test_words_and_home_of_a_passage_are_looked_up_by_its_id(
    store: Store, discussion_id: int
) -> None:
    first, second, _ = store.passages.all(discussion_id)
    assert store.passages.texts([second.id, first.id, 99]) == {
        first.id: "The stalls should stay by the river.",
        second.id: "Cafés need room for tables.",
    }
    assert store.passages.discussion_of(first.id) == discussion_id
    assert store.passages.discussion_of(99) is None
