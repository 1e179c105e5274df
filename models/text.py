"""Plain text made comparable: case, accents, runs of words, broken characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""For ``str.translate``: a Python string may hold lone surrogates, UTF-8 may not."""


def without_accents(text: str) -> str:
    """Decomposed characters (NFKD) without their combining marks; the case stays.

    Apply it before ``str.casefold`` where letters in mathematical styles count as well: they
    become plain letters first.
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def fold(text: str) -> str:
    """Case and accents removed, for comparing: ``Événement`` → ``evenement``."""
    return without_accents(text.casefold())


def shingles(text: str, n: int) -> Iterator[tuple[str, ...]]:
    """All runs of ``n`` words of a text, in order; case and line breaks do not matter."""
    words: Sequence[str] = text.casefold().split()
    return zip(*(words[start:] for start in range(n)), strict=False)


def without_surrogates(text: str) -> str:
    """The text, of the same length, with U+FFFD in place of each lone surrogate."""
    return text if text.isascii() else text.translate(SURROGATES)
