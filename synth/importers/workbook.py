"""XLSX workbooks, read row by row without loading the whole."""

from __future__ import annotations

import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, TYPE_CHECKING, cast

from synth.errors import InputProblem
from synth.importers.base import ExportFile
from synth.importers.inputfile import CHUNK, is_bomb

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_IN_MEMORY = 32 * 2**20
_BATCH = 500
_REMEDY = "open it in a spreadsheet program and save it again, as XLSX or CSV"


def is_workbook(head: bytes) -> bool:
    """Whether a file begins like an XLSX workbook: a zip archive with sheets in it."""
    return head.startswith(b"PK\x03\x04") and (b"xl/work" in head or b"xl/_rels" in head)


def sheets(file: ExportFile) -> Iterator[tuple[str, Iterator[tuple[int, Sequence[object]]]]]:
    """The title of each sheet and its rows: number as people count, and cell values.

    Empty rows are left out. Raises InputProblem when the workbook cannot be opened.
    """
    import openpyxl

    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        with file.open() as stream:
            shutil.copyfileobj(stream, spool, CHUNK)
        spool.seek(0)
        stream_ = cast("IO[bytes]", spool)
        _check(file, stream_)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(stream_, read_only=True, data_only=True)
        except Exception as error:  # the library raises whatever its XML leads to
            raise _damaged(file, error) from error
        try:
            for sheet in book.worksheets:
                yield sheet.title, _rows(file, sheet)
        finally:
            book.close()


def _check(file: ExportFile, stream: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(file, error) from error
    if is_bomb(sum(m.compress_size for m in members), sum(m.file_size for m in members)):
        raise InputProblem(file.name, "refused as a decompression bomb", remedy=_REMEDY)
    stream.seek(0)


def _rows(file: ExportFile, sheet: Worksheet) -> Iterator[tuple[int, Sequence[object]]]:
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


def _damaged(file: ExportFile, error: Exception) -> InputProblem:
    reason = str(error).strip().splitlines()
    return InputProblem(
        file.name,
        f"is a damaged workbook ({reason[0] if reason else type(error).__name__})",
        remedy=_REMEDY,
    )
