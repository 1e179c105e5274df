"""What people name as input -> the single files of an export.

Folders, globs, ``.gz`` and ``.zip`` are opened up here; importers only ever see single
decompressed files. Nothing is extracted to disk under a name from an archive, so a member
called ``../../x`` can do no harm; it is refused all the same.
"""

from __future__ import annotations

import glob
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import takewhile
from os.path import samestat
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from synth.importers.input_file import REFUSE, InputFile, is_bomb, megabytes, reason
from synth.records import Problem

MAX_MEMBERS = 200_000
"""Files in one archive."""

COMPANIONS = ("", "-wal", "-shm", "-journal", ".secret")
"""Endings of the files of an SQLite database, and of what the viewer keeps beside it."""
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_JUNK = {"__macosx", "thumbs.db", "desktop.ini"}


class _Folder:
    """A folder on disk, as a container; ``/`` separates the parts of a path inside it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, path: str) -> InputFile | None:
        for candidate in (self._root / path, self._root / f"{path}.gz"):
            if candidate.is_file() and candidate.resolve().is_relative_to(self._root.resolve()):
                file = self.file(candidate)
                return file.gunzipped() if file.head.startswith(_GZIP) else file
        return None

    def file(self, path: Path, *, is_given: bool = False) -> InputFile:
        return InputFile(
            lambda: cast("BinaryIO", path.open("rb", buffering=0)),
            name=str(path),
            path=path.relative_to(self._root).as_posix(),
            container=self,
            is_given=is_given,
            is_on_disk=True,
        )


class _Archive:
    """A zip archive, as a container. It stays open as long as one of its files is in use."""

    def __init__(self, file: InputFile) -> None:
        self.name = file.name
        self._stream = file.open_seekable()
        self._archive = zipfile.ZipFile(self._stream)
        self.members = sorted(
            (member for member in self._archive.infolist() if not member.is_dir()),
            key=lambda member: member.filename,
        )
        self._by_path = {member.filename: member for member in self.members}

    def __del__(self) -> None:
        self._stream.close()

    def find(self, path: str) -> InputFile | None:
        member = self._by_path.get(path) or self._by_path.get(f"{path}.gz")
        if member is None or self.trouble(member) is not None:
            return None
        file = self.file(member)
        return file.gunzipped() if file.head.startswith(_GZIP) else file

    def file(self, member: zipfile.ZipInfo) -> InputFile:
        return InputFile(
            lambda: cast("BinaryIO", self._archive.open(member)),
            name=f"{self.name}:{member.filename}",
            path=member.filename,
            container=self,
        )

    def trouble(self, member: zipfile.ZipInfo) -> tuple[str, str] | None:
        """Why this member is not to be opened, and what to do; None where it may be."""
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
            return "has a path that leads out of the archive: refused", "rename it and pack again"
        if member.flag_bits & 1:
            return "is encrypted", "unpack it with its password and give the unpacked files"
        if stat.S_ISLNK(member.external_attr >> 16):
            return "is a symbolic link inside the archive: not followed", "pack the file itself"
        if is_bomb(member.compress_size, member.file_size):
            size = megabytes(member.file_size)
            return f"unpacks to {size}: refused as a decompression bomb", REFUSE
        return None


def expand(
    inputs: Sequence[str | Path], *, store: Path | None = None
) -> Iterator[InputFile | Problem]:
    """Every single file behind ``inputs``, in a fixed order, each once.

    ``inputs`` are files, folders (read recursively, names in order; hidden files, symbolic
    links and system litter left out), globs, and ``.gz`` or ``.zip`` files, told by content.
    The discussion file ``store`` and what SQLite keeps beside it are left out. What cannot be used
    becomes a Problem; nothing is raised.
    """
    seen: set[Path] = set()
    for given in inputs:
        for path, root in _paths(given):
            if isinstance(path, Problem):
                yield path
            elif store is not None and _is_part_of(store, path):
                if path == Path(given):
                    remedy = "give the exports that belong into it"
                    yield _problem(str(path), "is the discussion file itself", remedy)
            elif (real := path.resolve()) not in seen:
                seen.add(real)
                file = _Folder(root).file(path, is_given=path == Path(given))
                yield from _opened_up(file, depth=0)


def _is_part_of(store: Path, path: Path) -> bool:
    """Whether this is the discussion file, under whatever name, or one of its companions.

    Such a file must not even be opened: closing it again would drop the locks that SQLite holds
    on it for this process, and others would write over what is being written (POSIX.1, fcntl).
    """
    with suppress(OSError):
        found = path.stat()
        for ending in COMPANIONS:
            with suppress(OSError):
                if samestat(found, Path(f"{store}{ending}").stat()):
                    return True
    return False


def _paths(given: str | Path) -> Iterator[tuple[Path | Problem, Path]]:
    """The paths on disk that an input means, each with the folder it is seen from."""
    path = Path(given)
    try:
        if path.is_dir():
            yield from ((found, path) for found in _walk(path))
        elif path.exists():
            yield path, path.parent
        elif glob.has_magic(str(given)):
            yield from _matches(str(given))
        else:
            yield _missing(str(given)), path
    except (OSError, ValueError) as error:
        yield _problem(str(given), reason(error), "check the path and its permissions"), path


def _matches(pattern: str) -> Iterator[tuple[Path | Problem, Path]]:
    # Path.glob takes no absolute pattern.
    found = [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207
    if not found:
        yield _missing(pattern), Path(pattern)
    fixed = Path(*takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts[:-1]))
    for match in found:
        if match.is_dir():
            yield from ((inside, fixed) for inside in _walk(match))
        else:
            yield match, fixed


def _walk(folder: Path) -> Iterator[Path | Problem]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        yield _problem(str(folder), reason(error), "check the permissions of the folder")
        return
    for entry in entries:
        if _is_junk(entry.name):
            continue
        if entry.is_symlink():
            yield _problem(str(entry), "is a symbolic link: not followed", "name its target")
        elif entry.is_dir():
            yield from _walk(entry)
        elif not entry.is_file():
            yield _problem(str(entry), "is not a regular file", "leave it out of the folder")
        else:
            yield entry


def _is_junk(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _JUNK


def _opened_up(file: InputFile, *, depth: int) -> Iterator[InputFile | Problem]:
    """The file itself, or what is packed in it."""
    trouble = _unusable(file)
    if trouble is None and file.head.startswith(_GZIP):
        file = file.gunzipped()
        trouble = (
            file.problem("is packed twice", "unpack it once and give the result")
            if file.head.startswith(_GZIP)
            else _unusable(file)
        )
    if trouble is not None:
        yield trouble
    elif file.head.startswith(_ZIP):
        yield from _unzipped(file, depth=depth)
    else:
        yield file


def _unusable(file: InputFile) -> Problem | None:
    """What makes a file useless before anyone asks for its format."""
    if _is_special(file.name) and file.is_given:
        return file.problem("is not a regular file", "save its content to a file first")
    if file.head:
        return file.fault if file.is_refused else None
    return file.fault or file.problem("is empty", "export it again")


def _is_special(name: str) -> bool:
    """A pipe or device: looking at it once would use it up, or never end."""
    try:
        mode = Path(name).stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode)


def _unzipped(file: InputFile, *, depth: int) -> Iterator[InputFile | Problem]:
    try:
        archive = _Archive(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        what = f"is a damaged or cut-off zip archive ({error})"
        yield file.problem(what, "download or export it again")
        return
    if _is_office(archive):
        yield file
    elif depth > 1:
        yield file.problem("is too deep in archives", "unpack the outer ones first")
    elif (trouble := _archive_trouble(archive)) is not None:
        yield file.problem(*trouble)
    else:
        yield from _members(archive, depth=depth)


def _members(archive: _Archive, *, depth: int) -> Iterator[InputFile | Problem]:
    n_files = 0
    for member in archive.members:
        trouble, file = archive.trouble(member), archive.file(member)
        if trouble is None and any(map(_is_junk, member.filename.split("/"))):
            continue
        n_files += 1
        if trouble is not None:
            yield file.problem(*trouble)
        else:
            yield from _opened_up(file, depth=depth + 1)
    if not n_files:
        yield _problem(archive.name, "is an archive without files", "export it again")


def _archive_trouble(archive: _Archive) -> tuple[str, str] | None:
    """Why an archive as a whole is refused, and what to do."""
    members = archive.members
    if len(members) > MAX_MEMBERS:
        return f"holds {len(members)} files, more than {MAX_MEMBERS}", "unpack it and give a part"
    if members and all(member.flag_bits & 1 for member in members):
        return "is encrypted", "unpack it with its password and give the unpacked files"
    n_packed = sum(member.compress_size for member in members)
    n_bytes = sum(member.file_size for member in members)
    if is_bomb(n_packed, n_bytes):
        return f"unpacks to {megabytes(n_bytes)}: refused as a decompression bomb", REFUSE
    return None


def _is_office(archive: _Archive) -> bool:
    """An office document is a zip archive too, but one file to people."""
    names = {member.filename for member in archive.members}
    return "[Content_Types].xml" in names or "mimetype" in names


def _missing(given: str) -> Problem:
    return _problem(given, "does not exist", "check the path")


def _problem(source: str, what: str, remedy: str) -> Problem:
    return Problem(source=source, position="", what=what, remedy=remedy)
