"""Notice at once, and for next to nothing, that somebody changed a discussion file."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from pathlib import Path

Version = tuple[int, int]
"""(how often the file was replaced by another, SQLite's count of changes to it)."""


class Watch:
    """Looks at the file at ``path`` through a connection that only reads; for many threads.

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
            except (OSError, sqlite3.DatabaseError):
                self._let_go()
                return None

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
