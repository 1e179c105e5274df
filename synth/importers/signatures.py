"""Whether a file is text at all, judged from its first bytes, and what it is otherwise.

A text file may hold a NUL here and there: a torn download, a disk that was full, a program
that pads its log. That is damage to a text, and no sign of a binary file, whose NULs stand
everywhere, among other bytes that no text has.
"""

from __future__ import annotations

_SIGNATURES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "an SQLite database",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\xd0\xcf\x11\xe0": "an old Office document or Outlook message",
    b"!BDN": "an Outlook data file",
    b"PK\x03\x04": "an Office document",
    b"PK\x05\x06": "an empty zip archive",
    b"\x7fELF": "a program",
    b"MZ\x90\0": "a program",
    b"PAR1": "a Parquet table",
}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
# Beyond white space: what IRC clients write for bold, colour and the like, and escape.
_SAID = bytes(range(0x20, 0x100)) + b"\t\n\v\f\r\b\x02\x03\x04\x0f\x11\x16\x1a\x1b\x1d\x1e\x1f"
_MOST_CONTROLS = 0.02
_FEW_RUNS = 8
_MOST_RUNS = 0.01


def binary_kind(head: bytes) -> str | None:
    """What kind of file this is by its signature; None where it has none."""
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            return what
    return "a tar archive" if head[257:262] == b"ustar" else None


def is_text(head: bytes) -> bool:
    """Whether a NUL in or after these first bytes stands where none belongs: the file is text.

    False for UTF-16 and UTF-32, in which they do belong: every few bytes is one.
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
