"""Sides read from the words: kept beside what the platform says, and beside what people set."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from synth.records import Origin, ParentEvidence, ReadSide, Stance
from synth.store import Imported, Linked, SideRow, Store, open_store

Ready = Callable[..., Imported]
LETTERS = 600


def link(store: Store, parents: dict[int, int | None], **evidence: ParentEvidence) -> None:
    how = evidence.get("evidence", ParentEvidence.HEADER)
    store.messages.link(
        Linked(
            message_id=i,
            parent_id=parent,
            evidence=ParentEvidence.NONE if parent is None else how,
            thread_id=1,
            depth=0 if parent is None else 1,
            rank=i,
        )
        for i, parent in parents.items()
    )


def row(message_id: int, side: Stance | None = Stance.FOR, confidence: float = 0.9) -> SideRow:
    return SideRow(message_id=message_id, side=side, confidence=confidence, read_sha256="abc")


def put(store: Store, message_id: int, side: Stance | None) -> None:
    """What a person says."""
    with store.corrections.change(1, actor="Ada", verb="sided", noun="side") as change:
        change.set_side(message_id, side)


@pytest.fixture
def threaded(store: Store, discussion_id: int) -> int:
    """The second message answers the first, the third the second."""
    link(store, {1: None, 2: 1, 3: 2})
    return discussion_id


def test_answers_are_read_beside_what_they_answer(store: Store, threaded: int) -> None:
    found = store.sides.answers(threaded, n_letters=10)
    assert [(one.message_id, one.parent_id, one.text, one.target) for one in found] == [
        (2, 1, "Cafés need", "The stalls"),
        (3, 2, "Rents are ", "Cafés need"),
    ]


def test_some_answers_are_not_read(store: Store, discussion_id: int) -> None:
    link(store, {1: None, 2: 1, 3: 1})  # 1 and 3 are of one person
    assert [one.message_id for one in store.sides.answers(discussion_id, n_letters=LETTERS)] == [2]
    store._db.execute("UPDATE messages SET stance = 'for' WHERE id = 2")
    assert store.sides.answers(discussion_id, n_letters=LETTERS) == []
    store._db.execute("UPDATE messages SET stance = NULL")
    link(store, {1: None, 2: 1, 3: None}, evidence=ParentEvidence.SUBJECT)
    assert store.sides.answers(discussion_id, n_letters=LETTERS) == []


def test_anonymous_messages_are_different_voices(store: Store, threaded: int) -> None:
    store._db.execute("UPDATE messages SET participant_id = NULL")
    assert len(store.sides.answers(threaded, n_letters=LETTERS)) == 2


def test_a_message_bears_the_side_that_was_read(store: Store, threaded: int, run_id: int) -> None:
    rows = [row(2, Stance.AGAINST, 0.8), row(3, None, 0.4)]
    store.sides.replace_machine(threaded, rows, run_id=run_id)
    told = {i: message.read_side for i, message in store.messages.many([1, 2, 3]).items()}
    read = ReadSide(side=Stance.AGAINST, confidence=0.8, origin=Origin.MACHINE)
    assert told == {1: None, 2: read, 3: None}
    assert store.sides.kept(threaded) == {one.message_id: one for one in rows}
    store.sides.replace_machine(threaded, [], run_id=run_id)
    assert store.messages.many([2])[2].read_side is None


def test_what_the_platform_says_wins(store: Store, threaded: int, run_id: int) -> None:
    store.sides.replace_machine(threaded, [row(2, Stance.AGAINST)], run_id=run_id)
    store._db.execute("UPDATE messages SET stance = 'for' WHERE id = 2")
    message = store.messages.many([2])[2]
    assert (message.stance, message.read_side) == (Stance.FOR, None)
    activity = store.activity.of(threaded)
    assert activity.sides.tolist() == [0, 1, 0]
    assert activity.read_sides.tolist() == [0, 0, 0]


def test_what_a_person_sets_stays_when_the_machine_reads_again(
    store: Store, threaded: int, run_id: int
) -> None:
    store.sides.replace_machine(threaded, [row(2), row(3)], run_id=run_id)
    put(store, 2, Stance.AGAINST)
    put(store, 3, None)
    store.sides.replace_machine(threaded, [row(2), row(3)], run_id=run_id)
    told = store.messages.many([2, 3])
    assert told[2].read_side == ReadSide(side=Stance.AGAINST, confidence=1, origin=Origin.PERSON)
    assert told[3].read_side == ReadSide(side=None, confidence=1, origin=Origin.PERSON)
    assert store.activity.of(threaded).read_sides.tolist() == [0, -1, 0]
    assert store.sides.kept(threaded) == {}


def test_columns_tell_the_sides_apart(store: Store, threaded: int, run_id: int) -> None:
    store.sides.replace_machine(
        threaded, [row(2, Stance.FOR), row(3, Stance.AGAINST)], run_id=run_id
    )
    store._db.execute("UPDATE messages SET stance = 'against' WHERE id = 1")
    activity = store.activity.of(threaded)
    assert activity.sides.tolist() == [-1, 0, 0]
    assert activity.read_sides.tolist() == [0, 1, -1]


def test_an_earlier_file_gets_the_table(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with open_store(path):
        pass
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm015%'")
        raw.execute("DROP TABLE sides")
    raw.close()
    with open_store(path) as store:
        found = store.discussions.add("Later")
        assert store.sides.kept(found.id) == {}
