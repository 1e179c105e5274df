"""What can go wrong, drawn as a tree.

SynthError
├── InputProblem     the input cannot be used: file, record, remedy (exit 1)
│   └── UnknownFormat    no importer recognises the file
├── StoreProblem     the SQLite file cannot be used (exit 1)
├── CorrectionRefused   a correction of the map cannot be made, and why (exit 1)
└── ModelMissing     a model is not there, is damaged, or needs an extra (exit 1)
"""

from __future__ import annotations

from models.embedders import ModelMissing


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


class StoreProblem(SynthError):
    """The SQLite file cannot be opened, is not ours, or is newer than this program."""


class CorrectionRefused(SynthError):
    """A person's correction contradicts an earlier one, or what a map may look like."""


__all__ = [
    "CorrectionRefused",
    "InputProblem",
    "ModelMissing",
    "StoreProblem",
    "SynthError",
    "UnknownFormat",
]
