"""CSV files of known platforms; those of any other are tested with their importer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.errors import InputProblem
from synth.importers import tables
from synth.importers.input_file import ReadOptions
from synth.importers.tables import Dialect, TableRecord
from synth.records import Problem

Make = Callable[..., Any]


def rows(file: Any, encoding: str | None = None) -> list[Any]:
    return list(tables.records(file, ReadOptions(encoding=encoding)))


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separators_and_encodings_are_found(export: Make, delimiter: str, encoding: str) -> None:
    text = delimiter.join(["id", "body/fr"]) + "\r\n" + delimiter.join(["1", '"là, ""oui"""'])
    file = export({"a.csv": text.encode(encoding)})["a.csv"]
    assert tables.header(file) == ("id", "body/fr")
    assert rows(file) == [TableRecord(line=2, cells={"id": "1", "body/fr": 'là, "oui"'})]


def test_rows_know_the_line_they_start_on(export: Make) -> None:
    file = export({"a.csv": 'id;body\n1;"two\nlines"\n\n2;one\n'})["a.csv"]
    assert [row.line for row in rows(file)] == [2, 5]


def test_a_row_with_too_many_cells_is_told_and_skipped(export: Make) -> None:
    file = export({"a.csv": "id;body\n1;a;b\n2;c\n3\n"})["a.csv"]
    problem, second, third = rows(file)
    assert isinstance(problem, Problem)
    assert (problem.position, problem.what) == ("line 2", "3 cells for 2 columns")
    assert second.get("body") == "c"
    assert third.get("body") is None


def test_a_quote_that_is_never_closed_costs_its_own_row(export: Make) -> None:
    text = 'id;body\n1;"never closed\n' + "".join(f"{n};text\n" for n in range(2, 30))
    problem, *read = rows(export({"a.csv": text})["a.csv"])
    assert (problem.position, problem.what) == ("line 2", "has a quote that is never closed")
    assert [row.get("id") for row in read] == [str(n) for n in range(2, 30)]


def test_nuls_and_long_cells_are_read(export: Make) -> None:
    file = export({"a.csv": b"id;body\n1;a\x00b\n2;" + b"x" * 200_000})["a.csv"]
    first, second = rows(file)
    assert first.get("body") == "ab"
    assert len(second.get("body")) == 200_000


def test_an_unknown_encoding_is_refused(export: Make) -> None:
    with pytest.raises(InputProblem):
        rows(export({"a.csv": "id;body\n1;a"})["a.csv"], encoding="no-such-thing")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told(export: Make, content: bytes) -> None:
    file = export({"a.csv": content})["a.csv"]
    tables.header(file)
    list(tables.head_rows(file.head_text(), Dialect(delimiter=",")))
    rows(file)
