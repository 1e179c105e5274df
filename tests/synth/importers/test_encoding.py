"""Bytes of unknown encoding."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.importers.encoding import decode_head, decode_text, encoding_of, open_text
from synth.importers.inputfile import InputFile

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
    with open_text(file) as stream:
        assert stream.read().lstrip("\ufeff") == text
    assert decode_head(file.head).lstrip("\ufeff") == text


def test_utf8_is_known_however_late_its_first_accent_comes() -> None:
    assert encoding_of(_file(b"a" * 3_000_000 + "é".encode())) == "utf-8"
    assert encoding_of(_file(b"a" * 3_000_000 + b"\xe9 et \xe0")) == "cp1252"


def test_half_a_character_at_the_end_does_not_matter() -> None:
    data = ("é" * 100).encode()[:-1]
    assert encoding_of(_file(data)) == "utf-8"
    assert decode_head(data) == "é" * 99


@pytest.mark.parametrize(
    "charset", ["utf-7", "unicode_escape", "base64", "rot13", "nope", "\0", ""]
)
def test_charsets_that_are_none_are_not_used(charset: str) -> None:
    assert decode_text("é \\x41 +AOk-".encode(), charset) == "é \\x41 +AOk-"


@given(st.binary(max_size=200))
def test_any_bytes_are_some_text(data: bytes) -> None:
    decode_text(data).encode()
    with open_text(_file(data)) as stream:
        stream.read().encode()
