"""Whether bytes are text, in which encoding, and what else they are: no byte costs a message."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

from models.wordlists import read_toml

_SAMPLE_BYTES = 2**14
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORDS = read_toml(__package__, "encoding.toml")
_CANDIDATES: list[str] = _WORDS["candidates"]
_WESTERN = frozenset(_WORDS["western"])
_NOT_CHARSETS = frozenset(codecs.lookup(name).name for name in _WORDS["no_charsets"])
# Declared charsets stand for their supersets (WHATWG Encoding Standard, labels).
_SUPERSETS = {name: wide for wide, names in _WORDS["supersets"].items() for name in names}
_SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    what: tuple(signature.encode("latin-1") for signature in signatures)
    for what, signatures in _WORDS["signatures"].items()
}
STRAY = "synth-stray-bytes"
"""The error handler that reads stray bytes as Windows-1252, as browsers do."""
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
# Beyond white space: what IRC clients write for bold, colour and the like, and escape.
_SAID = bytes(range(0x20, 0x100)) + b"\t\n\v\f\r\b\x02\x03\x04\x0f\x11\x16\x1a\x1b\x1d\x1e\x1f"
_MOST_CONTROLS = 0.02
_FEW_RUNS = 8
_MOST_RUNS = 0.01


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error(STRAY, _stray_bytes)


def is_encoding(name: str) -> bool:
    """Whether Python can decode text in the encoding of this name."""
    try:
        b"".decode(name)
        return codecs.lookup(name).name not in _NOT_CHARSETS
    except (LookupError, ValueError):
        return False


def decode_head(head: bytes, encoding: str | None = None) -> str:
    """The beginning of a file as text, for recognising its format; never raises."""
    encoding = encoding or marked(head)
    if encoding is None:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
            encoding = "utf-8"
        except UnicodeDecodeError:
            encoding = guess(head)
    # A head is cut anywhere: the incremental decoder holds back half a character.
    return codecs.getincrementaldecoder(encoding)(STRAY).decode(head)


def decode_text(data: bytes, charset: str | None = None) -> str:
    """A whole text: in the declared charset if it fits, else UTF-8, else by its looks."""
    declared = (charset or "").strip().strip("\"'").lower()
    for name in (_SUPERSETS.get(declared, declared), "utf-8"):
        with suppress(LookupError, ValueError):
            if name and is_encoding(name):
                return data.decode(name)
    return data.decode(guess(data), STRAY)


def marked(head: bytes) -> str | None:
    """The encoding that a byte order mark, or the NULs of UTF-16, give away at the beginning."""
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
def guess(data: bytes) -> str:
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


def binary_kind(head: bytes) -> str | None:
    """What kind of file this is by its signature; None where it has none."""
    for what, signatures in _SIGNATURES.items():
        if head.startswith(signatures):
            return what
    return "a tar archive" if head[257:262] == b"ustar" else None


def is_text(head: bytes) -> bool:
    """Whether a file that begins so is text in which no NUL belongs.

    A NUL here and there is damage to a text (a torn download, a disk that was full, a program
    that pads its log); those of a binary file stand everywhere, among other bytes that no text
    has. False for UTF-16 and UTF-32, where every few bytes is one.
    """
    if head.startswith(_WIDE_MARKS) or binary_kind(head) is not None:
        return False
    if b"\0" not in head:
        return True
    rest = head.replace(b"\0", b"")
    n_runs = sum(map(bool, head.split(b"\0"))) - 1
    n_controls = len(rest.translate(None, _SAID))
    is_seldom = n_runs <= max(_FEW_RUNS, _MOST_RUNS * len(rest))
    return bool(rest.strip()) and is_seldom and n_controls <= _MOST_CONTROLS * len(rest)


def looks_binary(head: bytes) -> bool:
    """Whether a file that nobody recognises is no text."""
    if head.startswith(_WIDE_MARKS):
        return False
    sample = head[:4096]
    n_controls = len(sample.translate(None, _SAID))
    return b"\0" in head[:1024] or n_controls > _MOST_CONTROLS * len(sample)
