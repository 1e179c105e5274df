from __future__ import annotations

import gc
import json
import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from synth.errors import StoreProblem
from synth.store import Store, Version, Watch, open_store
from synth.store.schema import migrations


def test_a_new_file_is_made_with_wal_and_foreign_keys(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    open_store(path).close()
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()


def test_no_connection_stays_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noting(*arguments: Any, **words: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **words))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noting)
    open_store(tmp_path / "new.db").close()
    open_store(tmp_path / "new.db").close()
    (tmp_path / "notes.db").write_text("these are notes, not a database; " * 40)
    with pytest.raises(StoreProblem):
        open_store(tmp_path / "notes.db")
    assert opened
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


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


def test_a_file_made_before_the_views_of_threads_gets_them(
    store: Store, discussion_id: int
) -> None:
    with sqlite3.connect(store.path) as raw:
        raw.execute("DROP VIEW threads_to_read")
        raw.execute("DROP VIEW key_passages")
        raw.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm006%'")
    raw.close()
    open_store(store.path).close()
    with sqlite3.connect(store.path) as raw:
        rows = raw.execute("SELECT discussion, author, text FROM threads_to_read").fetchall()
        assert ("The market square", "Participant 558", "Cafés need room for tables.") in rows
        assert len(rows) == 3
    raw.close()


def test_the_view_of_key_passages_names_authors_and_ideas(
    store: Store, discussion_id: int, run_id: int
) -> None:
    message = next(iter(store.messages.all(discussion_id)))
    with sqlite3.connect(store.path) as raw:
        raw.execute(
            """INSERT INTO ideas (id, discussion_id, level, rank, title, n_messages, n_authors,
               origin, run_id) VALUES (7, ?, 1, 0, 'Stalls', 1, 1, 'machine', ?)""",
            [discussion_id, run_id],
        )
        raw.execute(
            """INSERT INTO extracts (id, message_id, start, "end", quote, nature, score, state,
               origin) VALUES (5, ?, 0, 10, ?, 'issue', 0.5, 'suggested', 'machine')""",
            [message.id, message.text[:10]],
        )
        raw.execute("INSERT INTO extract_ideas VALUES (5, 7)")
        row = raw.execute("SELECT quote, author, ideas FROM key_passages").fetchone()
    raw.close()
    assert row == (message.text[:10], "Participant 943", "Stalls")


def _add(path: Path, title: str) -> None:
    with open_store(path) as store:
        store.discussions.add(title)


def test_several_may_make_one_file_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.starmap(_add, [(path, f"Discussion {n}") for n in range(8)], chunksize=1)
    with open_store(path, must_exist=True) as store:
        assert {d.title for d in store.discussions.all()} == {f"Discussion {n}" for n in range(8)}


def test_tables_are_made_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(db: object) -> None:
        raise ZeroDivisionError

    with closing(Database(memory=True)) as empty:
        last = migrations.pending(empty)[-1]
    monkeypatch.setattr(last, "fn", broken)
    monkeypatch.setattr(migrations, "_migrations", [*migrations._migrations[:-1], last])
    with pytest.raises(ZeroDivisionError):
        open_store(tmp_path / "new.db")
    with sqlite3.connect(tmp_path / "new.db") as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    raw.close()
    monkeypatch.undo()
    open_store(tmp_path / "new.db").close()


def test_who_reads_before_writing_waits_for_another_writer(store: Store) -> None:
    """Not so in a transaction begun as a reader: it fails when somebody wrote meanwhile."""
    with open_store(store.path) as other, store.atomic():
        assert store.discussions.all() == []
        other._db.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.discussions.add("In between")
        store.discussions.add("First")
    assert [d.title for d in store.discussions.all()] == ["First"]


def test_a_file_that_was_opened_before_is_opened_without_comparing_migrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "known.db"
    open_store(path).close()

    def fail(_db: object) -> None:
        raise AssertionError("migrations were looked through again")

    monkeypatch.setattr("synth.store.database.migrations.applied", fail)
    monkeypatch.setattr("synth.store.database.migrations.pending", fail)
    with open_store(path) as store:
        assert store.discussions.all() == []


def test_tables_that_another_program_changed_are_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "known.db"
    open_store(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TABLE discussions")
    raw.close()
    with pytest.raises(StoreProblem, match="another program"):
        open_store(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "watched.db"
    open_store(path).close()
    return path


@pytest.fixture
def watch(path: Path) -> Iterator[Watch]:
    watch = Watch(path)
    yield watch
    watch.close()


def test_the_version_stays_while_nobody_writes(watch: Watch, path: Path) -> None:
    before = watch.version()
    with open_store(path) as store:
        store.discussions.all()
    assert before is not None
    assert watch.version() == before


def test_every_change_makes_another_version(watch: Watch, path: Path) -> None:
    seen = {watch.version()}
    with open_store(path) as store:
        for n in range(50):  # faster than the clock of the file system
            store.discussions.add(f"Discussion {n}")
            seen.add(watch.version())
        store.vacuum()
        seen.add(watch.version())
    assert len(seen) == 52


def test_another_file_in_its_place_is_another_version(watch: Watch, path: Path) -> None:
    before = watch.version()
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    assert watch.version() is None
    open_store(path).close()
    assert watch.version() not in (None, before)


def test_what_is_no_database_has_no_version(tmp_path: Path) -> None:
    (tmp_path / "words.db").write_text("words " * 1000)
    assert Watch(tmp_path / "words.db").version() is None
    assert Watch(tmp_path / "none.db").version() is None
    assert not (tmp_path / "none.db").exists()


def test_a_watch_that_nobody_holds_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noting(*arguments: Any, **words: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **words))
        return opened[-1]

    open_store(tmp_path / "d.db").close()
    monkeypatch.setattr(sqlite3, "connect", noting)
    watch = Watch(tmp_path / "d.db")
    assert watch.version() is not None
    del watch
    gc.collect()
    (connection,) = opened
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_threads_may_ask_at_the_same_time(watch: Watch) -> None:
    found: list[Version | None] = []
    threads = [
        threading.Thread(target=lambda: found.extend(watch.version() for _ in range(50)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert len(set(found)) == 1


def test_what_was_near_none_before_is_not_off_the_topic_now(tmp_path: Path) -> None:
    """Reasons of an earlier file, and those that corrections would bring back, keep their sense."""
    path = tmp_path / "old.db"
    with open_store(path):
        pass
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm014%'")
        raw.execute("ALTER TABLE placements DROP COLUMN reason")
        raw.execute("ALTER TABLE placements ADD COLUMN reason TEXT")
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.executemany(
            "INSERT INTO placements (passage_id, weight, origin, run_id, reason) "
            "VALUES (?, 0, 'machine', 1, ?)",
            [(1, "off_topic"), (2, "between"), (3, None)],
        )
        raw.execute(
            "INSERT INTO events (discussion_id, at, actor, verb, noun, before) "
            "VALUES (1, '2026-01-01T00:00:00+00:00', 'Ada', 'pinned', 'passage', ?)",
            [json.dumps({"placements": [{"passage_id": 1, "reason": "off_topic"}]})],
        )
    raw.close()
    with open_store(path) as store:
        assert store._db.execute("SELECT passage_id, reason FROM placements").fetchall() == [
            (1, "near_none"), (2, "between"), (3, None),
        ]  # fmt: skip
        ((before,),) = store._db.execute("SELECT before FROM events").fetchall()
        assert json.loads(before) == {"placements": [{"passage_id": 1, "reason": "near_none"}]}
