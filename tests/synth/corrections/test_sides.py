"""Sides that people set: refused where the platform says it, and taken back without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synth import CorrectionRefused
from synth.corrections import set_side, undo_correction
from synth.pipeline import import_files
from synth.records import Origin, Stance
from synth.store import SideRow, Store, open_store
from tests.synth.small_discussion import write_csv

ONE = 1
ME = "Ada"
SAID = [
    ("", "Ann", "Bus lanes should run along the whole street."),
    ("1", "Bo", "They would take all the parking away."),
    ("1", "Cy", "Build them this summer."),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    rows = [
        {"id": str(i), "parent_id": parent, "author": who, "text": text}
        for i, (parent, who, text) in enumerate(SAID, start=1)
    ]
    with open_store(tmp_path / "sides.db") as opened:
        opened.discussions.add("Sides")
        import_files(opened, ONE, [write_csv(tmp_path / "t.csv", rows)])
        opened._db.execute("UPDATE messages SET stance = 'for' WHERE id = 3")
        run = opened.runs.begin(ONE, kind="build", seed=0, settings={}, versions={})
        read = SideRow(message_id=2, side=Stance.FOR, confidence=0.9, read_sha256="abc")
        opened.sides.replace_machine(ONE, [read], run_id=run)
        yield opened


def rows_of(store: Store) -> list[tuple[object, ...]]:
    return store._db.execute("SELECT * FROM sides ORDER BY message_id").fetchall()


@pytest.mark.parametrize(
    ("message_id", "why"),
    [(1, "answers nothing"), (3, "as its platform says"), (99, "no message 99")],
)
def test_some_messages_take_no_side_that_people_could_set(
    store: Store, message_id: int, why: str
) -> None:
    before = rows_of(store)
    with pytest.raises(CorrectionRefused, match=why):
        set_side(store, ONE, message_id, Stance.AGAINST, actor=ME)
    assert rows_of(store) == before


def test_a_message_of_another_discussion_is_refused(store: Store) -> None:
    other = store.discussions.add("Other")
    with pytest.raises(CorrectionRefused, match="no message 2"):
        set_side(store, other.id, 2, Stance.AGAINST, actor=ME)


def test_a_side_is_set_at_once_and_taken_back_to_what_was_read(store: Store) -> None:
    before = rows_of(store)
    set_side(store, ONE, 2, Stance.AGAINST, actor=ME)
    message = store.messages.many([2])[2]
    assert message.read_side is not None
    assert (message.read_side.side, message.read_side.origin) == (Stance.AGAINST, Origin.PERSON)
    (event,) = store.events.last(ONE, limit=1)
    assert (event["verb"], event["noun"], event["noun_id"]) == ("sided", "side", 2)
    assert "abc" not in str(event), "the hash of people's words stays out of the history"
    undo_correction(store, ONE, actor=ME)
    assert rows_of(store) == before


def test_to_agree_with_the_machine_is_a_decision_too(store: Store) -> None:
    set_side(store, ONE, 2, Stance.FOR, actor=ME)
    with pytest.raises(CorrectionRefused, match="is so already"):
        set_side(store, ONE, 2, Stance.FOR, actor=ME)


def test_the_later_of_two_is_taken_back_first(store: Store) -> None:
    set_side(store, ONE, 2, Stance.AGAINST, actor=ME)
    first = store.corrections.history(ONE)[0].id
    set_side(store, ONE, 2, None, actor=ME)
    with pytest.raises(CorrectionRefused, match="builds on it"):
        undo_correction(store, ONE, first, actor=ME)
    undo_correction(store, ONE, actor=ME)
    message = store.messages.many([2])[2]
    assert message.read_side is not None
    assert message.read_side.side is Stance.AGAINST


def test_what_was_not_read_before_is_not_read_afterwards(store: Store) -> None:
    store._db.execute("DELETE FROM sides")
    set_side(store, ONE, 2, Stance.AGAINST, actor=ME)
    undo_correction(store, ONE, actor=ME)
    assert rows_of(store) == []


def test_a_message_that_lost_its_side_meanwhile_gets_none_back(store: Store) -> None:
    set_side(store, ONE, 2, Stance.AGAINST, actor=ME)
    store._db.execute("DELETE FROM sides")
    undo_correction(store, ONE, actor=ME)
    assert rows_of(store) == []
