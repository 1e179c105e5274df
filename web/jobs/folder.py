"""The folder of a discussion file's jobs: the jobs file, the worker's lock, and what was uploaded.

``town.db.jobs/`` stands beside ``town.db``; uploads may be kept elsewhere. Files are received in
the folder in which they stay until they are imported, so that nothing is copied.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, Self

from synth.store.jobs_file import jobs_folder

LONGEST_NAME = 120
"""Bytes of a file name that are kept; file systems take 255."""
LONGEST_ENDING = 12
RECEIVED_WITHIN = 3600.0
"""Seconds without a byte after which what is still being received is left over."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_INCOMING = "incoming"
_PREFIX = "job-"


class NoRoomForUploads(Exception):
    """The folder of uploads is full."""


class Received(Protocol):
    """A file as it came with a request."""

    @property
    def filename(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFolder:
    root: Path
    uploads: Path

    @classmethod
    def beside(cls, db: Path, *, uploads: Path | None = None) -> Self:
        """The folder of this discussion file's jobs; ``uploads``: where files go instead."""
        root = jobs_folder(db)
        return cls(root=root, uploads=(uploads or root / "uploads").absolute())

    @property
    def jobs_file(self) -> Path:
        return self.root / "jobs.db"

    @property
    def lock(self) -> Path:
        return self.root / "worker.lock"

    def make(self) -> None:
        """Make the folders, for nobody else to read."""
        for folder in (self.root, self.uploads, self.uploads / _INCOMING):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def receive(self) -> IncomingFile:
        """A file to write to while it is received; it goes when it is closed, unless kept."""
        with _told_when_full():
            self.make()
            return IncomingFile(self.uploads / _INCOMING)

    def keep(self, name: str, files: Iterable[Received]) -> Path:
        """Put received files into a folder of their own, all or none, under safe names."""
        folder = self.uploads / name
        try:
            with _told_when_full():
                self.make()
                folder.mkdir(mode=0o700)
                for n, file in enumerate(files, 1):
                    _place(file.stream, _free(folder, safe_name(file.filename or "", n)))
        except BaseException:
            self.remove(name)
            raise
        return folder

    def path_of(self, name: str | None) -> Path | None:
        return None if name is None else self.uploads / name

    def remove(self, name: str) -> None:
        shutil.rmtree(self.uploads / name, ignore_errors=True)

    def sweep(self, in_use: set[str]) -> None:
        """Remove what an earlier process left behind; ``in_use``: folders that jobs need."""
        if not self.uploads.is_dir():
            return
        for found in self.uploads.glob(f"{_PREFIX}*"):  # the folder may hold other things
            if found.name not in in_use:
                shutil.rmtree(found, ignore_errors=True)
        for part in (self.uploads / _INCOMING).glob("part-*"):
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > RECEIVED_WITHIN:
                    part.unlink()


class IncomingFile:
    """A file while it is received; errors of a full disk are raised as NoRoomForUploads."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.NamedTemporaryFile(dir=folder, prefix="part-")  # noqa: SIM115

    def write(self, part: bytes) -> int:
        with self._told():
            return self._file.write(part)

    def seek(self, offset: int, whence: int = 0) -> int:
        with self._told():
            return self._file.seek(offset, whence)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def link_to(self, path: Path) -> None:
        """Give it another name, under which it stays."""
        with self._told():
            self._file.flush()
            os.link(self._file.name, path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Let go of it where there is no room for more."""
        try:
            with _told_when_full():
                yield
        except NoRoomForUploads:
            with suppress(OSError):
                self._file.close()
            raise


def new_name() -> str:
    """A name for the folder of a job's files that no other has."""
    return f"{_PREFIX}{secrets.token_hex(8)}"


def safe_name(filename: str, n: int) -> str:
    """The file's own name without folders, in letters and digits of any script, and not too long;
    ``upload-1.csv`` if none is left."""
    kept = "".join(c if _may_stay(c) else "_" for c in unicodedata.normalize("NFC", filename))
    stem, endings = re.sub("__+", "_", kept), ""
    for _ in range(2):  # .tar.gz, .slack.zip
        head, dot, ending = stem.rpartition(".")
        if dot and ending.isalnum() and len(ending.encode()) <= LONGEST_ENDING:
            stem, endings = head, f".{ending}{endings}"
    stem = stem.strip("-._")
    if not any(map(str.isalnum, stem)):
        stem = f"upload-{n}"
    return _cut(stem, LONGEST_NAME - len(endings.encode())) + endings


def _may_stay(letter: str) -> bool:
    """Letters, digits, the marks upon letters, and a few signs."""
    return letter.isalnum() or letter in "-._()" or unicodedata.category(letter)[0] == "M"


def _cut(text: str, n_bytes: int) -> str:
    """As much of the text as fits into ``n_bytes``."""
    return text.encode()[:n_bytes].decode(errors="ignore")


def _place(stream: IO[bytes], path: Path) -> None:
    """Put what was received at ``path``, without a copy where that can be."""
    if isinstance(stream, IncomingFile):
        with suppress(PermissionError, NotImplementedError):
            stream.link_to(path)
            return
    stream.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(stream, file)


def _free(folder: Path, name: str) -> Path:
    path, n = folder / name, 1
    while path.exists():
        n += 1
        path = folder / f"{n}-{name}"
    return path


@contextmanager
def _told_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoomForUploads from error
        raise
