"""Tables: CSV in any common dialect, TSV, and XLSX workbooks, one message per row."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from synth.errors import InputProblem
from synth.importers.base import HEAD_BYTES, ExportFile, Fit, ReadOptions
from synth.importers.columns import fold, has_known_text, n_known
from synth.importers.encoding import check_encoding, decode_head, open_text
from synth.importers.recordreader import SAMPLE_RECORDS, Record, RecordReader
from synth.importers.workbook import is_workbook, sheets
from synth.records import Problem, RawMessage

NAME = "table"
LABEL = "Table (CSV, TSV, XLSX)"

LONGEST_FIELD = 16 * 2**20
"""Characters in one cell; a quote that is never closed would swallow the rest of the file."""

_DELIMITERS = ",;\t|"
_HEADER_WITHIN = 10
_LONGEST_NAME = 80
_FEWEST_SWALLOWED = 5

Row = tuple[int, Sequence[object]]
"""Line or row number as people count, and the cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text table is written."""

    delimiter: str
    escape: str | None
    """The backslash where it escapes quotes; None where quotes are doubled."""
    n_columns: int
    share: float
    """Of the first rows, how many have ``n_columns`` cells."""

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            doublequote=self.escape is None,
            escapechar=self.escape,
        )


def sniff(file: ExportFile) -> Fit:
    if is_workbook(file.head):
        return Fit.MESSAGES
    text = decode_head(file.head)
    if "\0" in text[:1000]:
        return Fit.NO
    dialect = _dialect(text, is_cut=len(file.head) >= HEAD_BYTES)
    if dialect is None:
        return Fit.NO
    parsed = islice(_parsed(io.StringIO(text, newline=""), dialect), 30)
    rows = [row[1] for row in parsed if not isinstance(row, Problem)]
    return Fit.MESSAGES if _is_table(rows, dialect) else Fit.NO


def read(file: ExportFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """Raises InputProblem when no column can be taken for the text, or a mapping does not fit."""
    if is_workbook(file.head):
        yield from _read_workbook(file, options)
        return
    check_encoding(file, options.encoding)
    head = decode_head(file.head, options.encoding)
    dialect = _dialect(head, is_cut=len(file.head) >= HEAD_BYTES)
    if dialect is None:
        raise InputProblem(
            file.name, "is not a table", remedy="check the file, or give another --format"
        )
    with open_text(file, options.encoding) as text:
        yield from _read_rows(file, options, _parsed(text, dialect, file.name), dialect=dialect)


def _read_workbook(file: ExportFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """The first sheet that has a column for texts."""
    refused: InputProblem | None = None
    for title, rows in sheets(file):
        try:
            yield from _read_rows(file, options, rows)
        except InputProblem as problem:
            first = InputProblem(
                file.name, problem.what, remedy=problem.remedy, position=f"sheet {title!r}"
            )
            refused = refused or first
        else:
            return
    raise refused or InputProblem(file.name, "has no rows", remedy="export it again")


def _read_rows(
    file: ExportFile,
    options: ReadOptions,
    rows: Iterator[Row | Problem],
    *,
    dialect: Dialect | None = None,
) -> Iterator[RawMessage | Problem]:
    top = list(islice(rows, SAMPLE_RECORDS))
    names, n_above = _header([row for row in top if not isinstance(row, Problem)])
    body = _below(top, n_above)
    sample = [_record(names, row[1]) for row in body if not isinstance(row, Problem)]
    reader = RecordReader(
        file,
        options,
        names=names,
        sample=sample,
        values_of=None if dialect is None else lambda name: _values(file, options, dialect, name),
    )
    n_records = 0
    for row in chain(body, rows):
        if isinstance(row, Problem):
            yield row
            continue
        number, cells = row
        n_records += 1
        cells = _without_empty_end(cells, len(names))
        if len(cells) > len(names):
            yield from reader.problem(
                f"has {len(cells)} cells for {len(names)} columns",
                remedy="left out; check its quotes and separators",
                position=f"record {n_records} (line {number})",
            )
        else:
            yield from reader.read(_record(names, cells), n_records)
    yield from reader.finish()


def _below(top: Sequence[Row | Problem], n_above: int) -> list[Row | Problem]:
    """The first rows without the header and what stands above it."""
    body: list[Row | Problem] = []
    for row in top:
        if isinstance(row, Problem) or n_above <= 0:
            body.append(row)
        else:
            n_above -= 1
    return body


def _header(rows: Sequence[Row]) -> tuple[list[str], int]:
    """The names of the columns, and how many rows they and a preamble take up."""
    if not rows:
        return [], 0
    widths = Counter(_n_filled(cells) for _, cells in rows[:50])
    usual = max(width for width, count in widths.items() if count == max(widths.values()))
    for index, (_, cells) in enumerate(rows[:_HEADER_WITHIN]):
        names = [str(cell).strip() if cell is not None else "" for cell in cells]
        if n_known(names) and _n_filled(cells) >= min(usual, 2):
            return _unique(names), index + 1
    for index, (_, cells) in enumerate(rows[:_HEADER_WITHIN]):
        if _n_filled(cells) >= usual:
            names = [str(cell).strip() if cell is not None else "" for cell in cells]
            if _looks_like_names(names):
                return _unique(names), index + 1
            return [f"column {at}" for at in range(1, len(cells) + 1)], index
    return [], 0


def _looks_like_names(names: Sequence[str]) -> bool:
    """Whether a row may be a header although it has no name known here."""
    filled = [name for name in names if name]
    return (
        len(set(filled)) == len(filled)
        and max(map(len, filled), default=0) <= _LONGEST_NAME
        and not any(name.replace(".", "").isdigit() for name in filled)
    )


def _unique(names: Sequence[str]) -> list[str]:
    """A column without a name gets its number; a repeated name a number as well."""
    unique: list[str] = []
    for at, name in enumerate(names, start=1):
        wanted = name.lstrip("\ufeff") or f"column {at}"
        unique.append(wanted if wanted not in unique else f"{wanted} ({at})")
    return unique


def _record(names: Sequence[str], cells: Sequence[object]) -> Record:
    return dict(zip(names, cells, strict=False))


def _n_filled(cells: Sequence[object]) -> int:
    return sum(cell is not None and bool(str(cell).strip()) for cell in cells)


def _without_empty_end(cells: Sequence[object], n_columns: int) -> Sequence[object]:
    end = len(cells)
    while end > n_columns and cells[end - 1] in (None, ""):
        end -= 1
    return cells[:end]


def _values(file: ExportFile, options: ReadOptions, dialect: Dialect, name: str) -> Iterator[str]:
    """One column of the whole file, for a question that the first rows leave open."""
    with open_text(file, options.encoding) as text:
        rows = (row for row in _parsed(text, dialect) if not isinstance(row, Problem))
        at: int | None = None
        for _, cells in rows:
            if at is None:
                at = next(
                    (i for i, cell in enumerate(cells) if fold(str(cell)) == fold(name)), None
                )
            elif at < len(cells):
                yield str(cells[at])


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


def _dialect(text: str, *, is_cut: bool) -> Dialect | None:
    """The dialect in which the first rows are most of one width; None for what is no table."""
    escape = "\\" if text.count('\\"') > text.count('""') else None
    found = [
        dialect
        for delimiter in _DELIMITERS
        if (dialect := _tried(text, delimiter, escape, is_cut=is_cut)) is not None
    ]
    if not found:
        return None
    return max(found, key=lambda each: (each.n_columns > 1, round(each.share, 1), each.n_columns))


def _tried(text: str, delimiter: str, escape: str | None, *, is_cut: bool) -> Dialect | None:
    trial = Dialect(delimiter=delimiter, escape=escape, n_columns=0, share=0.0)
    parsed = _parsed(io.StringIO(text.lstrip("\ufeff"), newline=""), trial)
    rows = [row[1] for row in islice(parsed, 200) if not isinstance(row, Problem)]
    if is_cut and len(rows) > 1 and len(rows) < 200:
        rows.pop()
    if not rows:
        return None
    widths = Counter(map(len, rows))
    n_columns, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return Dialect(delimiter=delimiter, escape=escape, n_columns=n_columns, share=count / len(rows))


def _is_table(rows: Sequence[Sequence[object]], dialect: Dialect) -> bool:
    """Whether rows cut at a delimiter are a table, or prose that happens to hold it."""
    filled = [(0, cells) for cells in rows]
    names, n_above = _header(filled)
    if len(rows) <= n_above:
        return has_known_text(names) and dialect.n_columns > 1
    if dialect.n_columns == 1:
        return len(names) == 1 and n_above == 1 and has_known_text(names)
    if dialect.share < 0.6:
        return False
    return n_known(names) > 0 or (dialect.share > 0.95 and len(rows) >= 3)
