"""Copies that hold one state of the file, whatever others do, and can be put back."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from synth.errors import StoreProblem, StoreTrouble
from synth.store import Store, backup, open_jobs, open_store
from synth.store.backup import back_up, restore
from synth.store.jobs_file import jobs_folder

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
KEPT = "discussion-before-restore-20260304T050607.db"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "monday.db"


def titles(path: Path) -> list[str]:
    with open_store(path, must_exist=True) as store:
        return [found.title for found in store.discussions.all()]


def test_a_copy_holds_one_state_whatever_is_written_meanwhile(
    store: Store, discussion_id: int, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 1)
    n_told = 0

    def write(n_done: int, n_pages: int) -> None:
        nonlocal n_told
        n_told += 1
        store.discussions.add(f"Meanwhile {n_done} of {n_pages}")

    store.discussions.add("Just before")  # stands beside the main file only
    copied = back_up(store.path, copy, told=write)
    assert n_told > 20
    assert titles(copy) == ["The market square", "Just before"]
    assert copied.n_rows["messages"] == 3
    assert copied.n_rows["discussions"] == 2
    assert len(store.discussions.all()) == 2 + n_told


def test_a_backup_is_one_file_for_its_owner_alone(
    store: Store, discussion_id: int, copy: Path
) -> None:
    back_up(store.path, copy)
    assert [path.name for path in copy.parent.iterdir()] == ["monday.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_nothing_is_written_over_unless_told(store: Store, discussion_id: int, copy: Path) -> None:
    copy.write_text("of Monday")
    with pytest.raises(StoreProblem, match="is there already; choose another name, or say --force"):
        back_up(store.path, copy)
    assert copy.read_text() == "of Monday"
    back_up(store.path, copy, is_forced=True)
    assert titles(copy) == ["The market square"]


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_the_file_itself_is_never_written_over(
    store: Store, discussion_id: int, ending: str
) -> None:
    with pytest.raises(StoreProblem, match="is the discussion file itself"):
        back_up(store.path, Path(f"{store.path}{ending}"), is_forced=True)
    assert store.messages.count(discussion_id) == 3


def test_a_copy_that_is_not_sound_is_not_kept(store: Store, discussion_id: int, copy: Path) -> None:
    copy.write_text("of Monday")
    store._db.execute("PRAGMA foreign_keys = OFF")
    store._db.execute("DELETE FROM discussions")
    with pytest.raises(StoreProblem, match=r"not sound .*refers to one of discussions") as problem:
        back_up(store.path, copy, is_forced=True)
    assert problem.value.trouble is StoreTrouble.DAMAGED
    assert copy.read_text() == "of Monday"
    assert list(copy.parent.iterdir()) == [copy]


def test_what_the_disk_changed_is_noticed(
    store: Store, discussion_id: int, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = backup._copied

    def lose_a_row(db: Path, partial: Path, told: backup.Told) -> dict[str, int]:
        n_rows = copied(db, partial, told)
        with sqlite3.connect(partial) as raw:
            raw.execute("DELETE FROM passages WHERE id = 1")
        raw.close()
        return n_rows

    monkeypatch.setattr(backup, "_copied", lose_a_row)
    with pytest.raises(StoreProblem, match="passages holds 2 rows and not 3"):
        back_up(store.path, copy)
    assert list(copy.parent.iterdir()) == []


def test_a_missing_file_and_a_missing_folder_are_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="no such discussion file"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db")
    with pytest.raises(StoreProblem, match="nowhere does not exist"):
        back_up(store.path, tmp_path / "nowhere" / "copy.db")


def test_a_backup_is_put_back_and_what_was_there_is_kept(
    store: Store, discussion_id: int, copy: Path
) -> None:
    back_up(store.path, copy)
    store.discussions.add("Since then")
    store.path.chmod(0o640)
    store.close()
    copied = restore(copy, store.path, at=AT)
    assert titles(store.path) == ["The market square"]
    assert copied.kept == store.path.with_name(KEPT)
    assert titles(copied.kept) == ["The market square", "Since then"]
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o640
    assert titles(copy) == ["The market square"]


def test_a_deletion_that_comes_back_with_a_backup_can_be_taken_back_still(
    store: Store, discussion_id: int, copy: Path
) -> None:
    store.removals.ask(discussion_id, at=AT, actor="x")
    back_up(store.path, copy)
    later = AT + timedelta(days=30)
    store.close()
    restore(copy, store.path, at=later)
    with open_store(store.path) as found:
        assert found.removals.due(at=later + timedelta(days=13)) == []
        assert found.removals.due(at=later + timedelta(days=14)) == [discussion_id]


def test_jobs_stay_with_the_file_that_they_were_asked_for(store: Store, copy: Path) -> None:
    back_up(store.path, copy)
    jobs_folder(store.path).mkdir()
    open_jobs(jobs_folder(store.path) / "jobs.db").close()
    store.close()
    kept = restore(copy, store.path, at=AT).kept
    assert kept == store.path.with_name(KEPT)
    assert (jobs_folder(kept) / "jobs.db").is_file()
    assert not jobs_folder(store.path).exists()


def test_what_a_killed_program_left_beside_the_file_is_kept_with_it(
    store: Store, discussion_id: int, copy: Path
) -> None:
    back_up(store.path, copy)
    write_and_die = (
        "import os, sys; from synth.store import open_store;"
        "open_store(sys.argv[1]).discussions.add('Since then'); os._exit(9)"
    )
    store.close()
    subprocess.run([sys.executable, "-c", write_and_die, str(store.path)], check=False)
    assert Path(f"{store.path}-wal").stat().st_size > 0
    restore(copy, store.path, at=AT)
    assert titles(store.path) == ["The market square"]
    assert titles(store.path.with_name(KEPT)) == ["The market square", "Since then"]


def test_nothing_is_put_in_the_place_of_a_file_in_use(
    store: Store, discussion_id: int, copy: Path
) -> None:
    back_up(store.path, copy)
    before = sorted(path.name for path in store.path.parent.iterdir())
    with pytest.raises(StoreProblem, match="a program has it open, `synth serve` perhaps; stop it"):
        restore(copy, store.path, at=AT)
    assert sorted(path.name for path in store.path.parent.iterdir()) == before
    assert store.messages.count(discussion_id) == 3


def test_a_damaged_file_is_kept_too_but_not_while_it_is_in_use(
    store: Store, discussion_id: int, copy: Path
) -> None:
    back_up(store.path, copy)
    serve = (
        "import sys; from synth.store import open_store; store = open_store(sys.argv[1]);"
        "print('open', flush=True); sys.stdin.read()"
    )
    store.close()
    with subprocess.Popen(
        [sys.executable, "-c", serve, str(store.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        store.path.write_bytes(b"noise " * 5_000)
        with pytest.raises(StoreProblem, match="a program has it open"):
            restore(copy, store.path, at=AT)
        other.kill()
    restore(copy, store.path, at=AT)
    assert titles(store.path) == ["The market square"]
    assert store.path.with_name(KEPT).read_bytes().startswith(b"noise ")


def _noise(path: Path) -> None:
    path.write_bytes(b"noise " * 5_000)


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8_192])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _of_the_future(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO _sqlite_migrations VALUES (NULL, 'synth', 'm999_x', '2030-01-01')")
    raw.close()


@pytest.mark.parametrize("harm", [_noise, _cut_short, _empty, _of_the_future])
def test_what_is_no_sound_backup_is_refused_and_nothing_touched(
    store: Store, discussion_id: int, copy: Path, harm: object
) -> None:
    back_up(store.path, copy)
    store.close()
    assert callable(harm)
    harm(copy)
    with pytest.raises(StoreProblem):
        restore(copy, store.path, at=AT)
    assert titles(store.path) == ["The market square"]
    assert not store.path.with_name(KEPT).exists()
    assert not [path for path in store.path.parent.iterdir() if "partial" in path.name]


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    store: Store, discussion_id: int, copy: Path
) -> None:
    back_up(store.path, copy)
    with sqlite3.connect(copy) as raw:
        raw.execute("DROP VIEW threads_to_read")
        raw.execute("DROP VIEW key_passages")
        raw.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm006%'")
    raw.close()
    store.close()
    restore(copy, store.path, at=AT)
    with closing(sqlite3.connect(store.path)) as raw:
        assert raw.execute("SELECT count(*) FROM threads_to_read").fetchone() == (3,)


def test_a_backup_can_be_put_where_there_is_no_file_yet(
    store: Store, discussion_id: int, copy: Path, tmp_path: Path
) -> None:
    back_up(store.path, copy)
    stray = tmp_path / "moved.db-wal"
    shutil.copy(copy, stray)  # left by a file that somebody removed
    assert restore(copy, tmp_path / "moved.db", at=AT).kept is None
    assert titles(tmp_path / "moved.db") == ["The market square"]
