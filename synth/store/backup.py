"""Copies of a discussion file that can be relied on, made while others read and write it."""

from __future__ import annotations

import glob
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from synth.errors import StoreProblem, StoreTrouble
from synth.store.database import BUSY_SECONDS, check_ours, open_store
from synth.store.jobs_file import jobs_folder
from synth.store.removals import GRACE
from synth.store.trouble import DatabaseError, cannot_open, problem_of, trouble_of

COMPANIONS = ("-wal", "-shm", "-journal")
"""Endings of what SQLite keeps beside a file in use."""
PAGES = 2_000
"""Copied between two reports of progress."""
_IN_USE_BYTE = 128
"""Of the ``-shm`` file: who has the database open holds a shared lock on it (SQLite's "DMS")."""
_PERSONS = 0o600
Told = Callable[[int, int], object]
"""Hears (pages done, pages in all)."""
_ABANDONED = 24 * 3600
"""Seconds after which nobody is still at work on a copy."""
_MAX_FAULTS = 3
"""Faults that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied, and read back."""

    path: Path
    n_bytes: int
    n_rows: Mapping[str, int]
    """By table."""
    kept: Path | None = None
    """Where the file is now whose place was taken; None where there was none."""


def _nobody(_n_done: int, _n_pages: int) -> None:
    pass


def back_up(
    db: Path,
    target: Path,
    *,
    is_forced: bool = False,
    told: Told = _nobody,
) -> Copied:
    """Write a copy of ``db`` as it stands at this moment to ``target``; others work on meanwhile.

    The copy is made under another name, read back (integrity, foreign keys, rows of each table)
    and only then gets its name; it is one file, for its owner alone. Raises StoreProblem where
    there is no such file, where ``target`` exists (unless ``is_forced``) or is the file itself, and
    where the copy is not as it should be.
    """
    if not db.is_file():
        raise StoreProblem(f"{db}: no such discussion file; say --db")
    _require_free(db, target, is_forced=is_forced)
    with _new_file(target) as partial:
        with _trouble_named(db):
            n_rows = _copied(db, partial, told)
        with _trouble_named(target):
            _require_same(partial, n_rows)
        _require_free(db, target, is_forced=is_forced)
        _put(partial, target)
    return Copied(path=target, n_bytes=target.stat().st_size, n_rows=n_rows)


def restore(backup: Path, db: Path, *, at: datetime, told: Told = _nobody) -> Copied:
    """Put a copy of ``backup`` in the place of ``db``; what was there is kept beside it.

    The copy is read back before anything is touched, and brought up to date. ``at``: the
    moment that the name of the file kept bears. Discussions that were going to be deleted wait once
    more, as long as they usually do. Raises StoreProblem where ``backup`` is not a
    sound discussion file, or a program has ``db`` open.
    """
    if not backup.is_file():
        raise StoreProblem(f"{backup}: no such backup")
    if db.exists() and db.samefile(backup):
        raise StoreProblem(f"{backup}: is the discussion file itself; name the backup")
    with _new_file(db) as partial:
        with _trouble_named(backup):
            n_rows = _copied(backup, partial, told)
            _require_same(partial, n_rows)
        with open_store(partial) as store:
            store.removals.postpone(until=at + GRACE)
        for ending in COMPANIONS:
            Path(f"{partial}{ending}").unlink(missing_ok=True)
        if db.exists():
            partial.chmod(db.stat().st_mode)
        kept = _set_aside(db, at)
        _put(partial, db)
    return Copied(path=db, n_bytes=db.stat().st_size, n_rows=n_rows, kept=kept)


def _require_free(db: Path, target: Path, *, is_forced: bool) -> None:
    for ending in ("", *COMPANIONS):
        own = Path(f"{db}{ending}")
        if target.exists() and own.exists() and target.samefile(own):
            raise StoreProblem(f"{target}: is the discussion file itself; choose another name")
    if target.exists() and not is_forced:
        raise StoreProblem(f"{target}: is there already; choose another name, or say --force")


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """An empty file beside ``target``, for its owner alone; removed where it is left in the end."""
    _remove_abandoned(target)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PERSONS))
    except FileNotFoundError as error:
        raise StoreProblem(
            f"{target}: the folder {target.parent} does not exist; create it first"
        ) from error
    try:
        yield partial
    finally:
        for ending in ("", *COMPANIONS):
            Path(f"{partial}{ending}").unlink(missing_ok=True)


def _remove_abandoned(target: Path) -> None:
    """Remove what was left by a program that was killed while it copied to ``target``."""
    for partial in target.parent.glob(f".{glob.escape(target.name)}.*.partial*"):
        with suppress(OSError):
            if time.time() - partial.stat().st_mtime > _ABANDONED:
                partial.unlink()


def _copied(db: Path, partial: Path, told: Told) -> dict[str, int]:
    """Copy one state of the file; returns the rows of each table in it."""
    with (
        closing(sqlite3.connect(db, timeout=BUSY_SECONDS)) as source,
        closing(sqlite3.connect(partial)) as copy,
    ):
        opened = Database(source, execute_plugins=False)
        check_ours(opened, db)
        if "discussions" not in opened.table_names():
            raise StoreProblem(f"{db}: holds no discussions; name another file")
        source.execute("BEGIN")  # from its first reading on, the same state is read to the end
        n_rows = _rows_of(source)
        source.backup(
            copy, pages=PAGES, progress=lambda _status, left, total: told(total - left, total)
        )
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
    return n_rows


def _rows_of(db: sqlite3.Connection) -> dict[str, int]:
    tables = db.execute(
        """SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'
           ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"""
    ).fetchall()
    return {
        table: int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])
        for (table,) in tables
    }


def _require_same(copy: Path, n_rows: Mapping[str, int]) -> None:
    """Read a copy from the disk and compare it with what was to be copied."""
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as db:
        faults = [text for (text,) in db.execute("PRAGMA integrity_check(3)") if text != "ok"]
        faults += [
            f"a row of {table} refers to one of {parent} that is not there"
            for table, _row, parent, _key in db.execute("PRAGMA foreign_key_check")
        ]
        faults += [
            f"{table} holds {n} rows and not {n_rows.get(table, 0)}"
            for table, n in _rows_of(db).items()
            if n != n_rows.get(table, 0)
        ]
    if faults:
        told = "; ".join(" ".join(fault.split()) for fault in faults[:_MAX_FAULTS])
        raise StoreProblem(
            f"the copy is not sound ({told}); the file that it was made from is damaged, or the "
            "disk is: use an earlier backup",
            trouble=StoreTrouble.DAMAGED,
        )


def _put(partial: Path, target: Path) -> None:
    """Give a copy its name, all at once and for good."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(target)
    with suppress(OSError):  # not every system can
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _set_aside(db: Path, at: datetime) -> Path | None:
    """Keep the file, its jobs, and all that SQLite keeps beside it, under another name; None where
    there is none."""
    if not db.exists():
        for ending in COMPANIONS:  # of a file that somebody removed
            Path(f"{db}{ending}").unlink(missing_ok=True)
        return None
    _require_unused(db)
    kept = db.with_name(f"{db.stem}-before-restore-{at:%Y%m%dT%H%M%S}{db.suffix}")
    if kept.exists():
        raise StoreProblem(f"{kept}: is there already; wait a second and try again")
    try:
        kept.hardlink_to(db)  # so that there is a file at every moment
    except OSError:  # not every file system can
        db.rename(kept)
    for ending in COMPANIONS:  # of a file that cannot be read
        part = Path(f"{db}{ending}")
        if part.exists():
            part.rename(f"{kept}{ending}")
    if jobs_folder(db).exists():  # they speak of discussions that the backup may not hold
        jobs_folder(db).rename(jobs_folder(kept))
    return kept


def _require_unused(db: Path) -> None:
    """Raise StoreProblem where a program has the file open: it would go on with the wrong one.

    Otherwise what stands beside the file goes into it, if it can be read at all.
    """
    try:
        with closing(sqlite3.connect(db, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        return
    except DatabaseError as error:
        is_in_use = trouble_of(error) is StoreTrouble.LOCKED
    if is_in_use or _is_open_elsewhere(db):
        raise StoreProblem(
            f"{db}: a program has it open, `synth serve` perhaps; stop it and try again",
            trouble=StoreTrouble.LOCKED,
        )


def _is_open_elsewhere(db: Path) -> bool:
    """Whether another process holds SQLite's mark of a file in use."""
    try:
        import fcntl
    except ImportError:  # Windows keeps files from being renamed that are open
        return False
    try:
        with Path(f"{db}-shm").open("r+b") as shared:
            fcntl.lockf(shared, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _IN_USE_BYTE)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


@contextmanager
def _trouble_named(path: Path) -> Iterator[None]:
    """SQLite's errors as problems of the file at ``path``."""
    try:
        yield
    except DatabaseError as error:
        raise problem_of(path, error) or cannot_open(path, error) from error
