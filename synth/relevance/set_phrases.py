"""Turns that are made of set phrases only: greetings, thanks, tests, "nothing to add"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from models.text import fold
from models.wordlists import read_toml, words
from synth.records import Unplaced

MOST_WORDS = 25
"""A longer turn says something beside its set phrases."""
MOST_LETTERS = 1_000
MOST_NAMES = 2
"""Names that may stand in a greeting or thanks."""

ADDRESS = re.compile(
    r"""<?(?:https?://|ftp://|www\.)[^\s<>]+>?
    | [\w.+-]{1,64}+(?:@|\[at\]|\s?\(at\)\s?)[\w-]+\.[\w.-]+
    | \b(?:[a-z0-9-]+\.)+(?:com|org|net|gov|edu|io|eu|fr|de|es|cat|it|uk|ca|ch|example)(?:/\S*)?\b
    | \+?\(?\d[\d\s()./-]{7,}\d""",
    re.VERBOSE | re.IGNORECASE,
)
"""Web and mail addresses, and telephone numbers. Before its sign a mail address has 64 characters
at most (RFC 5321)."""
_BETWEEN_WORDS = re.compile(r"[^\w#@]+")
_LETTER = re.compile(r"[^\W\d_]")
_PLUS_ONE = re.compile(r"\+\s?1(?:\s?0{1,3})?\s*[!.]*")
_NOUNS_ARE_CAPITALISED = "de"

_LISTS = read_toml(__package__, "set_phrases.toml")
_IN_ORDER = (
    Unplaced.LIST_MATTER,
    Unplaced.DUPLICATE,
    Unplaced.BOT,
    Unplaced.TEST,
    Unplaced.NO_ANSWER,
    Unplaced.THANKS,
    Unplaced.GREETING,
)
"""A turn of phrases of several reasons has the first of these."""
_MAY_NAME = frozenset({Unplaced.THANKS, Unplaced.GREETING})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrases:
    """What the lists hold, folded."""

    reason_of: Mapping[str, Unplaced]
    """Phrase → its reason."""
    beside: Mapping[Unplaced, frozenset[str]]
    """Words that may stand beside phrases of a reason."""
    alone: frozenset[str]
    """Phrases before which a capital begins no name: "Great Britain", "Super Marché"."""
    patterns: Mapping[Unplaced, re.Pattern[str]]
    longest: int
    """Words of the longest phrase."""


def reason_in_words(text: str, language: str | None = None) -> Unplaced | None:
    """Why a turn of set phrases, or of addresses only, says nothing about the question.

    ``text`` is the whole turn; ``language`` its ISO 639-1 code where known: in German a capital
    tells no name. None where it says more, and for turns of more than 25 words.
    """
    bare = text.strip()
    # Most texts are longer: they are told without looking for addresses in them.
    if not bare or len(bare) > MOST_LETTERS or bare.count(" ") > MOST_WORDS:
        return None
    if _PLUS_ONE.fullmatch(bare):
        return Unplaced.NO_ANSWER
    without = ADDRESS.sub(" # ", bare)
    if not _LETTER.search(without):
        return _without_letters(without)
    folded = folded_words(without)
    if folded.count(" ") >= MOST_WORDS:
        return None
    return _fitting(folded) or _covered(folded.split(), _names(bare, language))


def _fitting(folded: str) -> Unplaced | None:
    """The reason of a turn that holds addresses only, or fits a pattern."""
    known = _phrases()
    if "#" in folded and known.beside[Unplaced.ADDRESS].issuperset(folded.split()):
        return Unplaced.ADDRESS
    return next((r for r, pattern in known.patterns.items() if pattern.fullmatch(folded)), None)


def folded_words(text: str) -> str:
    """Words without case, accents and punctuation, one blank between two."""
    return _BETWEEN_WORDS.sub(" ", fold(text)).strip()


def _without_letters(text: str) -> Unplaced | None:
    """A turn of addresses, or of marks and signs; one that is a figure answers something."""
    if "#" in text:
        return Unplaced.ADDRESS
    return None if any(map(str.isdigit, text)) else Unplaced.NO_ANSWER


def _covered(said: list[str], names: frozenset[str]) -> Unplaced | None:
    """The reason of the phrases that, with the words beside them, are all that is ``said``."""
    known = _phrases()
    found: set[Unplaced] = set()
    others: list[str] = []
    may_name = False
    at = 0
    while at < len(said):
        for n in range(min(known.longest, len(said) - at), 0, -1):
            phrase = " ".join(said[at : at + n])
            reason = known.reason_of.get(phrase)
            if reason is not None:
                found.add(reason)
                may_name |= reason in _MAY_NAME and phrase not in known.alone
                at += n
                break
        else:
            others.append(said[at])
            at += 1
    if not found:
        return None
    beside = frozenset({"#"}).union(*(known.beside.get(reason, frozenset()) for reason in found))
    unknown = [word for word in others if word not in beside]
    if len(unknown) > (MOST_NAMES if may_name else 0) or not names.issuperset(unknown):
        return None
    return next(reason for reason in _IN_ORDER if reason in found)


def _names(text: str, language: str | None) -> frozenset[str]:
    """Words with a capital, folded, where that tells a name; and those that are addressed."""
    if language == _NOUNS_ARE_CAPITALISED:
        return frozenset()
    capital = (word for word in re.findall(r"[^\W\d_]+", text) if word[0].isupper())
    return frozenset(fold(word) for word in (*capital, *re.findall(r"@\w+", text)))


@cache
def _phrases() -> _Phrases:
    reasons = {name: Unplaced(name) for name in _LISTS}
    reason_of = {
        folded_words(phrase): reasons[name]
        for name, kinds in _LISTS.items()
        for phrases in kinds.get("phrases", {}).values()
        for phrase in phrases
    }
    return _Phrases(
        reason_of=reason_of,
        beside={
            reasons[name]: words(fold(" ".join(kinds["beside"].values()))) | {"#"}
            for name, kinds in _LISTS.items()
            if "beside" in kinds
        },
        alone=frozenset(
            folded_words(phrase)
            for kinds in _LISTS.values()
            for phrases in kinds.get("alone", {}).values()
            for phrase in phrases
        ),
        patterns={
            reasons[name]: re.compile(
                "|".join(p for some in kinds["patterns"].values() for p in some)
            )
            for name, kinds in _LISTS.items()
            if "patterns" in kinds
        },
        longest=max(phrase.count(" ") + 1 for phrase in reason_of),
    )
