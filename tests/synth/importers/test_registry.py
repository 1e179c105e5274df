"""Which importer reads what, and what is said of files that none does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synth import importers
from synth.errors import InputProblem, UnknownFormat
from synth.importers import Reading, ReadOptions, read
from synth.importers.input_file import Fit
from synth.records import Problem, RawMessage

MBOX = (
    "From ann at example.org  Mon Jan  6 10:00:00 2020\n"
    "From: ann at example.org (Ann)\nDate: Mon, 6 Jan 2020 10:00:00 +0100\n"
    "Subject: Bees\nMessage-ID: <1@example.org>\n\nThe bees are back.\n"
)
CSV = "id,text\n1,The bees are back\n2,All of them\n"
CHAT = "[10:00] <ann> the bees are back\n[10:01] <bob> all of them\n"
JSON = '[{"id": 1, "text": "The bees are back"}]'
FEED = "<rss version='2.0'><channel><item><title>Bees</title></item></channel></rss>"


def _readings(*inputs: object, **options: object) -> list[Reading | Problem]:
    return list(read([str(each) for each in inputs], **options))  # type: ignore[arg-type]


def _problem(path: Path) -> Problem:
    (found,) = _readings(path)
    assert isinstance(found, Problem), found
    return found


@pytest.mark.parametrize("name", importers.NAMES)
def test_every_importer_has_the_face_of_one(name: str) -> None:
    importer = importers.importer(name)
    assert name == importer.NAME
    assert importer.LABEL
    assert callable(importer.sniff)
    assert callable(importer.read)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(MBOX, "mbox"), (CSV, "table"), (CHAT, "chatlog"), (JSON, "json"), (FEED, "feed")],
)
@pytest.mark.parametrize("suffix", ["txt", "csv", "json", "xml"])
def test_content_wins_over_the_name(
    tmp_path: Path, content: str, expected: str, suffix: str
) -> None:
    path = tmp_path / f"export.{suffix}"
    path.write_text(content)
    (reading,) = _readings(path)
    assert isinstance(reading, Reading)
    assert reading.format == expected
    assert any(isinstance(record, RawMessage) for record in reading.records)


def test_a_reading_names_the_file_and_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,abc")
    import hashlib

    (reading,) = _readings(path)
    assert isinstance(reading, Reading)
    assert reading.name == str(path)
    assert reading.n_bytes == 13
    assert reading.sha256 == hashlib.sha256(b"id,text\n1,abc").hexdigest()
    assert reading.label == "Table (CSV, TSV, XLSX)"


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"%PDF-1.7 ", "a PDF document"),
        (b"\x89PNG\r\n", "a picture"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\xd0\xcf\x11\xe0", "old Office document"),
        (b"\0\1\2\3" * 100, "a binary file"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"Once upon a time there was a hive.\nIt was green.\n", "no export in a format known"),
    ],
)
def test_a_file_in_no_format_is_one_clear_line(tmp_path: Path, head: bytes, what: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(head)
    problem = _problem(path)
    assert what in problem.what
    assert problem.remedy
    assert "\n" not in str(problem)


def test_detect_raises_for_unknown_formats(tmp_path: Path) -> None:
    from synth.importers.files import expand

    (tmp_path / "a").write_text("nothing in particular")
    (file,) = expand([tmp_path])
    assert not isinstance(file, Problem)
    with pytest.raises(UnknownFormat, match="no export in a format known here"):
        importers.detect(file)


def test_a_format_may_be_forced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(CHAT)
    (reading,) = _readings(path, format="table")
    assert isinstance(reading, Reading)
    assert reading.format == "table"
    with pytest.raises(InputProblem, match="is not a format"):
        _readings(path, format="tabel")


def test_a_forced_format_does_not_read_what_merely_lies_beside(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "notes.txt").write_text("Just a note to say that this is the export.\n")
    found = _readings(tmp_path, format="table")
    assert [type(each) for each in found] == [Reading, Problem]
    assert "does not look like table" in str(found[1])


def test_what_ends_a_file_early_is_told_after_its_messages(tmp_path: Path) -> None:
    import gzip
    import random

    rows = "".join(f"{n},{random.Random(n).random()} is the text\n" for n in range(20_000))
    path = tmp_path / "a.csv.gz"
    packed = gzip.compress(("id,text\n" + rows).encode())
    path.write_bytes(packed[: len(packed) // 2])
    (reading,) = _readings(path)
    assert isinstance(reading, Reading)
    records = list(reading.records)
    assert sum(isinstance(record, RawMessage) for record in records) > 5000
    assert isinstance(records[-1], Problem)
    assert "cut off" in records[-1].what


def test_a_bomb_is_not_read_at_all(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(b"id,text\n")
        stream.write(b"1,aaaaaaaaaaaa\n" * (40 * 2**20 // 15))
    assert "decompression bomb" in _problem(path).what


def test_a_mapping_that_does_not_fit_is_told_not_raised(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    (reading,) = _readings(path, options=ReadOptions(columns={"text": "body"}))
    assert isinstance(reading, Reading)
    (problem,) = reading.records
    assert isinstance(problem, Problem)
    assert "no column 'body'" in problem.what
    assert "id, text" in problem.remedy


def test_auxiliary_files_are_passed_over_unless_named(tmp_path: Path) -> None:
    votes = "timestamp,datetime,comment-id,voter-id,vote\n1,x,0,1,-1\n2,x,0,2,1\n"
    path = tmp_path / "votes.csv"
    path.write_text(votes)
    from synth.importers.files import expand

    (file,) = expand([path])
    assert not isinstance(file, Problem)
    assert importers.detect(file)[1] is Fit.AUXILIARY
    assert _readings(tmp_path) == []
    assert "holds no messages itself" in _problem(path).what


def test_no_importer_can_bring_in_a_link_that_does_not_lead_to_the_web(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = ("javascript:alert(1)", "mailto:ann@example.org", "https://example.org/1", None)

    def careless(_file: object, _options: object) -> Iterator[RawMessage]:
        for n, url in enumerate(addresses):
            yield RawMessage(source_id=str(n), text="Bees", position=f"line {n}", url=url)

    monkeypatch.setattr(importers.importer("table"), "read", careless)
    path = tmp_path / "bees.csv"
    path.write_text(CSV)
    (reading,) = _readings(path)
    assert isinstance(reading, Reading)
    kept = [record.url for record in reading.records if isinstance(record, RawMessage)]
    assert kept == [None, None, "https://example.org/1", None]
