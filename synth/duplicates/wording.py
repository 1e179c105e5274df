"""Texts as sentences of plain words, and the words that may never differ between copies."""

from __future__ import annotations

import re
from functools import lru_cache

from models.text import without_accents

_WORD = re.compile(r"[^\W_]+")
# A single line break may be a mail program's; a blank line is the author's.
_END = re.compile(r"(?<=[.!?…:;])[\"'»”)\]]*\s+|\n\s*\n")

# Words that mean something else as often (may, march, quarter, neuf, mars) are left out.
_NUMBERS = """
    two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty
    sixty hundred thousand million millions billion billions half third double twice
    deux trois quatre cinq sept huit dix onze douze quinze vingt trente quarante cinquante
    soixante cent cents mille millions milliard milliards moitie tiers demi demie quart
    zwei drei vier funf sechs sieben acht neun zehn zwanzig hundert tausend
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays
    fridays saturdays sundays weekend weekends lundi mardi mercredi jeudi vendredi samedi dimanche
    january february april june july august september october november december
    janvier fevrier avril juin juillet aout septembre octobre novembre decembre
    montag dienstag mittwoch donnerstag freitag samstag sonntag
"""
_TURNS = """
    not no nor never none nobody nothing neither cannot without t hardly against anti wrong false
    doubt less fewer least minus only
    ne n non ni jamais aucun aucune rien sans contre faux fausse tort doute moins seulement
    nicht nein nie niemals kein keine keinen keiner keinem ohne gegen falsch weniger nur
    nunca jamas ningun ninguna nada sin contra menos mai senza nessuno nessuna
"""
_SIDES = re.compile(
    r"(?:un|in|dis|des)?(?:approv|approuv|reject|rejet|support|souten|soutien|oppos|accept|refus"
    r"|agree|accord|favo|increas|augment|reduc|redui|decreas|diminu|lower|rais|baiss|hauss"
    r"|allow|forbid|prohibit|banned|banning|ban$|autoris|authori[sz]|interdi|keep|remov|suppri"
    r"|mainten|maintien|abandon|abol|repeal|abrog|stop|cancel|annul|ablehn|zustimm|verbiet|erlaub)"
)
_SPOKEN = frozenset(_NUMBERS.split())
_TURNING = frozenset(_TURNS.split())


def words_of(text: str) -> tuple[str, ...]:
    """Words without case, accents and punctuation; ``don't`` is ``don`` and ``t``."""
    return tuple(_WORD.findall(without_accents(text).casefold()))


def sentences_of(text: str) -> list[str]:
    """Stretches that end like sentences or before a blank line, none of them blank."""
    return [part for part in _END.split(text) if part and not part.isspace()]


@lru_cache(maxsize=100_000)
def is_weighty(word: str) -> bool:
    """Whether another word in its place says something else: a number or date, a negation, or a
    word that takes a side. English, French and some German, Spanish and Italian."""
    if word.isalpha():
        return word in _TURNING or word in _SPOKEN or _SIDES.match(word) is not None
    return True


def root(word: str) -> str:
    """Weighty words with the same root weigh the same: ``supports`` and ``supporting``."""
    found = _SIDES.match(word)
    return found.group() if found else word


@lru_cache(maxsize=100_000)
def weighty(words: tuple[str, ...]) -> tuple[str, ...]:
    """The roots of the weighty words, in order."""
    return tuple(root(word) for word in words if is_weighty(word))
