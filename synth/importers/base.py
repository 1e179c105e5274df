"""What every importer speaks: an export file in, messages and problems out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import BinaryIO, Protocol

from synth.records import Problem, RawMessage

HEAD_BYTES = 65_536


class Fit(Enum):
    """What an importer says of a file after a look at its beginning."""

    NO = "no"
    MESSAGES = "messages"
    AUXILIARY = "auxiliary"
    """Belongs to the format but holds no messages: the users of Slack, the votes of Polis."""


class ExportFile(Protocol):
    """One file of an export: on disk, inside a folder, or a member of an archive."""

    @property
    def name(self) -> str:
        """For people: the path, or ``archive.zip:member``."""

    @property
    def path(self) -> str:
        """POSIX path inside its folder or archive, e.g. ``general/2020-01-01.json``."""

    @property
    def head(self) -> bytes:
        """The first ``HEAD_BYTES`` bytes, decompressed."""

    def open(self) -> BinaryIO:
        """A fresh decompressed binary stream, guarded against decompression bombs."""

    def sibling(self, path: str) -> ExportFile | None:
        """Another file of the same container: ``path`` is relative to this file's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the person said about the input."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Our name -> column name in the file, for tabular formats."""
    encoding: str | None = None


class Importer(Protocol):
    """The face of a module in ``synth/importers``: one module, one format."""

    NAME: str
    """As given to ``--format``, e.g. ``mbox``."""
    LABEL: str
    """For people, e.g. ``Mailing list archive (mbox)``."""

    def sniff(self, file: ExportFile) -> Fit:
        """Judge by content, not by name; cheap; never raises."""

    def read(self, file: ExportFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
        """Stream the messages. A bad record becomes a Problem and is skipped.

        Raises InputProblem only when the file as a whole cannot be read.
        """
