"""Open a discussion file, hand out the collections in it, and notice that others changed it."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType

from sqlite_utils import Database

from synth.errors import StoreProblem, StoreTrouble
from synth.store.access import Invitations, Sessions, SignInLinks
from synth.store.activity import Activities
from synth.store.consents import Consents
from synth.store.correction_proposals import CorrectionProposals
from synth.store.corrections import Corrections
from synth.store.covered import Covered
from synth.store.discussions import Discussions
from synth.store.erasures import Erasures
from synth.store.extracts import Extracts
from synth.store.fitted_map import Growth, Spaces
from synth.store.hidden import Hidden
from synth.store.ideas import Ideas
from synth.store.identities import Identities
from synth.store.left_out import LeftOuts
from synth.store.masks import Masks
from synth.store.members import Audit, Claims, Members, Memberships
from synth.store.messages import Messages
from synth.store.participants import Participants
from synth.store.passages import Passages, Vectors
from synth.store.removals import Removals
from synth.store.repetitions import Repetitions
from synth.store.retention import Retention
from synth.store.runs import Events, Proposals, Runs
from synth.store.schema import APPLICATION_ID, migrations
from synth.store.search import Search
from synth.store.sides import Sides
from synth.store.sources import Sources
from synth.store.threads import Evidence, Threads
from synth.store.trouble import DatabaseError, cannot_open, code_of, problem_of, trouble_of
from synth.store.write_queue import WriteQueue

BUSY_SECONDS = 30
_PAUSE = 0.05
"""Seconds between two tries to open a file that others are making."""
Version = tuple[int, int]
"""(how often the file was replaced by another, SQLite's count of changes to it)."""


class WritingDatabase(Database):
    """A database whose transactions are those of a writer from their first word on.

    One that reads first and then writes fails at once where somebody else wrote in between:
    SQLite does not wait there.
    """

    queue: WriteQueue | None = None

    @contextmanager
    def atomic(self) -> Iterator[Database]:
        if self.conn.in_transaction:
            with super().atomic():
                yield self
            return
        with nullcontext() if self.queue is None else self.queue.turn():
            self.conn.execute("BEGIN IMMEDIATE")
            try:
                yield self
                self.conn.commit()
            except BaseException:
                self.conn.rollback()
                raise


class Store:
    """The collections of one SQLite file.

    Not shared between threads: each thread opens its own.
    """

    def __init__(self, db: Database, path: Path) -> None:
        self.path = path
        self._db = db
        self.discussions = Discussions(db)
        self.removals = Removals(db)
        self.sources = Sources(db)
        self.participants = Participants(db)
        self.messages = Messages(db)
        self.hidden = Hidden(db)
        self.covered = Covered(db)
        self.left_out = LeftOuts(db)
        self.evidence = Evidence(db)
        self.masks = Masks(db)
        self.erasures = Erasures(db)
        self.passages = Passages(db)
        self.vectors = Vectors(db)
        self.ideas = Ideas(db)
        self.proposals = Proposals(db)
        self.repetitions = Repetitions(db)
        self.sides = Sides(db)
        self.extracts = Extracts(db)
        self.corrections = Corrections(db)
        self.correction_proposals = CorrectionProposals(db)
        self.runs = Runs(db)
        self.events = Events(db)
        self.search = Search(db)
        self.spaces = Spaces(db)
        self.growth = Growth(db)
        self.threads = Threads(db)
        self.activity = Activities(db)
        self.members = Members(db)
        self.memberships = Memberships(db)
        self.claims = Claims(db)
        self.consents = Consents(db)
        self.retention = Retention(db)
        self.audit = Audit(db)
        self.invitations = Invitations(db)
        self.sign_in_links = SignInLinks(db)
        self.sessions = Sessions(db)
        self.identities = Identities(db)
        self._version = self._data_version()
        self._n_changes = db.conn.total_changes

    def atomic(self) -> AbstractContextManager[object]:
        """All that is written inside is kept together or not at all."""
        return self._db.atomic()

    def hold(self) -> None:
        """Read everything from here on as it stands now, whatever others write; until ``close``.

        What is read piece by piece then belongs together. Not for those who write themselves.
        """
        self._db.conn.execute("BEGIN")

    @contextmanager
    def scratch_copy(self) -> Iterator[Store]:
        """A copy of the file as it stands, to try things on.

        It lies in a temporary file of SQLite's own, which has no name and goes with the process.
        ``path`` stays that of the original.
        """
        with closing(sqlite3.connect("")) as connection:
            self._db.conn.backup(connection)
            db = WritingDatabase(connection, execute_plugins=False)
            db.execute("PRAGMA foreign_keys = ON")
            yield Store(db, self.path)

    def vacuum(self, *, patience: float = BUSY_SECONDS) -> bool:
        """Give freed pages back and leave no trace of deleted words in the file or beside it;
        False where somebody still reads an earlier state after ``patience`` seconds."""
        self._db.execute("INSERT INTO messages_fts(messages_fts) VALUES ('rebuild')")
        self._db.vacuum()
        return self.checkpoint(patience=patience)

    def checkpoint(self, *, patience: float = 0.0) -> bool:
        """Bring all that was written into the main file, so that a copy of it holds everything.

        Returns False where something is left for later because others still read or write after
        ``patience`` seconds.
        """
        if not patience:
            return self._checkpoint("PASSIVE")
        (before,) = self._db.execute("PRAGMA busy_timeout").fetchone()
        self._db.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
        try:
            return self._checkpoint("TRUNCATE")
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {before}")

    def _checkpoint(self, mode: str) -> bool:
        is_busy, n_frames, n_done = self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        return not is_busy and n_frames == n_done

    @property
    def has_written(self) -> bool:
        """Whether anything was changed through this store."""
        return self._db.conn.total_changes > self._n_changes

    def close(self) -> bool:
        """Returns whether all that was written here stands in the main file now.

        A copy of the main file then holds it, whoever else has the file open.
        """
        try:
            is_whole = not self.has_written or self.checkpoint()
        except DatabaseError:  # closed already; or no room: what was written is safe beside it
            is_whole = False
        self._db.close()
        return is_whole

    def _data_version(self) -> int:
        """A number that changes when another connection, and not this one, changes the file."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _is_overtaken(self, error: BaseException | None) -> bool:
        """Whether what was looked up may have been changed by others before it was used.

        Where nobody else wrote since this store was opened, the program itself is at fault.
        """
        return (
            isinstance(error, sqlite3.IntegrityError)
            and code_of(error) in _OVERTAKEN
            and self._data_version() != self._version
        )

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        is_overtaken = self._is_overtaken(error)
        self.close()
        if is_overtaken:
            raise StoreProblem(
                f"{self.path}: another program works on the same discussion; "
                "run the same command again when it is done"
            ) from error
        problem = None if error is None else problem_of(self.path, error)
        if problem is not None:
            raise problem from error


_OVERTAKEN = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY}
"""What was free, or there, when it was looked up is taken, or gone, when it is written."""


def open_store(
    path: str | Path, *, must_exist: bool = False, queue: WriteQueue | None = None
) -> Store:
    """Open (or make) the discussion file at ``path`` and bring its tables up to date.

    ``queue`` orders the writers of this process and bounds how long they wait; without it a
    writer waits for ``BUSY_SECONDS``.
    Raises StoreProblem when the file is missing (``must_exist``), is not an SQLite file,
    belongs to another program, or was written by a newer version of this one.
    """
    path = Path(path)
    if must_exist and not path.is_file():
        raise StoreProblem(f"{path}: no such discussion file; make one with `synth run`")
    if not path.parent.is_dir():
        raise StoreProblem(f"{path}: the folder {path.parent} does not exist; create it first")
    wait = BUSY_SECONDS if queue is None else queue.wait
    until = time.monotonic() + wait
    while True:
        try:
            return Store(_opened(path, wait, queue), path)
        except DatabaseError as error:
            # SQLite itself does not wait where two processes make one file at a time.
            if trouble_of(error) is StoreTrouble.LOCKED and time.monotonic() < until:
                time.sleep(_PAUSE)
                continue
            raise cannot_open(path, error) from error


def _opened(path: Path, wait: float, queue: WriteQueue | None) -> Database:
    """The file, brought up to date."""
    connection = sqlite3.connect(path, timeout=wait)
    try:
        db = WritingDatabase(connection, execute_plugins=False)
        db.queue = queue
        is_known = _is_up_to_date(db, path)
        if not is_known:
            check_ours(db, path)
        _prepare(db)
        if not is_known:
            _update(db)
            if path.is_file():  # not a store in memory
                _UP_TO_DATE[_tables_of(db, path)] = _n_migrations(db)
    except BaseException:
        connection.close()
        raise
    return db


_Tables = tuple[int, int, int, int]
_UP_TO_DATE: dict[_Tables, int] = {}
"""Files that this process has brought up to date, with the number of their migrations: a viewer
opens its file for every page, and comparing all migrations each time takes longer than the rest."""


def _is_up_to_date(db: Database, path: Path) -> bool:
    n_migrations = _UP_TO_DATE.get(_tables_of(db, path)) if path.is_file() else None
    return n_migrations is not None and n_migrations == _n_migrations(db)


def _n_migrations(db: Database) -> int:
    (n,) = db.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()
    return int(n)


def _tables_of(db: Database, path: Path) -> _Tables:
    """The file, whose it is, and a number that changes with its tables, whoever changes them."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA schema_version").fetchone()
    found = path.stat()
    return found.st_dev, found.st_ino, int(application), int(version)


def check_ours(db: Database, path: Path) -> None:
    """Refuse files of other programs, and of later versions of this one."""
    tables = set(db.table_names())
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application not in (0, APPLICATION_ID) or (tables and "discussions" not in tables):
        raise StoreProblem(f"{path}: an SQLite file of another program; choose another --db")
    with closing(Database(memory=True)) as empty:
        ours = {migration.name for migration in migrations.pending(empty)}
    if {migration.name for migration in migrations.applied(db)} - ours:
        raise StoreProblem(f"{path}: written by a newer version; update discussion-synth")


def _prepare(db: Database) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA synchronous = NORMAL")
    if db.journal_mode != "wal":
        db.enable_wal()


def _update(db: Database) -> None:
    if migrations.pending(db):
        # One transaction, begun as a writer: nobody sees half of the tables, or makes them twice.
        db.execute("BEGIN IMMEDIATE")
        migrations.apply(db)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.conn.commit()


def check_file(path: Path, *, patience: float) -> None:
    """Raise StoreProblem unless the file opens, within ``patience`` seconds, and its tables are
    those of this version. Nothing is written, and a file that is not there is not made."""
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=patience
        )
        with closing(connection):
            db = Database(connection, execute_plugins=False)
            check_ours(db, path)
            if migrations.pending(db):
                raise StoreProblem(f"{path}: its tables are those of an earlier version")
            db.execute("SELECT 1 FROM discussions LIMIT 1").fetchone()
    except DatabaseError as error:
        raise cannot_open(path, error) from error


class Watch:
    """Notices at once, and for next to nothing, that somebody changed the file at ``path``.

    It looks at it through a connection that changes nothing; many threads may ask.

    SQLite tells a connection exactly whether others have committed since it last asked
    (``PRAGMA data_version``); times and sizes of files do not, as two writes can share them.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closing: weakref.finalize[[], Watch] | None = None
        self._file: tuple[int, int] | None = None
        self._n_files = 0

    def version(self) -> Version | None:
        """Differs from every earlier one once the file has changed; None while there is none."""
        with self._lock:
            try:
                return self._look()
            except (OSError, DatabaseError):
                self._let_go()
                return None

    def checkpoint(self) -> bool:
        """Bring what others wrote into the main file, as ``Store.checkpoint`` does."""
        with self._lock:
            try:
                self._look()
                assert self._connection is not None
                row = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except (OSError, DatabaseError):
                return False
            return not row[0] and row[1] == row[2]

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _look(self) -> Version:
        found = self._path.stat()
        if self._connection is None or self._file != (found.st_dev, found.st_ino):
            self._let_go()
            uri = f"{self._path.absolute().as_uri()}?mode=rw"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            # An app has no end of its own: its watch is closed when nobody holds it any more.
            self._closing = weakref.finalize(self, self._connection.close)
            self._file = (found.st_dev, found.st_ino)
            self._n_files += 1
        (changes,) = self._connection.execute("PRAGMA data_version").fetchone()
        return self._n_files, int(changes)

    def _let_go(self) -> None:
        if self._closing is not None:
            self._closing()
        self._connection = self._closing = None
