"""Reading the CSV files of a known platform row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from synth.importers.base import HEAD_BYTES, ExportFile, ReadOptions
from synth.importers.encoding import decode_head, encoding_of, open_text
from synth.records import Problem

DELIMITERS = ";,\t|"
LONGEST_FIELD = 16 * 1024 * 1024

# The limit is the process's; the default of 128 kB is less than some forum posts.
csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record: ``cells`` by column name, and the ``line`` it starts on (1 = header)."""

    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str | None:
        """The first of these columns that holds something, without the white space around."""
        for name in names:
            cell = self.cells.get(name, "").strip()
            if cell:
                return cell
        return None


def header(file: ExportFile) -> tuple[str, ...]:
    """The column names, judged from the beginning of the file; empty when there are none."""
    return _header(decode_head(file.head))[0]


def first_records(file: ExportFile) -> list[list[str]]:
    """The records at the beginning of a comma-separated file that has no header."""
    return _records(decode_head(file.head), delimiter=",")


def rows(file: ExportFile, options: ReadOptions) -> Iterator[Row | Problem]:
    """The records below the header; a row with more cells than columns is a Problem.

    Raises InputProblem when the named encoding is unknown.
    """
    encoding = options.encoding or encoding_of(file)
    with open_text(file, encoding) as text:
        beginning = text.read(HEAD_BYTES)
    columns, delimiter = _header(beginning)
    with open_text(file, encoding) as text:
        lines = (line.replace("\x00", "") for line in text)
        yield from _rows(file, csv.reader(lines, delimiter=delimiter), columns)


def _header(text: str) -> tuple[tuple[str, ...], str]:
    """The names of the columns and what separates them."""
    text = text.lstrip("\ufeff\r\n")
    delimiter = max(DELIMITERS, key=text.split("\n", 1)[0].count)
    names = next(iter(_records(text, delimiter=delimiter)), [])
    return tuple(name.strip() for name in names), delimiter


def _records(text: str, *, delimiter: str) -> list[list[str]]:
    """What can be read as records before the first fault."""
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        found.extend(reader)
    return found


def _rows(
    file: ExportFile, reader: Iterator[list[str]], columns: Sequence[str]
) -> Iterator[Row | Problem]:
    line, is_header = 0, True
    while True:
        start = line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = _line(reader)
            yield _bad_row(file, start, str(error))
            continue
        line = _line(reader)
        if not any(cell.strip() for cell in cells):
            continue
        if is_header:
            is_header = False
        elif len(cells) > len(columns):
            yield _bad_row(file, start, f"{len(cells)} cells for {len(columns)} columns")
        else:
            yield Row(line=start, cells=dict(zip(columns, cells, strict=False)))


def _line(reader: Iterator[list[str]]) -> int:
    return int(getattr(reader, "line_num", 0))


def _bad_row(file: ExportFile, line: int, what: str) -> Problem:
    return Problem(
        source=file.name,
        position=f"line {line}",
        what=what,
        remedy="check the quotes and separators of this row; it was skipped",
    )
