"""One file of an export: decompressed, checked for damage and guarded against bombs.

Limits against decompression bombs: a file may not unpack to more than ``MAX_BYTES``, nor,
past its first ``RATIO_FLOOR`` bytes, to more than ``MAX_RATIO`` times its packed size. Text
packs 3 to 20 times, logs that repeat themselves up to 60 times; bombs reach 1,000 times.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import posixpath
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

from synth.errors import InputProblem
from synth.importers import encoding as encodings
from synth.records import Problem

HEAD_BYTES = 65_536
MAX_RATIO = 150
RATIO_FLOOR = 32 * 2**20
MAX_BYTES = 16 * 2**30
CHUNK = 2**18
_SPOOL_BYTES = 32 * 2**20
REFUSE = "if you trust it, unpack it yourself and give the unpacked file"

_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, OSError)


def is_bomb(n_packed: int, n_bytes: int) -> bool:
    """Whether sizes in bytes, packed and unpacked, go beyond the limits."""
    return n_bytes > MAX_BYTES or (n_bytes > RATIO_FLOOR and n_bytes > n_packed * MAX_RATIO)


def megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 2**20:,.0f} MB"


def reason(error: Exception) -> str:
    """What a failure to read means, for people."""
    match error:
        case PermissionError():
            return "may not be read: permission denied"
        case OSError(strerror=str(strerror)) if strerror:
            return strerror[:1].lower() + strerror[1:]
        case EOFError():
            return "is cut off"
        case _:
            return f"is damaged ({error})"


class Fit(Enum):
    """What an importer says of a file after a look at its beginning."""

    NO = "no"
    MESSAGES = "messages"
    AUXILIARY = "auxiliary"
    """Belongs to the format but holds no messages: the users of Slack, the votes of Polis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the person said about the input."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Our name -> column name in the file, for tabular formats."""
    encoding: str | None = None
    store: Path | None = None
    """The discussion file that is being written: neither it nor its companions are input."""


class Container(Protocol):
    """Where a file lies together with others."""

    def find(self, path: str) -> InputFile | None:
        """The file at this POSIX path inside the container."""


class InputFile:
    """A file on disk, inside a folder, or a member of an archive.

    ``name`` is for people: the path, or ``archive.zip:member``. ``path`` is the POSIX path inside
    the folder or archive, e.g. ``general/2020-01-01.json``.

    A stream that turns out damaged or dangerous simply ends there, so that an importer keeps
    what came before; ``fault`` then says why, and ``is_refused`` whether to trust it at all.
    """

    def __init__(
        self,
        opener: Callable[[], BinaryIO],
        *,
        name: str,
        path: str,
        container: Container | None = None,
        is_given: bool = False,
        is_on_disk: bool = False,
    ) -> None:
        self.name = name
        self.path = path
        self.is_given = is_given
        """Named by the person, as opposed to found in a folder or archive."""
        self.fault: Problem | None = None
        self.is_refused = False
        self._opener = opener
        self._container = container
        self._is_on_disk = is_on_disk
        self._head: bytes | None = None
        self._drops_nuls: bool | None = None
        self._n_nuls = 0

    def __repr__(self) -> str:
        return f"InputFile({self.name!r})"

    @property
    def head(self) -> bytes:
        """The first ``HEAD_BYTES`` bytes, decompressed."""
        if self._head is None:
            with self.open() as stream:
                self._head = stream.read(HEAD_BYTES)
        return self._head

    def open(self) -> BinaryIO:
        """A fresh decompressed stream that ends early, noting ``fault``, rather than raise.

        The NULs that damage has left in a text are not part of it.
        """
        if self._drops_nuls is None:
            with self._open(drops_nuls=False) as stream:
                head = stream.read(HEAD_BYTES)
            self._drops_nuls = encodings.is_text(head)
        return self._open(drops_nuls=self._drops_nuls)

    def _open(self, *, drops_nuls: bool) -> BinaryIO:
        try:
            source = self._opener()
        except (*_DAMAGE, RuntimeError, NotImplementedError) as error:
            self._note(reason(error), "check that the file is complete and readable")
            return io.BytesIO()
        return io.BufferedReader(_Guarded(source, self._note, drops_nuls=drops_nuls), CHUNK)

    def open_seekable(self) -> IO[bytes]:
        """A stream that can seek: the file itself, or a copy of what is packed."""
        if self._is_on_disk:
            return cast("IO[bytes]", self._opener())
        # Closed with the file it stands for, not here.
        spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115
        with self.open() as stream:
            shutil.copyfileobj(stream, spool, CHUNK)
        spool.seek(0)
        return cast("IO[bytes]", spool)

    def head_text(self, encoding: str | None = None) -> str:
        """The beginning as text; ``encoding`` as for ``open_text``."""
        self._check(encoding)
        return encodings.decode_head(self.head, encoding)

    def open_text(self, encoding: str | None = None) -> io.TextIOWrapper:
        """The file as text with its line ends untouched; a bad byte costs no message.

        Raises InputProblem when ``encoding``, given by the person, does not exist.
        """
        self._check(encoding)
        encoding = encoding or self.encoding()
        return io.TextIOWrapper(self.open(), encoding, encodings.STRAY, newline="")

    def _check(self, encoding: str | None) -> None:
        if encoding is not None and not encodings.is_encoding(encoding):
            what = f"--encoding {encoding} does not exist"
            raise InputProblem(self.name, what, remedy="use e.g. utf-8 or cp1252")

    def encoding(self) -> str:
        """By the file's mark, else UTF-8 where all of it is valid, else a guess.

        Reads the file once (about 1 GB/s); a file with some stray bytes in UTF-8 stays UTF-8.
        """
        marked = encodings.marked(self.head)
        if marked is not None:
            return marked
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self.open() as stream:
            while chunk := stream.read(2**20):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    return encodings.guess(chunk)
        return "utf-8"

    def sibling(self, path: str) -> InputFile | None:
        """Another file of the same folder or archive, ``path`` relative to this file's folder."""
        if self._container is None:
            return None
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path))
        if wanted.startswith(("/", "../")) or wanted == "..":
            return None
        return self._container.find(wanted)

    def fingerprint(self) -> tuple[str, int]:
        """The sha256 of the decompressed content, in hex, and its length in bytes."""
        digest, n_bytes, n_nuls = hashlib.sha256(), 0, 0
        with self._open(drops_nuls=False) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                n_bytes += len(chunk)
                n_nuls += chunk.count(0)
        self._n_nuls = n_nuls if self._drops_nuls else 0
        return digest.hexdigest(), n_bytes

    def problem(
        self, what: str, remedy: str, position: str = "", *, n_left_out: int | None = None
    ) -> Problem:
        """Something in this file that could not be used; without ``position``, all of it.

        ``n_left_out``: how many records are not read for it; else one where there is a position.
        """
        n = int(bool(position)) if n_left_out is None else n_left_out
        return Problem(source=self.name, position=position, what=what, remedy=remedy, n_left_out=n)

    def damage(self) -> Iterator[Problem]:
        """What was wrong with the file as such, known once it was read."""
        if self._n_nuls:
            yield self.problem(
                f"held {self._n_nuls} NUL byte{'s' * (self._n_nuls > 1)}, which no text has",
                "read without them; the file may be damaged, compare it with its origin",
            )
        if self.fault is not None:
            yield self.fault

    def gunzipped(self) -> InputFile:
        """The same file seen through gzip."""
        is_gz = self.path.lower().endswith(".gz")
        return InputFile(
            lambda: cast("BinaryIO", _GzipStream(self._opener())),
            name=self.name,
            path=self.path[:-3] if is_gz else self.path,
            container=self._container,
            is_given=self.is_given,
        )

    def _note(self, what: str, remedy: str, *, is_refused: bool = False) -> None:
        self.fault = self.problem(what, remedy)
        self.is_refused = self.is_refused or is_refused


class _BombError(OSError):
    """A stream that grows beyond the limits."""


class _GzipStream(gzip.GzipFile):
    """A gzip stream that minds how much it gives for how much it takes."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__(fileobj=packed)
        self._packed = packed

    def read1(self, size: int = -1) -> bytes:
        data = super().read1(size)
        n_given = self.tell()
        if n_given > RATIO_FLOOR and is_bomb(self._packed.tell(), n_given):
            raise _BombError(f"unpacks to {MAX_RATIO} times its size or more")
        return data

    def close(self) -> None:
        super().close()
        self._packed.close()


class _Guarded(io.RawIOBase):
    """A stream that ends where its source fails, and tells why."""

    def __init__(self, source: BinaryIO, note: Callable[..., None], *, drops_nuls: bool) -> None:
        super().__init__()
        self._drops_nuls = drops_nuls
        self._source = source
        # One read at a time: a reader that loops would lose what it has when the next one fails.
        self._read = cast("Callable[[int], bytes]", getattr(source, "read1", source.read))
        self._note = note
        self._is_over = False
        self._has_given = False

    def readable(self) -> bool:
        return True

    # typeshed allows any writable buffer here; io.BufferedReader only gives these.
    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._is_over:
            data = self._take(len(buffer))
            kept = data.replace(b"\0", b"") if self._drops_nuls else data
            if kept or not data:
                self._has_given = self._has_given or bool(kept)
                buffer[: len(kept)] = kept
                return len(kept)
        return 0

    def _take(self, n_bytes: int) -> bytes:
        """The next bytes; none at the end, and where the source fails."""
        try:
            return self._read(n_bytes)
        except _BombError as error:
            self._note(f"{error}: refused as a decompression bomb", REFUSE, is_refused=True)
        except _DAMAGE as error:
            kept = "; what came before the damage is kept" if self._has_given else ""
            self._note(reason(error), f"get a complete copy{kept}")
        self._is_over = True
        return b""

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()
