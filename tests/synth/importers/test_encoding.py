"""Bytes of unknown encoding; a few NULs in a text do not make it a binary file."""

from __future__ import annotations

import gzip
import io
import json
import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.importers import Reading, read
from synth.importers.encoding import decode_head, decode_text, is_text
from synth.importers.input_file import InputFile
from synth.records import Problem, RawMessage

TEXTS = {
    "cp1252": "L'été, ça ira « mieux » à Zürich – où l'on verra des œuvres",
    "mac_roman": "L'été, ça ira mieux à Zürich, où l'on verra l'hôtel d'une âme très élevée",
    "cp1251": "Пчёлы вернулись в наш город, и все очень рады этому событию весной",
    "koi8_r": "Пчелы вернулись в наш город, и все очень рады этому событию весной",
    "utf-16": "L'été à Zürich",
    "utf-32": "L'été à Zürich",
    "utf-8-sig": "L'été à Zürich",
}


def _file(data: bytes) -> InputFile:
    return InputFile(lambda: io.BytesIO(data), name="a", path="a")


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_file_is_read_in_its_encoding(encoding: str) -> None:
    text = "\n".join([TEXTS[encoding]] * 5)
    file = _file(text.encode(encoding))
    with file.open_text() as stream:
        assert stream.read().lstrip("\ufeff") == text
    assert decode_head(file.head).lstrip("\ufeff") == text


def test_utf8_is_known_however_late_its_first_accent_comes() -> None:
    assert _file(b"a" * 3_000_000 + "é".encode()).encoding() == "utf-8"
    assert _file(b"a" * 3_000_000 + b"\xe9 et \xe0").encoding() == "cp1252"


def test_half_a_character_at_the_end_does_not_matter() -> None:
    data = ("é" * 100).encode()[:-1]
    assert _file(data).encoding() == "utf-8"
    assert decode_head(data) == "é" * 99


@pytest.mark.parametrize(
    "charset", ["utf-7", "unicode_escape", "base64", "rot13", "nope", "\0", ""]
)
def test_charsets_that_are_none_are_not_used(charset: str) -> None:
    assert decode_text("é \\x41 +AOk-".encode(), charset) == "é \\x41 +AOk-"


@given(st.binary(max_size=200))
def test_any_bytes_are_some_text(data: bytes) -> None:
    decode_text(data).encode()
    with _file(data).open_text() as stream:
        stream.read().encode()


SAID = [f"The {what} by the river should stay open." for what in ("market", "café", "ferry")]
CSV = "id,text\n" + "".join(f"{n},{text}\n" for n, text in enumerate(SAID))
JSON = json.dumps([{"id": n, "text": text} for n, text in enumerate(SAID)])
JSONL = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(SAID))
MBOX = "".join(
    f"From a@example.org Mon Mar  4 10:0{n}:00 2024\nFrom: a@example.org\nMessage-ID: <{n}@x>\n"
    f"\n{text}\n\n"
    for n, text in enumerate(SAID)
)
CHAT = "".join(f"2024-03-04 10:0{n} ann: {text}\n" for n, text in enumerate(SAID))
EXPORTS = {"a.csv": CSV, "a.json": JSON, "a.jsonl": JSONL, "a.mbox": MBOX, "a.txt": CHAT}


def read_bytes(path: Path, data: bytes) -> tuple[list[RawMessage], list[Problem]]:
    path.write_bytes(data)
    messages: list[RawMessage] = []
    problems: list[Problem] = []
    for found in read([path]):
        for one in found.records if isinstance(found, Reading) else [found]:
            (messages if isinstance(one, RawMessage) else problems).append(one)
    return messages, problems


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("place", ["start", "near", "middle", "end"])
def test_a_nul_in_a_text_is_dropped_and_told(tmp_path: Path, name: str, place: str) -> None:
    data = EXPORTS[name].encode()
    at = {"start": 0, "near": 20, "middle": len(data) // 2, "end": len(data)}[place]
    messages, problems = read_bytes(tmp_path / name, data[:at] + b"\0" + data[at:])
    assert [message.text for message in messages] == SAID
    (problem,) = problems
    assert problem.source == str(tmp_path / name)
    assert problem.what == "held 1 NUL byte, which no text has"


@pytest.mark.parametrize("name", EXPORTS)
def test_a_block_of_nuls_at_the_end_is_dropped(tmp_path: Path, name: str) -> None:
    messages, problems = read_bytes(tmp_path / name, EXPORTS[name].encode() + bytes(300_000))
    assert [message.text for message in messages] == SAID
    assert [problem.what for problem in problems] == ["held 300000 NUL bytes, which no text has"]


def test_nuls_are_dropped_from_what_is_packed(tmp_path: Path) -> None:
    data = gzip.compress(CSV.replace("ferry", "fe\0rry").encode())
    messages, problems = read_bytes(tmp_path / "a.csv.gz", data)
    assert [message.text for message in messages] == SAID
    assert len(problems) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_the_nuls_of_utf_16_belong_there(tmp_path: Path, encoding: str) -> None:
    messages, problems = read_bytes(tmp_path / "a.csv", CSV.encode(encoding))
    assert [message.text for message in messages] == SAID
    assert problems == []


def _sqlite(path: Path) -> bytes:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE comments (id, text)")
    database.executemany("INSERT INTO comments VALUES (?, ?)", list(enumerate(SAID)))
    database.commit()
    database.close()
    return path.read_bytes()


def test_a_binary_file_is_refused_in_one_line(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(50_000)
    for data, what in (
        (noise, "is a binary file"),
        (noise.replace(b"\0", b"\1"), "is a binary file"),
        (bytes(50_000), "is a binary file"),
        (b"MZ\x90\0\3\0\0\0" + noise, "is a program"),
        (b"\x89PNG\r\n\x1a\n" + noise, "is a picture"),
        (_sqlite(tmp_path / "x.db"), "is an SQLite database"),
    ):
        messages, (problem,) = read_bytes(tmp_path / "a.csv", data)
        assert messages == []
        assert problem.what == f"{what}, not an export of messages"


def test_gzip_that_holds_no_gzip_is_refused_in_one_line(tmp_path: Path) -> None:
    data = b"\x1f\x8b\x08\0" + random.Random(2).randbytes(5000)
    messages, (problem,) = read_bytes(tmp_path / "a.gz", data)
    assert messages == []
    assert problem.what.startswith("is damaged")
    assert "kept" not in problem.remedy


@given(text=st.text(st.characters(codec="utf-8", categories=("L", "P", "Zs")), min_size=1))
def test_words_with_a_nul_are_text(text: str) -> None:
    words = text.encode()
    assert is_text(words + b"\0" + words) == bool(words.strip())
