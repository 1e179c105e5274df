"""What SQLite's errors mean, and what a person can do about them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from synth.errors import StoreProblem, StoreTrouble

DatabaseError = sqlite3.DatabaseError
"""What SQLite raises."""

_OF_CODE = {
    sqlite3.SQLITE_CORRUPT: StoreTrouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: StoreTrouble.OTHER,
    sqlite3.SQLITE_IOERR: StoreTrouble.DISK,
    sqlite3.SQLITE_FULL: StoreTrouble.FULL,
    sqlite3.SQLITE_READONLY: StoreTrouble.FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: StoreTrouble.FORBIDDEN,
    sqlite3.SQLITE_BUSY: StoreTrouble.LOCKED,
    sqlite3.SQLITE_LOCKED: StoreTrouble.LOCKED,
}
"""Troubles of the file, not of the program, by primary result code."""
_REMEDIES = {
    StoreTrouble.DAMAGED: "the file is damaged; bring back a copy with `synth restore`, or import "
    "the exports anew",
    StoreTrouble.DISK: "check the disk",
    StoreTrouble.FULL: "make room on the disk and run the same command again",
    StoreTrouble.FORBIDDEN: "make the file and its folder writable",
    StoreTrouble.LOCKED: "another program is writing to it; try again when it is done",
    StoreTrouble.OTHER: "choose another --db",
}


def code_of(error: BaseException) -> int:
    """SQLite's extended result code; 0 where the trouble is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0)


def trouble_of(error: BaseException) -> StoreTrouble | None:
    """Which trouble of the file an error tells of; None where the program itself is at fault."""
    return _OF_CODE.get(code_of(error) & 0xFF) if isinstance(error, DatabaseError) else None


def problem_of(path: Path, error: BaseException) -> StoreProblem | None:
    """The error in words for people; None where the program itself is at fault."""
    trouble = trouble_of(error)
    if trouble is None:
        return None
    return StoreProblem(f"{path}: {error}; {_REMEDIES[trouble]}", trouble=trouble)


def cannot_open(path: Path, error: DatabaseError) -> StoreProblem:
    """Why a file cannot be used at all."""
    trouble = trouble_of(error) or StoreTrouble.OTHER
    return StoreProblem(
        f"{path}: cannot be used as a discussion file ({error}); {_REMEDIES[trouble]}",
        trouble=trouble,
    )


def locked(path: Path) -> StoreProblem:
    """Others have been writing for too long."""
    return StoreProblem(
        f"{path}: is being written to; {_REMEDIES[StoreTrouble.LOCKED]}",
        trouble=StoreTrouble.LOCKED,
    )
