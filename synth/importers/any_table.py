"""Tables: CSV in any common dialect, TSV, and XLSX workbooks, one message per row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from synth.errors import InputProblem
from synth.importers import tables
from synth.importers.columns import column_key, has_known_text, n_known
from synth.importers.input_file import HEAD_BYTES, Fit, InputFile, ReadOptions
from synth.importers.record_reader import SAMPLE_RECORDS, Record, RecordReader
from synth.importers.tables import Dialect, Row
from synth.records import Problem, RawMessage

NAME = "table"
LABEL = "Table (CSV, TSV, XLSX)"

_HEADER_WITHIN = 10
_LONGEST_NAME = 80


def sniff(file: InputFile) -> Fit:
    if tables.is_workbook(file.head):
        return Fit.MESSAGES
    head = file.head_text()
    dialect = None if "\0" in head[:1000] else _dialect(file, head)
    if dialect is None:
        return Fit.NO
    rows = list(islice(tables.head_rows(head, dialect), 30))
    return Fit.MESSAGES if _is_table(rows, dialect) else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """Raises InputProblem when no column can be taken for the text, or a mapping does not fit."""
    if tables.is_workbook(file.head):
        yield from _read_workbook(file, options)
        return
    dialect = _dialect(file, file.head_text(options.encoding))
    if dialect is None:
        raise InputProblem(
            file.name, "is not a table", remedy="check the file, or give another --format"
        )
    rows = tables.rows(file, options, dialect)
    yield from _read_rows(file, options, rows, dialect=dialect)


def _dialect(file: InputFile, head: str) -> Dialect | None:
    return tables.find_dialect(head, is_cut=len(file.head) >= HEAD_BYTES)


def _read_workbook(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """The first sheet that has a column for texts."""
    refused: InputProblem | None = None
    for title, rows in tables.sheets(file):
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
    file: InputFile,
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
    tried = [
        [str(cell).strip() if cell is not None else "" for cell in cells]
        for _, cells in rows[:_HEADER_WITHIN]
    ]
    for index, names in enumerate(tried):
        if n_known(names) and _n_filled(names) >= min(usual, 2):
            return _unique(names), index + 1
    for index, names in enumerate(tried):
        if _n_filled(names) >= usual:
            if _looks_like_names(names):
                return _unique(names), index + 1
            return [f"column {at}" for at in range(1, len(names) + 1)], index
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
        wanted = name or f"column {at}"
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


def _values(file: InputFile, options: ReadOptions, dialect: Dialect, name: str) -> Iterator[str]:
    """One column of the whole file, for a question that the first rows leave open."""
    key, at = column_key(name), None
    for row in tables.rows(file, options, dialect):
        if isinstance(row, Problem):
            continue
        _, cells = row
        if at is None:
            at = next((i for i, cell in enumerate(cells) if column_key(str(cell)) == key), None)
        elif at < len(cells):
            yield str(cells[at])


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
