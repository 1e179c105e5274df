"""Full stops that do not end a sentence."""

from __future__ import annotations

import re

_WRITTEN = """
abs al alin anm approx art aufl av avr bd bspw bzw c.-à-d ca cap cf ch chap cit col d.h déc dept
dez dipl dott dr e.g ecc ed eds env eq esp est etc evtl ex exc feb fév févr fig figs fr geb gest
ggf gov hon hr i.e ibid incl inkl inst jan janv jh jhdt jr juil lt m mag max mgr min mio misc mlle
mm mme mr mrd mrs ms mt nb no nos nov nr núm n° okt oct op p p.ex pág par pp prof pt ref refs resp
rev réf s s.a s.o s.u sec sect sen sept sig sog soc spec sr sra st str suppl tab tel tél u u.a u.s
usw v vgl vol vols vs w.r.t z z.b zzgl éd
"""
"""Of several languages, in lower case and without the final stop."""
_ABBREVIATIONS = frozenset(_WRITTEN.split())
_MAY_END = frozenset(
    {"al", "ecc", "etc", "ex", "jh", "m", "max", "min", "no", "p", "s", "st", "u.a", "u.s"}
    | {"usw", "v"}
)
"""Abbreviations that also stand at the end of a sentence, and words that look like one."""
_DAYS_AND_RANKS = frozenset({"cs", "da", "de", "et", "fi", "hu", "nb", "nn", "no", "pl", "sk"})
"""Languages that write ordinals as a number with a full stop."""

_LAST_WORD = re.compile(r"([^\s(\[«„“\"'’]+)\.\Z")
_MARKER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]\Z")
_ORDINAL = re.compile(r"\d{1,2}\Z")
_OPEN_END = re.compile(r"(?:…|\.\.\.|[\"'”’»)\]])\Z")
_CLOSED_WORD = re.compile(r"(?:\s|\A)[^\W\d_]{3,}\.\Z")
_NEW_WORD = re.compile(r"[^\W\d_]{1,20}(?=[\s’',]|\Z)")
_FULL_WIDTH = "。！？｡"


def belong_together(
    text: str, left: tuple[int, int], right: tuple[int, int], *, language: str | None
) -> bool:
    """Whether two neighbouring spans of ``text`` are one sentence after all."""
    before, after = text[slice(*left)], text[slice(*right)]
    if not _has_words(before) or not _has_words(after) or _MARKER.match(before):
        return True
    if left[1] == right[0] and before[-1] not in _FULL_WIDTH:
        return not _is_missing_blank(before, after)
    if after[0].islower() and _OPEN_END.search(before):
        return True
    word = _LAST_WORD.search(before)
    return word is not None and _is_abbreviation(word.group(1), after, language)


def _has_words(stretch: str) -> bool:
    return any(character.isalnum() for character in stretch)


def _is_missing_blank(before: str, after: str) -> bool:
    """Whether somebody forgot the blank; otherwise it is a file name or the like."""
    return (
        after[0].isupper()
        and _CLOSED_WORD.search(before) is not None
        and _NEW_WORD.match(after) is not None
    )


def _is_abbreviation(word: str, after: str, language: str | None) -> bool:
    if len(word) == 1 and word.isupper():  # an initial
        return True
    if word.lower() in _ABBREVIATIONS:
        return word.lower() not in _MAY_END or not after[0].isupper()
    return language in _DAYS_AND_RANKS and _ORDINAL.match(word) is not None
