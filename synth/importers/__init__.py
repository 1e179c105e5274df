"""Read any export: find out by content what each file is, and stream its messages.

    for reading in read(["archive.zip", "comments.csv"]):
        match reading:
            case Problem():  ...   # a file that cannot be used
            case Reading():  ...   # a file, its format, and its messages

A new format is one module with the face of ``Importer`` and one line in ``_MODULES``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from synth.errors import InputProblem, UnknownFormat
from synth.importers.encoding import binary_kind, looks_binary
from synth.importers.files import expand
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.values import web_url
from synth.records import Problem, RawMessage

# From the most specific to the least: the first that recognises a file reads it.
_MODULES = {
    "slack": "slack",
    "discord": "discord",
    "discourse": "discourse",
    "capcollectif": "capcollectif",
    "cif": "cif",
    "decidim": "decidim",
    "polis": "polis",
    "feed": "feed",
    "mbox": "mbox",
    "chatlog": "chatlog",
    "json": "any_json",
    "table": "any_table",
}

NAMES = tuple(_MODULES)
"""What ``--format`` accepts."""


class Importer(Protocol):
    """The face of a module that reads one format."""

    NAME: str
    """As given to ``--format``, e.g. ``mbox``."""
    LABEL: str
    """For people, e.g. ``Mailing list archive (mbox)``."""

    def sniff(self, file: InputFile) -> Fit:
        """Judge by content, not by name; cheap; never raises."""

    def read(self, file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
        """Stream the messages. A bad record becomes a Problem and is skipped.

        Raises InputProblem only when the file as a whole cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One file about to be read. ``records`` streams once and never raises InputProblem."""

    file: InputFile
    name: str
    """For people: the path, or ``archive.zip:member``."""
    format: str
    """The importer's name, e.g. ``mbox``."""
    label: str
    """The importer's name for people."""
    sha256: str
    """Of the decompressed content, in hex."""
    n_bytes: int
    """Length of the decompressed content."""
    records: Iterator[RawMessage | Problem]


def read(
    inputs: Sequence[str | Path],
    *,
    format: str | None = None,  # noqa: A002 - the word of the command line
    options: ReadOptions | None = None,
) -> Iterator[Reading | Problem]:
    """Every readable file behind ``inputs`` in a fixed order, and a Problem for each other one.

    ``format`` is one of ``NAMES`` and skips recognition. Files that belong to an export but
    hold no messages (the users of a Slack workspace) are passed over, unless named by hand.
    Raises InputProblem for a ``format`` that does not exist.
    """
    forced = None if format is None else importer(format)
    options = options or ReadOptions()
    for found in expand(inputs, store=options.store):
        if isinstance(found, Problem):
            yield found
        else:
            reading = _reading(found, forced, options)
            if reading is not None:
                yield reading


def detect(file: InputFile) -> tuple[Importer, Fit]:
    """The importer that recognises the file by its content, and what the file is to it.

    Raises UnknownFormat when none does.
    """
    for name in NAMES:
        candidate = importer(name)
        fit = candidate.sniff(file)
        if fit is not Fit.NO:
            return candidate, fit
    what, remedy = _unknown(file.head)
    raise UnknownFormat(file.name, what, remedy=remedy)


@cache
def importer(name: str) -> Importer:
    """The importer called ``name``, loaded when first asked for. Raises InputProblem."""
    if name not in _MODULES:
        raise InputProblem(
            f"--format {name}", "is not a format", remedy=f"use one of {', '.join(NAMES)}"
        )
    return cast("Importer", import_module(f"{__name__}.{_MODULES[name]}"))


def _reading(
    file: InputFile, forced: Importer | None, options: ReadOptions
) -> Reading | Problem | None:
    try:
        found, fit = (forced, forced.sniff(file)) if forced else detect(file)
    except UnknownFormat as unknown:
        return _as_problem(unknown)
    if fit is Fit.AUXILIARY:
        what = f"belongs to an export ({found.LABEL}) but holds no messages itself"
        remedy = "give the whole export, or its file with the messages"
        return file.problem(what, remedy) if file.is_given else None
    if fit is Fit.NO and not file.is_given:
        what = f"does not look like {found.NAME}: {found.LABEL}"
        return file.problem(what, "left out; to read it all the same, name the file itself")
    sha256, n_bytes = file.fingerprint()
    if file.fault is not None and file.is_refused:
        return file.fault
    return Reading(
        file=file,
        name=file.name,
        format=found.NAME,
        label=found.LABEL,
        sha256=sha256,
        n_bytes=n_bytes,
        records=_records(file, found, options),
    )


def _records(
    file: InputFile, found: Importer, options: ReadOptions
) -> Iterator[RawMessage | Problem]:
    """The importer's stream, with what ends it early told as a Problem.

    Whatever the format, an address that a page could turn into a link leads to the web.
    """
    try:
        for record in found.read(file, options):
            if isinstance(record, RawMessage) and record.url != (url := web_url(record.url)):
                yield replace(record, url=url)
            else:
                yield record
    except InputProblem as problem:
        yield _as_problem(problem)
    yield from file.damage()


def _as_problem(problem: InputProblem) -> Problem:
    return Problem(
        source=problem.source, position=problem.position, what=problem.what, remedy=problem.remedy
    )


def _unknown(head: bytes) -> tuple[str, str]:
    """What a file that no importer recognises looks like, and what to do."""
    remedy = "give the export as text, CSV, JSON, XLSX or mbox"
    kind = binary_kind(head)
    if kind == "a tar archive":
        return "is a tar archive", "unpack it and give the files or the folder"
    if kind is not None:
        return f"is {kind}, not an export of messages", remedy
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "is a web page, not an export of messages", remedy
    if looks_binary(head):
        return "is a binary file, not an export of messages", remedy
    return "is no export in a format known here", "if it is one, name its format with --format"


__all__ = [
    "NAMES",
    "Fit",
    "Importer",
    "InputFile",
    "ReadOptions",
    "Reading",
    "detect",
    "importer",
    "read",
]
