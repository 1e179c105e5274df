"""How sentences are written: capitals, figures, addresses, marks at their ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_ADDRESS: Final = re.compile(
    r"""(?:https?|ftp|mailto):\S+ | \bwww\.\S+ | [\w.+-]{1,64}+(?:@|\[at\])[\w.-]+ | <[^<>\s]+>
    | \+?\(?\d[\d\s()./-]{6,}\d""",
    re.VERBOSE | re.IGNORECASE,
)
"""Before its sign a mail address has 64 characters at most (RFC 5321); without a bound a line
of letters would be read to its end from each of them."""
_SCHEME: Final = re.compile(r"(?:https?|ftp|mailto):\S", re.IGNORECASE)
_TELEPHONE: Final = re.compile(r"\d[\d\s()./-]{6,}\d")
_WORD: Final = re.compile(r"[^\W\d_]+")
_first_letter = itemgetter(0)
_STOPS: Final = ".!?:;…。！？"
_CLOSERS: Final = "\"'”’»)]"
_END: Final = re.compile(rf"[{_STOPS}][\s{re.escape(_CLOSERS)}]*$")
_NUMBER: Final = re.compile(r"\d+\s?%|\d{2,}")
_LINK: Final = re.compile(r"https?://|www\.", re.IGNORECASE)

_LETTER, _UPPER, _DIGIT, _ALNUM = 1, 2, 4, 8
_KINDS: Final = (
    (_LETTER, re.compile(r"[^\W\d_]")),
    (_DIGIT, re.compile(r"\d")),
    (_ALNUM, re.compile(r"[^\W_]")),
)
_N_CODES: Final = 0x110000
_PORTION: Final = 16_384
"""Sentences whose characters are held as an array at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What the characters of ``n`` sentences tell; every field has shape (n,)."""

    texts: list[str]
    """The sentences without blanks at their ends."""
    prose: Floats
    """Share of the words outside addresses that begin small, or have no case."""
    address: Floats
    """Share taken by links, addresses and telephone numbers."""
    asks: Flags
    """A question mark ends the sentence or something in it."""
    is_unfinished: Flags
    """It does not end like a sentence."""
    is_rule: Flags
    """It has neither letters nor digits."""
    has_digit: Flags
    has_number: Flags
    """A number of two digits or more, or a percentage."""
    has_link: Flags


def read_surface(texts: Sequence[str]) -> Surface:
    """What the characters of each sentence tell, without looking at its words' meaning."""
    bare = [text.strip() for text in texts]
    counts = np.concatenate([np.zeros((4, 0), np.int64), *_counts(bare)], axis=1)
    n_words, n_capitals, n_digits, n_alnum = counts
    prose = (n_words - n_capitals) / np.maximum(1, n_words)
    address = np.zeros(len(bare))
    for row, (text, digits) in enumerate(zip(bare, n_digits.tolist(), strict=True)):
        if _may_hold_address(text, digits):
            rest = _ADDRESS.sub(" ", text)
            address[row] = 1 - len(rest.replace(" ", "")) / max(1, len(text.replace(" ", "")))
            prose[row] = _share_small(rest)
    has_number = n_digits > 0
    for row in np.flatnonzero(has_number).tolist():
        has_number[row] = bool(_NUMBER.search(bare[row]))
    return Surface(
        texts=bare,
        prose=prose,
        address=address,
        asks=_flags("? " in text or text.endswith("?") for text in bare),
        is_unfinished=_flags(_END.search(text) is None for text in bare),
        is_rule=n_alnum == 0,
        has_digit=n_digits > 0,
        has_number=has_number,
        has_link=_flags(
            ("://" in text or "www." in text.lower()) and bool(_LINK.search(text)) for text in bare
        ),
    )


def _flags(found: Iterator[bool]) -> Flags:
    return np.fromiter(found, dtype=np.bool_)


def _counts(texts: Sequence[str]) -> Iterator[NDArray[np.int64]]:
    """Words, words that begin with a capital, digits and letters or digits: (4, n) by portions.

    All characters of a portion are looked up at once, which takes a tenth of the time of a
    regular expression per sentence.
    """
    kind_of = np.zeros(_N_CODES, np.uint8)
    known: set[str] = set()
    for first in range(0, len(texts), _PORTION):
        lines = [f"{text}\n" for text in texts[first : first + _PORTION]]
        joined = "".join(lines)
        for character in set(joined) - known:
            kind_of[ord(character)] = _kind(character)
        known.update(joined)
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        kinds = kind_of[codes]
        begins = (kinds & _LETTER).astype(np.bool_)
        begins[1:] &= (kinds[:-1] & _LETTER) == 0
        starts = np.cumsum([0, *map(len, lines[:-1])])
        marks = (begins, begins & ((kinds & _UPPER) != 0), kinds & _DIGIT, kinds & _ALNUM)
        yield np.stack([np.add.reduceat(mark != 0, starts, dtype=np.int64) for mark in marks])


def _kind(character: str) -> int:
    kind = sum(bit for bit, pattern in _KINDS if pattern.match(character))
    return kind | (_UPPER if character.isupper() else 0)


def _may_hold_address(text: str, n_digits: int) -> bool:
    """Passes over the many sentences without an address much faster than looking for one."""
    if "@" in text or "<" in text or (":" in text and _SCHEME.search(text)):
        return True
    if n_digits > 1 and _TELEPHONE.search(text):
        return True
    lowered = text.lower()
    return "www." in lowered or "[at]" in lowered


def _share_small(text: str) -> float:
    """Share of the words that do not begin with a capital; 0 without words."""
    words = _WORD.findall(text)
    n_capitals = sum(map(str.isupper, map(_first_letter, words)))
    return (len(words) - n_capitals) / max(1, len(words))
