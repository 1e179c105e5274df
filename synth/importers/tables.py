"""Rows of tables: CSV in any common dialect, and XLSX workbooks, read without loading the whole.

A table of a known platform has a header in its first row, which says how it is written:
``header`` and ``records``. For any other table ``find_dialect`` tries what its first rows look
like, and ``rows`` gives them as they are.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, TYPE_CHECKING

from synth.errors import InputProblem
from synth.importers.input_file import InputFile, ReadOptions, is_bomb
from synth.records import Problem

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST_FIELD = 16 * 2**20
"""Characters in one cell; a quote that is never closed would swallow the rest of the file."""

_DELIMITERS = ",;\t|"
_FEWEST_SWALLOWED = 5
_TRIED = 200
"""Rows looked at to find the dialect."""
_BATCH = 500
_REMEDY = "open it in a spreadsheet program and save it again, as XLSX or CSV"

Row = tuple[int, Sequence[object]]
"""Line or row number as people count, and the cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text table is written."""

    delimiter: str
    escape: str | None = None
    """The backslash where it escapes quotes; None where quotes are doubled."""
    n_columns: int = 0
    share: float = 0.0
    """Of the first rows, how many have ``n_columns`` cells."""

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            doublequote=self.escape is None,
            escapechar=self.escape,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecord:
    """A row below a header: ``cells`` by column name, and the ``line`` it starts on."""

    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str | None:
        """The first of these columns that holds something, without the white space around."""
        return next((cell for name in names if (cell := self.cells.get(name, "").strip())), None)


def header(file: InputFile) -> tuple[str, ...]:
    """The column names in the first row, judged from the beginning of the file."""
    head = file.head_text()
    return _names(next(head_rows(head, _dialect_of_header(head)), ()))


def records(file: InputFile, options: ReadOptions) -> Iterator[TableRecord | Problem]:
    """The rows below the header; a row with more cells than columns is a Problem.

    Raises InputProblem when the named encoding is unknown.
    """
    names: tuple[str, ...] | None = None
    for row in rows(file, options, _dialect_of_header(file.head_text(options.encoding))):
        if isinstance(row, Problem):
            yield row
            continue
        line, cells = row
        if names is None:
            names = _names(cells)
        elif len(cells) > len(names):
            what = f"{len(cells)} cells for {len(names)} columns"
            remedy = "check the quotes and separators of this row; it was skipped"
            yield file.problem(what, remedy, f"line {line}")
        else:
            yield TableRecord(line=line, cells=dict(zip(names, map(str, cells), strict=False)))


def _names(cells: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(cell).strip() for cell in cells)


def _dialect_of_header(head: str) -> Dialect:
    """The delimiter that the first line has most of."""
    first_line = head.lstrip("\ufeff\r\n").split("\n", 1)[0]
    dialect = Dialect(delimiter=max(_DELIMITERS, key=first_line.count))
    return replace(dialect, n_columns=len(next(head_rows(head, dialect), ())))


def rows(file: InputFile, options: ReadOptions, dialect: Dialect) -> Iterator[Row | Problem]:
    """The rows of a text table that have anything in them.

    A quote that is never closed costs its own row only: a Problem. Raises InputProblem when the
    named encoding is unknown.
    """
    with file.open_text(options.encoding) as text:
        yield from _parsed(text, dialect, file.name)


def head_rows(head: str, dialect: Dialect) -> Iterator[Sequence[object]]:
    """The cells of the rows at the beginning of a file, for recognising its format."""
    parsed = _parsed(io.StringIO(head, newline=""), dialect)
    return (row[1] for row in parsed if not isinstance(row, Problem))


def find_dialect(head: str, *, is_cut: bool) -> Dialect | None:
    """The dialect in which the first rows are most of one width; None for what is no table.

    ``is_cut``: the file goes on after ``head``, so its last row may be half a row.
    """
    escape = "\\" if head.count('\\"') > head.count('""') else None
    found = [
        dialect
        for delimiter in _DELIMITERS
        if (dialect := _tried(head, delimiter, escape, is_cut=is_cut)) is not None
    ]
    if not found:
        return None
    return max(found, key=lambda each: (each.n_columns > 1, round(each.share, 1), each.n_columns))


def _tried(head: str, delimiter: str, escape: str | None, *, is_cut: bool) -> Dialect | None:
    trial = Dialect(delimiter=delimiter, escape=escape)
    found = list(islice(head_rows(head, trial), _TRIED))
    if is_cut and 1 < len(found) < _TRIED:
        found.pop()
    if not found:
        return None
    widths = Counter(map(len, found))
    n_columns, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return replace(trial, n_columns=n_columns, share=count / len(found))


class _Lines:
    """The lines of a text table for ``csv``, which may be put back."""

    def __init__(self, text: io.TextIOBase) -> None:
        self.n_read = 0
        self.taken: list[str] = []
        """Since the last ``begin``."""
        self._text = text
        self._back: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else self._text.readline(LONGEST_FIELD)
        self.n_read += 1
        if self.n_read == 1:
            line = line.lstrip("\ufeff")
        if self.n_read == 1 and line[:4].lower() == "sep=" and len(line.strip()) == 5:
            return next(self)
        if not line:
            raise StopIteration
        line = line.replace("\0", "") if "\0" in line else line
        self.taken.append(line)
        return line

    def begin(self) -> None:
        self.taken.clear()

    def put_back(self, lines: Sequence[str]) -> None:
        self._back.extend(reversed(lines))
        self.n_read -= len(lines)


def _parsed(text: io.TextIOBase, dialect: Dialect, source: str = "") -> Iterator[Row | Problem]:
    """The rows of a text table that have anything in them."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))
    lines = _Lines(text)
    reader = dialect.reader(lines)
    while True:
        line = lines.n_read + 1
        lines.begin()
        error = ""
        cells: Sequence[object] = ()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as raised:
            error = str(raised)
        if error or _swallowed_rows(lines.taken, dialect):
            lines.put_back(lines.taken[1:])
            yield Problem(
                source=source,
                position=f"line {line}",
                what=f"has a quote that is never closed{error and f' ({error})'}",
                remedy="left out; close the quotes of this row",
                n_left_out=1,
            )
        elif any(str(cell).strip() for cell in cells):
            yield line, cells


def _swallowed_rows(lines: Sequence[str], dialect: Dialect) -> bool:
    """Whether the lines of one record are rows, made one by a quote that is not closed."""
    if len(lines) < _FEWEST_SWALLOWED or dialect.n_columns < 2:
        return False
    rows = [line for line in lines[1:] if line.strip()]
    n_whole = sum(len(next(dialect.reader([line]), ())) == dialect.n_columns for line in rows)
    return n_whole > 0.9 * len(rows)


def is_workbook(head: bytes) -> bool:
    """Whether a file begins like an XLSX workbook: a zip archive with sheets in it."""
    return head.startswith(b"PK\x03\x04") and (b"xl/work" in head or b"xl/_rels" in head)


def sheets(file: InputFile) -> Iterator[tuple[str, Iterator[Row]]]:
    """The title of each sheet and its rows: number as people count, and cell values.

    Empty rows are left out. Raises InputProblem when the workbook cannot be opened.
    """
    import openpyxl

    with file.open_seekable() as stream:
        _check(file, stream)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        except Exception as error:  # the library raises whatever its XML leads to
            raise _damaged(file, error) from error
        try:
            for sheet in book.worksheets:
                yield sheet.title, _sheet_rows(file, sheet)
        finally:
            book.close()


def _check(file: InputFile, stream: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(file, error) from error
    if is_bomb(sum(m.compress_size for m in members), sum(m.file_size for m in members)):
        raise InputProblem(file.name, "refused as a decompression bomb", remedy=_REMEDY)
    stream.seek(0)


def _sheet_rows(file: InputFile, sheet: Worksheet) -> Iterator[Row]:
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        try:
            # In batches: the warnings of the library are held back without being set and
            # reset for every row, and never while the caller has control.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                batch = list(islice(rows, _BATCH))
        except Exception as error:  # as above
            raise _damaged(file, error) from error
        if not batch:
            return
        for number, cells in batch:
            if any(cell is not None and str(cell).strip() for cell in cells):
                yield number, cells


def _damaged(file: InputFile, error: Exception) -> InputProblem:
    reason = str(error).strip().splitlines()
    return InputProblem(
        file.name,
        f"is a damaged workbook ({reason[0] if reason else type(error).__name__})",
        remedy=_REMEDY,
    )
