"""Bytes of unknown encoding -> text, without losing a message to one bad byte."""

from __future__ import annotations

import codecs
import io
import re
from functools import lru_cache

from synth.errors import InputProblem
from synth.importers.base import ExportFile

_CHUNK = 2**20
_SAMPLE_BYTES = 2**14
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters and typography that Western European text is written with beyond ASCII.
_WESTERN = frozenset(
    "àâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿßÀÂÄÁÅÆÇÉÈÊËÎÏÑÓÔÖØŒÚÙÛÜ«»‹›’‘“”„–—…€£§°·•ºª¿¡©®\xa0"
)
# What people's files come in besides UTF-8; without this list also EBCDIC is thought of.
_CANDIDATES = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("iso8859_2", "iso8859_5", "koi8_r", "mac_roman", "cp437", "cp850"),
    *("gb18030", "big5", "euc_jp", "euc_kr"),
]
# Python codecs that are no charset anybody writes mail in, and slow or unsafe to decode.
_NOT_CHARSETS = frozenset(
    codecs.lookup(name).name
    for name in ("unicode_escape", "raw_unicode_escape", "idna", "punycode", "utf-7", "undefined")
)
_STRAY = "synth-stray-bytes"


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not what the rest is are read as Windows-1252, as browsers do."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error(_STRAY, _stray_bytes)


def open_text(file: ExportFile, encoding: str | None = None) -> io.TextIOWrapper:
    """The file as text with its line ends untouched.

    Raises InputProblem when ``encoding``, given by the person, does not exist.
    """
    check_encoding(file, encoding)
    return io.TextIOWrapper(
        file.open(), encoding=encoding or encoding_of(file), errors=_STRAY, newline=""
    )


def check_encoding(file: ExportFile, encoding: str | None) -> None:
    """Raises InputProblem when an encoding given by the person does not exist."""
    if encoding is not None and not is_encoding(encoding):
        raise InputProblem(
            file.name, f"--encoding {encoding} does not exist", remedy="use e.g. utf-8 or cp1252"
        )


def is_encoding(name: str) -> bool:
    """Whether Python can decode text in the encoding of this name."""
    try:
        b"".decode(name)
        return codecs.lookup(name).name not in _NOT_CHARSETS
    except (LookupError, ValueError):
        return False


def encoding_of(file: ExportFile) -> str:
    """The encoding of a whole file: by its mark, else UTF-8 where it is valid, else a guess.

    Reads the file once (about 1 GB/s); a file with some stray bytes in UTF-8 stays UTF-8.
    """
    marked = _marked(file.head)
    if marked is not None:
        return marked
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open() as stream:
        while chunk := stream.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return _guess(chunk)
    return "utf-8"


def decode_head(head: bytes, encoding: str | None = None) -> str:
    """The beginning of a file as text, for recognising its format; never raises."""
    encoding = encoding or _marked(head)
    if encoding is None:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
            encoding = "utf-8"
        except UnicodeDecodeError:
            encoding = _guess(head)
    # A head is cut anywhere: the incremental decoder holds back half a character.
    return codecs.getincrementaldecoder(encoding)(_STRAY).decode(head)


def decode_text(data: bytes, charset: str | None = None) -> str:
    """A whole text: in the declared charset if it fits, else UTF-8, else by its looks."""
    for name in (charset, "utf-8"):
        if name is None or not is_encoding(_as_browsers_read(name)):
            continue
        try:
            return data.decode(_as_browsers_read(name))
        except (LookupError, ValueError):
            continue
    return data.decode(_guess(data), _STRAY)


def _as_browsers_read(charset: str) -> str:
    """Declared charsets stand for their supersets (WHATWG Encoding Standard, labels)."""
    name = charset.strip().strip("\"'").lower()
    match name:
        case "us-ascii" | "ascii":
            return "utf-8"
        case "iso-8859-1" | "latin-1" | "latin1" | "iso8859-1":
            return "cp1252"
        case "gb2312" | "gbk":
            return "gb18030"
        case _:
            return name


def _marked(head: bytes) -> str | None:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    # UTF-16 without a mark: every other byte of Latin text is NUL.
    sample = head[:4096]
    if len(sample) >= 4:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if odd > 0.4 * half and even < 0.05 * half:
            return "utf-16-le"
        if even > 0.4 * half and odd < 0.05 * half:
            return "utf-16-be"
    return None


@lru_cache(maxsize=8)  # every importer looks at the same beginning of a file
def _guess(data: bytes) -> str:
    """The likeliest encoding of bytes that are not all valid UTF-8."""
    lines = [line for line in data.splitlines() if not line.isascii()]
    n_utf8 = sum(_is_utf8(line) for line in lines)
    if n_utf8 > len(lines) // 2:
        return "utf-8"
    sample = b"\n".join(lines)[:_SAMPLE_BYTES]
    beyond = re.findall(r"[^\x00-\x7f]", sample.decode("cp1252", "replace"))
    n_western = sum(char in _WESTERN for char in beyond)
    # Western texts have an accent here and there; other alphabets have little else.
    if n_western >= 0.8 * len(beyond) and len(beyond) < len(sample) / 2:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best is not None else "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
