"""A clause, and whether one can stand alone: its size, what it must not hold, what it leans on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models import wordlists
from models.keyphrases import is_vague, key_of
from models.languages import primary

MAX_CHARS = 70
MIN_WORDS, MAX_WORDS = 3, 14

_NOTHING: frozenset[str] = frozenset()
_BLANK = re.compile(r"\s+|(?<=['’])")
_JUNK = re.compile(
    r"https?:|www\.|\S@\S|[<>{}\[\]|\\^`~=$*_#§+]|::|\(|\)|\.\w{1,4}\b(?<=\w)|[«»\"“”„?]|\.\.|…"
    r"|\d{5,}|\n\s*\n|\n\s*[-•–*]|[^\W\d_][!,;][^\W\d_]|(?<=[^\d\s]\s)[b-df-hj-np-xz](?=\s)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """``text[start:end]``, fit to stand alone to the degree ``quality`` (0..1)."""

    start: int
    end: int
    surface: str
    quality: float


def is_fit(surface: str, language: str) -> bool:
    """Whether a wording has the size of a title and no address, code, courtesy or remark on the
    discussion itself in it."""
    if not MIN_WORDS <= len(surface.split()) <= MAX_WORDS or len(surface) > MAX_CHARS:
        return False
    if _JUNK.search(surface) or is_aside(surface):
        return False
    if not surface[0].isalnum() or surface[0].isdigit() or surface.count("‘") > surface.count("’"):
        return False
    if surface.rsplit(None, 1)[-1].casefold() in wordlists.NEVER_LAST | wordlists.CUT_OFF:
        return False
    telling = [w for w in set(key_of(surface, language).split()) if not is_vague(w, language)]
    return len(telling) >= 2


def is_aside(surface: str) -> bool:
    """Whether a wording greets, thanks, only agrees, or speaks of the discussion itself."""
    words = surface.split(" ")
    while len(words) > 1 and words[0].casefold().strip(",") in wordlists.OPENERS:
        words.pop(0)
    bare = " ".join(words)
    found = (
        wordlists.PLEASANTRY.match(bare),
        wordlists.ASIDE.match(bare) or wordlists.ASIDE.match(surface),
        wordlists.ABOUT_MESSAGES.search(bare),
    )
    return any(found)


def opens_loosely(surface: str, language: str) -> bool:
    """Whether the first word points at something said before, or at somebody: "It …", "Their …"."""
    first, second, *_ = (*spelt(surface), "", "")
    if first in wordlists.IMPERSONAL.get(language, _NOTHING):
        return second not in wordlists.AFTER_IMPERSONAL.get(language, _NOTHING)
    if (
        language == "de"
        and first == "das"
        and surface.split()[1:2]
        and surface.split()[1][0].isupper()
    ):
        return False  # an article
    first = first.removesuffix("-ci").removesuffix("-là")
    lists = (wordlists.ANAPHORS, wordlists.POSSESSIVES, wordlists.SPEAKER)
    return any(first in one.get(language, _NOTHING) for one in lists)


def spelt(surface: str) -> list[str]:
    """The words in small letters, cut behind apostrophes too."""
    words = [word.strip(",;:!.") for word in _BLANK.split(surface.casefold())]
    return [word.replace("’", "'") for word in words if word]


def self_contained(surface: str, language: str | None) -> float:
    """0..1: how well a stretch is understood without what stood before it."""
    tag = primary(language)
    anaphors = wordlists.ANAPHORS.get(tag, _NOTHING)
    words = spelt(surface)
    words += [word[:-1] for word in words if word.endswith("'")]
    share = 1.0
    if not wordlists.SPEAKER.get(tag, _NOTHING).isdisjoint(words):
        share *= 0.5
    if not wordlists.HEARERS.get(tag, _NOTHING).isdisjoint(words):
        share *= 0.7
    share *= 0.8 ** sum(map(anaphors.__contains__, words))
    if not wordlists.POSSESSIVES.get(tag, _NOTHING).isdisjoint(words):
        share *= 0.93
    if sum(map(str.isdigit, surface)) > 4:
        share *= 0.7
    letters = [c for c in surface if c.isalpha()]
    return 0.6 * share if sum(map(str.isupper, letters)) > 0.6 * len(letters) else share
