"""Characters: encoding damage repaired, what cannot be shown taken out, short codes as emoji."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from models.wordlists import read_toml

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

_NEWLINES = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_TERMINAL_ESCAPE = re.compile(
    r"\x1b(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\))"
)
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 controls
    "\u00ad\ufeff\ufff9-\ufffb"  # soft hyphen, byte order mark, annotations
    "\u202d\u202e"  # overrides: they make shown and stored order differ
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"  # noncharacters, lone surrogates
)
# A zero-width space marks word breaks in Thai, Lao, Khmer and Burmese; elsewhere it only hides.
_ZERO_WIDTH_SPACE = re.compile("(?<![\u0e00-\u17ff])\u200b")
_BIDI_PAIRS = re.compile("[\u202a\u202b\u202c\u2066-\u2069]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_SHORT_CODE = re.compile(r"(?<![\w:]):([a-z0-9_+-]{2,40}):(?![\w:])")
_EMOJI: Mapping[str, str] = read_toml(__package__, "emoji.toml")


def normalise(text: str) -> str:
    """Text in NFC with ``\\n`` newlines, without controls, with mojibake decoded.

    Mojibake is decoded line by line and only where ftfy's measure finds the line
    damaged as a whole (Speer, ftfy, 2019), so a line that speaks *about* wrong
    characters keeps them. Quotes, dashes and spaces stay as the author typed them.
    """
    if not text.isascii():
        text = _fix_encoding(text)
    text = _NEWLINES.sub("\n", text)
    if "\x1b" in text:
        text = _TERMINAL_ESCAPE.sub("", text)
    text = _UNSHOWABLE.sub("", text)
    if text.isascii():
        return text
    text = _ZERO_WIDTH_SPACE.sub("", text)
    if _BIDI_PAIRS.search(text):
        text = "\n".join(map(_balance_direction, text.split("\n")))
    return unicodedata.normalize("NFC", text)


def unescape(text: str) -> str:
    """Text with HTML entities decoded, also where an export escaped them twice."""
    for _ in range(3):
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return text


@cache
def _fixer() -> TextFixerConfig:
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False,
        uncurl_quotes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        remove_terminal_escapes=False,
        decode_inconsistent_utf8=False,
        normalization=None,
    )


def _fix_encoding(text: str) -> str:
    import ftfy
    from ftfy.badness import is_bad

    if not is_bad(text):
        return text
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if not line.isascii() and is_bad(line):
            lines[i] = ftfy.fix_text(line, config=_fixer())
    return "\n".join(lines)


def _balance_direction(line: str) -> str:
    """A line in which each direction mark closes that was opened; the other marks go."""
    open_marks: list[int] = []
    matched: set[int] = set()
    for found in _BIDI_PAIRS.finditer(line):
        mark = found.group()
        if mark not in "\u202c\u2069":
            open_marks.append(found.start())
        elif open_marks and (line[open_marks[-1]] in "\u202a\u202b") == (mark == "\u202c"):
            matched.update((open_marks.pop(), found.start()))
    return _BIDI_PAIRS.sub(lambda m: m.group() if m.start() in matched else "", line)


def emoji_for(code: str) -> str | None:
    """The emoji of a short code, with or without its colons; None for unknown ones."""
    name = code.strip().strip(":")
    if name in _EMOJI:
        return _EMOJI[name]
    try:
        found = unicodedata.lookup(name.replace("_", " "))
    except (KeyError, ValueError):
        return None
    return found if len(found) == 1 and unicodedata.category(found) == "So" else None


def show_emoji(text: str) -> str:
    """Text with the known short codes replaced; times (``10:30:15``) and unknown codes stay."""
    if text.count(":") < 2:
        return text
    return _SHORT_CODE.sub(lambda found: emoji_for(found.group(1)) or found.group(), text)
