"""Masks: what stands in a text for what would tell who somebody is, and how offsets move with it.

A stored text is shown as it is stored, so it is stored masked; what was there before is kept beside
it, as evidence.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources


class MaskKind(StrEnum):
    """What is masked."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    HANDLE = "handle"
    """``@name``."""
    PROFILE = "profile"
    """A link that leads to a person: a profile, a telephone number."""
    NAME = "name"


class Masking(StrEnum):
    """What is masked in the texts of a discussion."""

    NOTHING = "nothing"
    CONTACTS = "contacts"
    """Addresses, numbers, handles."""
    NAMES = "names"
    """Contacts, and names of people."""


MASKING_VERSION = 2
"""Rises with the rules: texts that were masked by earlier ones are looked at again."""


def masked_for(masking: Masking) -> str:
    """What the file notes of a text that was masked so."""
    return f"{MASKING_VERSION} {masking}"


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """Language → kind → what is shown."""
    text = (resources.files(__package__) / "masks.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def shown_for(kind: MaskKind, language: str | None) -> str:
    """What stands for it in a text of that language; in English where nobody translated it."""
    return _words().get(language or "", _words()["en"])[kind]


@cache
def _masks() -> re.Pattern[str]:
    words = {word for table in _words().values() for word in table.values()}
    return re.compile("|".join((*map(re.escape, sorted(words)), r"\bParticipant \d{3,}")))


def holds_mask(text: str) -> bool:
    """Whether something in the text is masked, or somebody called by their pseudonym."""
    return _masks().search(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A stretch ``start:end`` of an original text, and what is shown in its place."""

    start: int
    end: int
    kind: MaskKind
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is to be masked in a message."""

    text: tuple[Finding, ...] = ()
    subject: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A stretch ``start:end`` of a masked text, and what it hides."""

    start: int
    end: int
    kind: MaskKind
    original: str


def masked(text: str, findings: Iterable[Finding]) -> tuple[str, tuple[Mask, ...]]:
    """The text with masks in the place of what was found; findings do not overlap."""
    pieces: list[str] = []
    masks: list[Mask] = []
    done = length = 0
    for one in sorted(findings, key=lambda finding: finding.start):
        pieces += (text[done : one.start], one.shown)
        start = length + one.start - done
        length = start + len(one.shown)
        original = text[one.start : one.end]
        masks.append(Mask(start=start, end=length, kind=one.kind, original=original))
        done = one.end
    return "".join((*pieces, text[done:])), tuple(masks)


def restored(text: str, masks: Sequence[Mask]) -> str:
    """The original of a masked text."""
    pieces: list[str] = []
    done = 0
    for mask in masks:
        pieces += (text[done : mask.start], mask.original)
        done = mask.end
    return "".join((*pieces, text[done:]))


def findings_of(text: str, masks: Sequence[Mask]) -> tuple[Finding, ...]:
    """What was found in the original of a masked text."""
    found: list[Finding] = []
    moved = 0
    for mask in masks:
        start = mask.start + moved
        end = start + len(mask.original)
        shown = text[mask.start : mask.end]
        found.append(Finding(start=start, end=end, kind=mask.kind, shown=shown))
        moved = end - mask.end
    return tuple(found)


def with_pairs(text: str, pairs: Mapping[str, str]) -> str:
    """The text with the second of each pair in the place of the first: of names as whole words
    only, ``Ann`` and not ``Annual``."""
    if not pairs:
        return text
    found = "|".join(map(_whole, sorted(pairs, key=len, reverse=True)))
    return re.sub(found, lambda match: pairs[match[0]], text)


def _whole(original: str) -> str:
    is_contact = re.search(r"[@/\d]", original) is not None
    return re.escape(original) if is_contact else rf"(?<!\w){re.escape(original)}(?!\w)"


class Offsets:
    """Where places of an original text stand in the masked one, and the other way round.

    A place inside of what is masked moves to the end of it, on either side.
    """

    def __init__(self, masks: Sequence[Mask]) -> None:
        self._shown: list[tuple[int, int]] = []
        """Start and end of each mask in the masked text."""
        self._original: list[tuple[int, int]] = []
        """The same in the original."""
        moved = 0
        for mask in masks:
            start = mask.start + moved
            end = start + len(mask.original)
            self._shown.append((mask.start, mask.end))
            self._original.append((start, end))
            moved = end - mask.end

    def shown(self, at: int) -> int:
        """Offset in the original → offset in the masked text."""
        return _moved(at, self._original, self._shown)

    def original(self, at: int) -> int:
        """Offset in the masked text → offset in the original."""
        return _moved(at, self._shown, self._original)


def _moved(at: int, here: Sequence[tuple[int, int]], there: Sequence[tuple[int, int]]) -> int:
    last = bisect_left(here, (at,)) - 1
    if last < 0:
        return at
    return max(at, here[last][1]) - here[last][1] + there[last][1]
