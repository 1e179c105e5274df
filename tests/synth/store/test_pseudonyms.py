"""Pseudonyms: keyed, of one discussion alone, stable, readable, without an order."""

from __future__ import annotations

import re
import stat
from itertools import islice, pairwise
from pathlib import Path

import pytest

from synth.errors import InputProblem
from synth.store import Store, open_store
from synth.store.pseudonyms import discussion_key, key_file, pseudonyms_for

PEOPLE = [f"person{n:03d}@example.org" for n in range(300)]


def people_of(path: Path, title: str, authors: list[str]) -> dict[str, str]:
    """Author → pseudonym, in a new discussion file."""
    with open_store(path) as store:
        found = store.discussions.add(title)
        ids = {one: store.participants.add(found.id, author_key=one, name=one) for one in authors}
        names = store.participants.pseudonyms(list(ids.values()))
    return {one: names[participant] for one, participant in ids.items()}


def with_key(patch: pytest.MonkeyPatch, path: Path) -> None:
    patch.setenv("SYNTH_KEY_FILE", str(path))


def test_they_follow_from_the_key_and_not_from_names_or_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_key(monkeypatch, tmp_path / "one.key")
    here = people_of(tmp_path / "a.db", "The town", PEOPLE)
    again = people_of(tmp_path / "b.db", "The town", PEOPLE)
    assert here == again, "the same input on one installation"
    assert len(set(here.values())) == len(PEOPLE)
    assert all(re.fullmatch(r"Participant [1-9]\d{2,3}", one) for one in here.values())
    elsewhere = people_of(tmp_path / "c.db", "The village", PEOPLE)
    with_key(monkeypatch, tmp_path / "other.key")
    unknown = people_of(tmp_path / "d.db", "The town", PEOPLE)
    for other in (elsewhere, unknown):
        same = sum(here[one] == other[one] for one in PEOPLE)
        assert same <= 5, "no more than chance"
    numbers = [int(here[one].split()[1]) for one in PEOPLE]
    rising = sum(a < b for a, b in pairwise(numbers))
    assert 110 < rising < 190, "neither the order of names nor that of their coming"


def test_who_is_there_keeps_theirs_whatever_key_and_whoever_comes(
    store: Store, discussion_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.participants.names(discussion_id)
    with_key(monkeypatch, tmp_path / "later.key")
    for one in PEOPLE:
        store.participants.add(discussion_id, author_key=one, name=one)
    after = store.participants.names(discussion_id)
    assert before.items() <= after.items()
    assert not (tmp_path / "later.key").exists(), "the file goes on with its own key"


def test_numbers_grow_longer_where_the_short_ones_are_taken() -> None:
    drawn = list(islice(pseudonyms_for("key", "ann"), 9))
    assert [len(one.split()[1]) for one in drawn] == [3, 3, 3, 3, 4, 4, 4, 4, 5]
    assert drawn != list(islice(pseudonyms_for("another", "ann"), 9))


def test_the_key_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYNTH_KEY_FILE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert key_file() == tmp_path / "discussion-synth" / "pseudonyms.key"
    assert len(discussion_key("town")) == 64
    assert stat.S_IMODE(key_file().stat().st_mode) == 0o600
    assert discussion_key("town") != discussion_key("village")


def test_a_key_that_cannot_be_kept_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    with_key(monkeypatch, tmp_path / "file" / "x.key")
    with pytest.raises(InputProblem, match="SYNTH_KEY_FILE"):
        discussion_key("town")


def test_without_a_home_a_discussion_has_a_key_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("SYNTH_KEY_FILE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file" / "below"))
    assert discussion_key("the-square") != discussion_key("the-square")
    assert "let SYNTH_KEY_FILE name a file that can be written" in caplog.text
