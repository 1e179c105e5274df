from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from synth.errors import StoreProblem
from synth.store import Store, open_store


def test_a_new_file_is_made_with_wal_and_foreign_keys(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    open_store(path).close()
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()


def test_an_orphan_row_is_refused(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.sources.begin(99, name="x.csv", format="table")


def test_a_missing_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="no such discussion file; make one"):
        open_store(tmp_path / "gone.db", must_exist=True)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are notes, not a database; " * 40)
    with pytest.raises(StoreProblem, match="cannot be used as a discussion file"):
        open_store(path)
    assert path.read_text().startswith("these are notes")


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE invoices (id INTEGER)")
    raw.close()
    with pytest.raises(StoreProblem, match="another program"):
        open_store(path)
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]
    raw.close()


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "future.db"
    open_store(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('synth', 'm999_from_the_future', '2030-01-01')"
        )
    raw.close()
    with pytest.raises(StoreProblem, match="newer version"):
        open_store(path)


def test_what_fails_inside_atomic_leaves_no_trace(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.atomic():
        store.discussions.add("half done")
        raise ZeroDivisionError
    assert store.discussions.all() == []


def test_the_views_for_readers_can_be_read(store: Store, discussion_id: int) -> None:
    with sqlite3.connect(store.path) as raw:
        assert raw.execute("SELECT count(*) FROM outline").fetchone() == (0,)
        assert raw.execute("SELECT count(*) FROM words_behind_ideas").fetchone() == (0,)
    raw.close()
