"""What is to be masked in messages, found many at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from synth.masks import Finding, Findings, Masking, MaskKind, shown_for
from synth.privacy.contacts import find_contacts, find_links
from synth.privacy.stretches import Stretches
from synth.privacy.words import name_cues, named_after, no_names, particles

_WORD = re.compile(r"[^\W\d_]+")
_SMALL = re.compile(r"\b[a-zà-öø-ÿœ]{2,}\b")
_CAPITAL = r"[^\W\d_a-zà-öø-ÿœ][^\W\d_]+(?:-[^\W\d_a-zà-öø-ÿœ][^\W\d_]+)?"
_INNER_CAPITAL = re.compile(r"[a-z]{3,}[A-Z]")
"""In names of programs; ``McCartney`` has it earlier."""
_NAME = re.compile(r"[^\W\d_a-zà-öø-ÿœ][^\W\d_]*\.?(?:[ \-'’][^\W\d_]+\.?)*(?<![ .])")
"""Words, the first with a capital, and what stands between the words of a name."""
REACH = 24
"""Letters on either side of a name in which the next word is looked for."""
Words = tuple[str, str | None, str | None]
"""Text, subject and language of a message."""


def find_all(messages: Sequence[Words], masking: Masking) -> list[Findings]:
    """What is to be masked in each. Raises ModelMissing where names are, and cannot be read."""
    if masking is Masking.NOTHING:
        return [Findings() for _ in messages]
    languages = [language for _, _, language in messages]
    texts = _in_texts([text for text, _, _ in messages], languages, masking)
    subjects = _in_texts([subject or "" for _, subject, _ in messages], languages, masking)
    return [
        Findings(text=text, subject=subject) for text, subject in zip(texts, subjects, strict=True)
    ]


def _in_texts(
    texts: Sequence[str], languages: Sequence[str | None], masking: Masking
) -> list[tuple[Finding, ...]]:
    contacts = [
        find_contacts(text, language) for text, language in zip(texts, languages, strict=True)
    ]
    if masking is not Masking.NAMES:
        return [tuple(found) for found in contacts]
    from models.people import find_people

    people = find_people(texts, languages)
    small = frozenset(word for text in texts for word in _SMALL.findall(text))
    return [
        _with_people(found, list(_people(text, names, small)), language)
        for text, found, names, language in zip(texts, contacts, people, languages, strict=True)
    ]


def _people(
    text: str, recognised: Sequence[tuple[int, int]], small: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """What was recognised and looks like a name of somebody.

    ``small``: words that stand in small letters in these texts. A recogniser for news takes
    headings, first words of sentences and code for names; what is also written small is none.
    """
    links = Stretches(find_links(text))
    taken = Stretches()
    for start, end in _spoken_to(text, small):
        if taken.add(start, end):
            yield start, end
    for begun, ended in recognised:
        trimmed = _NAME.search(text, begun, ended)
        if trimmed is None or links.overlap(begun, ended) or taken.overlap(begun, ended):
            continue
        start, end = trimmed.span()
        is_name = _is_written_as_name(_WORD.findall(text[start:end]), small)
        if is_name and not _is_code(text, start, end) and not _is_called_after(text, start, end):
            yield start, end


@cache
def _cues() -> re.Pattern[str]:
    greetings, titles, closings = ("|".join(map(re.escape, some)) for some in name_cues())
    return re.compile(
        rf"\b(?:(?:(?i:{greetings}),?[ ]+|(?i:{closings})[,.]?\s{{1,3}})"
        rf"(?P<called>{_CAPITAL}(?:[ ]{_CAPITAL}){{0,2}})(?=\s*(?:[,.!:;]|\n|\Z))"
        rf"|(?:{titles})[ ](?P<titled>{_CAPITAL}(?:[ ]{_CAPITAL}){{0,2}}))"
    )


def _spoken_to(text: str, small: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Who is greeted or thanked, bears a title, or signs: recognisers of news miss them."""
    for found in _cues().finditer(text):
        start, end = found.span("called" if found["called"] else "titled")
        if not all(
            word.lower() in no_names() or (found["called"] and word.lower() in small)
            for word in _WORD.findall(text[start:end])
        ):
            yield start, end


def _is_written_as_name(words: Sequence[str], small: frozenset[str]) -> bool:
    said = [word.lower() for word in words]
    return not (
        all(word in small or word in no_names() for word in said)
        or all(word.isupper() for word in words)
        or any(word[0].islower() and word not in particles() for word in words)
        or any(_INNER_CAPITAL.search(word) for word in words)
    )


def _is_code(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(letter in "$_/\\:<>=@#{}" for letter in around.replace(": ", ""))


def _is_called_after(text: str, start: int, end: int) -> bool:
    """Whether it is a street, a school or the like that bears the name."""
    before, after = named_after()
    words_before = _WORD.findall(text[max(0, start - REACH) : start])
    words_after = _WORD.findall(text[end : end + REACH])
    return bool(words_before and words_before[-1].lower() in before) or bool(
        words_after and words_after[0].lower() in after
    )


def _with_people(
    contacts: Sequence[Finding], people: Sequence[tuple[int, int]], language: str | None
) -> tuple[Finding, ...]:
    """Both, in order of place; a name inside an address goes with the address."""
    taken = Stretches((one.start, one.end) for one in contacts)
    names = [
        Finding(start=start, end=end, kind=MaskKind.NAME, shown=shown_for(MaskKind.NAME, language))
        for start, end in people
        if not taken.overlap(start, end)
    ]
    return tuple(sorted((*contacts, *names), key=lambda one: one.start))
