"""Telephone numbers in a text, as the numbering plans of their countries know them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth.privacy.words import phone_cues, phone_regions

_DIGITS = re.compile(
    r"(?<![\w.,/#=$€£-])(?:\+|00|\(?\d)[\d \t().\u00a0\u202f\u2010\u2011\-/]{6,50}\d(?![\w%€$£])"
)
"""What may hold a number: digits with what is written between them."""
_REACH = 24
"""Letters before a number in which a cue may stand."""
LEAST_DIGITS = 8
_DATE = re.compile(
    r"[\s(]*(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4})\)?(?:\s+\d\d?)?\s*"
)
_PLAUSIBLE = re.compile(r"[+(]|(?<!\d)0\d|\d{3}[-.]\d{3}[-.]\d{4}")
"""How a number begins, or is grouped, that counts without a word such as "phone" before it."""
_AS_TYPED = str.maketrans("\u202f\u2010\u2011", " --")
"""Narrow blanks and hyphens of typesetters; the places stay."""
MOST_CANDIDATES = 2_000
"""In one text; a table of measurements holds more, and no numbers of people."""


def find_phones(text: str, language: str | None) -> Iterator[tuple[int, int]]:
    """Where telephone numbers stand.

    A number with its country is known everywhere; one without where the language of the text says
    which countries may be meant, and where it is written as they write it. What could be anything
    counts only after a word such as "phone".
    """
    candidates = list(_DIGITS.finditer(text))
    if not candidates or len(candidates) > MOST_CANDIDATES:
        return
    for found in candidates:
        before = text[max(0, found.start() - _REACH) : found.start()]
        digits = found[0].translate(_AS_TYPED)
        if not _may_be_number(digits, before):
            continue
        regions = (*phone_regions(language), *((None,) if "+" in digits else ()))
        done = 0
        for region in regions:
            for start, end in _numbers(digits, region, before):
                if start >= done:
                    yield found.start() + start, found.start() + end
                    done = end


def _may_be_number(digits: str, before: str) -> bool:
    """Whether it is worth asking the numbering plans, which takes a hundred times longer."""
    if sum(map(str.isdigit, digits)) < LEAST_DIGITS or _DATE.fullmatch(digits):
        return False
    return _PLAUSIBLE.search(digits) is not None or _has_cue(before)


def _numbers(digits: str, region: str | None, before: str) -> Iterator[tuple[int, int]]:
    """Numbers of a country in a run of digits; ``before``: the text up to it."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    has_cue = _has_cue(before)
    usual: set[int] | None = None
    for match in PhoneNumberMatcher(digits, region, leniency=Leniency.VALID):
        if match.raw_string.startswith(("+", "00")) or has_cue:
            yield match.start, match.end
            continue
        if usual is None:
            matcher = PhoneNumberMatcher(digits, region, leniency=Leniency.STRICT_GROUPING)
            usual = {one.start for one in matcher}
        if match.start in usual and _is_told(match.raw_string):
            yield match.start, match.end


def _is_told(number: str) -> bool:
    """Whether a number of a numbering plan is written as one that is meant for calling."""
    digits = re.sub(r"\D", "", number)
    is_grouped = len(digits) < len(number)
    if number.startswith("(") or (digits.startswith("0") and (is_grouped or len(digits) == 10)):
        return True
    return _is_northern(number)


def _is_northern(number: str) -> bool:
    """As North America writes it: 416-555-0123, 416.555.0123."""
    return re.fullmatch(r"(?:1[-. ])?\d{3}([-.])\d{3}\1\d{4}", number) is not None


def _has_cue(before: str) -> bool:
    words = re.findall(r"\w+", before)
    return any(word.lower() in phone_cues() for word in words)
