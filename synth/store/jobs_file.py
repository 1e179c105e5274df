"""The jobs file, which stands beside a discussion file.

Jobs have a file of their own. Progress is written twice a second: in the discussion file each
write would drop what the pages keep in memory (they watch that file), would wait while a build
writes its map, and would go into every copy that people hand on.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from functools import cache
from pathlib import Path
from types import TracebackType

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from synth.errors import StoreProblem, StoreTrouble
from synth.store.database import BUSY_SECONDS, WritingDatabase
from synth.store.jobs import Jobs
from synth.store.trouble import DatabaseError, cannot_open, problem_of, trouble_of

APPLICATION_ID = 0x53594E4A  # "SYNJ"
migrations = Migrations("synth_jobs")
_PAUSE = 0.02
"""Seconds between two tries to open a file that others are making."""


def jobs_folder(db: Path) -> Path:
    """The folder of a discussion file's jobs: ``town.db.jobs`` beside ``town.db``."""
    return db.absolute().with_name(db.name + ".jobs")


@migrations()
def m001_create_tables(db: Database) -> None:
    # AUTOINCREMENT: the number of a job is never given to another.
    db.execute("""CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, discussion_id INTEGER,
        slug TEXT NOT NULL DEFAULT '', title TEXT NOT NULL, asked_by TEXT NOT NULL,
        asked_at TEXT NOT NULL, settings TEXT NOT NULL, uploads TEXT,
        files TEXT NOT NULL DEFAULT '[]',
        is_first INTEGER NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL, ends_as TEXT,
        n_attempts INTEGER NOT NULL DEFAULT 0, turn INTEGER NOT NULL DEFAULT 0,
        started_at TEXT, finished_at TEXT, report TEXT NOT NULL DEFAULT '',
        error TEXT NOT NULL DEFAULT '')""")
    db.execute("CREATE INDEX jobs_state ON jobs (state, discussion_id)")
    db.execute("CREATE INDEX jobs_asked_by ON jobs (asked_by, turn)")
    db.execute("CREATE INDEX jobs_discussion ON jobs (discussion_id, turn)")
    db.execute("""CREATE TABLE job_log (
        id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        at TEXT NOT NULL, event TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '{}')""")
    db.execute("CREATE INDEX job_log_job ON job_log (job_id)")


class JobsFile:
    """An open jobs file. Not shared between threads: each opens its own."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self.path = path
        self.jobs = Jobs(db)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Jobs:
        return self.jobs

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        problem = None if error is None else problem_of(self.path, error)
        if problem is not None:
            raise problem from error


def open_jobs(path: str | Path) -> JobsFile:
    """Open (or make) the jobs file at ``path``. Raises StoreProblem where it cannot be used."""
    path = Path(path)
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return JobsFile(_opened(path), path)
        except DatabaseError as error:
            # SQLite itself does not wait where two processes make one file at a time.
            if trouble_of(error) is StoreTrouble.LOCKED and time.monotonic() < until:
                time.sleep(_PAUSE)
                continue
            raise cannot_open(path, error) from error


def _opened(path: Path) -> Database:
    """The file, with its tables up to date."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        db = WritingDatabase(connection, execute_plugins=False)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version != _latest():
            _update(db, path)
    except BaseException:
        connection.close()
        raise
    return db


@cache
def _latest() -> int:
    """The number of migrations, kept in each file as its version."""
    with closing(Database(memory=True)) as empty:
        return len(migrations.pending(empty))


def _update(db: Database, path: Path) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application not in (0, APPLICATION_ID):
        raise StoreProblem(f"{path}: not a file of jobs; move it away")
    if db.journal_mode != "wal":
        db.enable_wal()
    db.execute("BEGIN IMMEDIATE")
    migrations.apply(db)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {_latest()}")
    db.conn.commit()
