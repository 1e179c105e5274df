"""Erasing: a person's words and name are nowhere in the file afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.errors import StoreProblem
from synth.pipeline import build, erase_participant, import_files
from synth.settings import Settings
from synth.store import Store
from tests.synth.small_discussion import rows, write_csv

ONE = 1
WORDS = "The harbour crane squeaks whenever the ferry leaves"


@pytest.fixture
def with_a_stranger(built: Store, tmp_path: Path) -> Store:
    """The built discussion, and one more person whose words somebody answers."""
    newer = [
        *rows(),
        {"id": "41", "author": "Zebulon Quill", "text": f"{WORDS}."},
        {"id": "42", "parent_id": "41", "author": "Person 1", "text": "So grease it at last."},
    ]
    import_files(built, ONE, [write_csv(tmp_path / "town.csv", newer)])
    return built


@pytest.mark.parametrize("named_by", ["name", "pseudonym"])
def test_nothing_of_a_person_remains(with_a_stranger: Store, named_by: str) -> None:
    store = with_a_stranger
    pseudonyms = {name: pseudonym for pseudonym, name in store.participants.names(ONE).items()}
    who = "Zebulon Quill" if named_by == "name" else pseudonyms["Zebulon Quill"]
    n_messages, report = erase_participant(store, ONE, who)
    assert n_messages == 1
    assert report is not None
    messages = {m.source_id: m for m in store.messages.all(ONE)}
    assert messages["41"].text == ""
    assert messages["41"].author is None
    assert messages["42"].parent_id == messages["41"].id
    store.close()
    left = store.path.read_bytes() + b"".join(
        path.read_bytes() for path in store.path.parent.glob(f"{store.path.name}-*")
    )
    for trace in ("Zebulon", "harbour crane", "squeaks", "ferry"):
        assert trace.encode() not in left


def test_the_map_is_built_without_them(with_a_stranger: Store) -> None:
    build(with_a_stranger, ONE, Settings(quality="draft"))
    ids = {m.source_id: m.id for m in with_a_stranger.messages.all(ONE)}
    erase_participant(with_a_stranger, ONE, "Zebulon Quill")
    placed = {p.message_id for p in with_a_stranger.ideas.placements(ONE)}
    assert ids["41"] not in placed
    assert ids["1"] in placed


def test_without_a_map_there_is_nothing_to_build(imported: Store, discussion_id: int) -> None:
    n_messages, report = erase_participant(imported, discussion_id, "Person 2")
    assert n_messages == 6
    assert report is None


def test_nobody_of_that_name(imported: Store, discussion_id: int) -> None:
    with pytest.raises(StoreProblem, match="nobody called 'Ann'"):
        erase_participant(imported, discussion_id, "Ann")
