"""Lone surrogates, which a Python string may hold and UTF-8 may not."""

from __future__ import annotations

REPLACEMENTS = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""For ``str.translate``."""


def replaced(text: str) -> str:
    """The text, of the same length, with U+FFFD in place of each lone surrogate."""
    return text if text.isascii() else text.translate(REPLACEMENTS)
