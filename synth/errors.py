"""What can go wrong, drawn as a tree.

SynthError
├── InputProblem     the input cannot be used: file, record, remedy (exit 1)
│   └── UnknownFormat    no importer recognises the file
├── StoreProblem     the SQLite file cannot be used: which trouble, remedy (exit 1)
│   └── Overtaken        others changed meanwhile what a build had read (exit 1)
├── EditConflict     somebody changed the same thing after it was read (exit 1)
├── CorrectionRefused   a correction of the map cannot be made, and why (exit 1)
├── AccessRefused    an account, role or invitation cannot be had, and why (exit 1)
└── ModelMissing     a model is not there, is damaged, or needs an extra (exit 1)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Literal

from models.embedders import ModelMissing

Refusal = Literal[
    "no name", "name", "name taken", "address", "address taken", "owner", "claimed", "invitation",
    "link", "role", "identity", "no password", "last facilitator",
]  # fmt: skip
"""Why an account, a role or an invitation cannot be had."""


class SynthError(Exception):
    """Base of the errors that are shown to people as one line."""


class InputProblem(SynthError):
    """The input cannot be used.

    ``source`` is the file, ``position`` the line or record (may be empty),
    ``what`` the trouble and ``remedy`` what the person can do.
    """

    def __init__(self, source: str, what: str, *, remedy: str, position: str = "") -> None:
        self.source = source
        self.position = position
        self.what = what
        self.remedy = remedy
        place = f"{source}, {position}" if position else source
        super().__init__(f"{place}: {what}; {remedy}")


class UnknownFormat(InputProblem):
    """No importer recognises the file."""


class StoreTrouble(Enum):
    """What keeps the SQLite file from being used."""

    LOCKED = "locked"
    """Another program, or another person, writes to it for too long."""
    FULL = "full"
    """No room is left on the disk."""
    DAMAGED = "damaged"
    FORBIDDEN = "forbidden"
    """The file or its folder cannot be read or written."""
    DISK = "disk"
    """The disk answers with errors."""
    OTHER = "other"
    """It is not there, not ours, or newer than this program; or not what was looked for in it."""

    @property
    def passes(self) -> bool:
        """Whether the same may go well later with nothing done to the file."""
        return self in {StoreTrouble.LOCKED, StoreTrouble.FULL}


class StoreProblem(SynthError):
    """The SQLite file cannot be opened or written, is not ours, or is newer than this program."""

    def __init__(self, message: str, *, trouble: StoreTrouble = StoreTrouble.OTHER) -> None:
        self.trouble = trouble
        super().__init__(message)


class Overtaken(StoreProblem):
    """Others changed what a build had read before it could store its map; building again helps."""


class EditConflict(SynthError):
    """Somebody changed the same thing after it was read for this edit; nothing was written.

    ``what`` is the thing, ``changed`` the fields that are not as they were read, ``stored`` what
    stands there now and ``wanted`` what this edit asked for, both by field. ``actor`` made the
    last change, as far as the history tells.
    """

    def __init__(
        self,
        what: str,
        *,
        changed: Sequence[str],
        stored: Mapping[str, object],
        wanted: Mapping[str, object],
        actor: str = "",
    ) -> None:
        self.what = what
        self.changed = tuple(changed)
        self.stored = stored
        self.wanted = wanted
        self.actor = actor
        by = f" by {actor}" if actor else ""
        fields = f" ({', '.join(changed)})" if changed else ""
        super().__init__(
            f"{what} was changed{by} meanwhile{fields}; look at it again and repeat what still "
            "holds"
        )


class CorrectionRefused(SynthError):
    """A person's correction contradicts an earlier one, or what a map may look like.

    ``text`` may hold ``%(name)s`` for each of the ``values``: pages say it in their own language.
    """

    def __init__(self, text: str, **values: object) -> None:
        self.text = text
        self.values = values
        super().__init__(text % values if values else text)


def N_(text: str) -> str:  # noqa: N802 - the name by which catalogues find words
    """Mark words to be translated where they are shown."""
    return text


class AccessRefused(SynthError):
    """An account, a role or an invitation cannot be given or used.

    ``kind`` tells pages why, in a word that they translate; ``about`` is the title of the
    discussion that stands in the way, where one does.
    """

    def __init__(self, kind: Refusal, text: str, *, about: str = "") -> None:
        self.kind = kind
        self.about = about
        super().__init__(text)


__all__ = [
    "N_",
    "AccessRefused",
    "CorrectionRefused",
    "EditConflict",
    "InputProblem",
    "ModelMissing",
    "Overtaken",
    "StoreProblem",
    "StoreTrouble",
    "SynthError",
    "UnknownFormat",
]
