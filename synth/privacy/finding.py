"""What is to be masked in messages, found many at a time."""

from __future__ import annotations

from collections.abc import Sequence

from synth.masks import Finding, Findings, Masking, MaskKind
from synth.privacy.contacts import find_contacts
from synth.privacy.words import shown_for

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
    return [
        _with_people(found, names, language)
        for found, names, language in zip(contacts, people, languages, strict=True)
    ]


def _with_people(
    contacts: Sequence[Finding], people: Sequence[tuple[int, int]], language: str | None
) -> tuple[Finding, ...]:
    """Both, in order of place; a name inside an address goes with the address."""
    names = [
        Finding(start=start, end=end, kind=MaskKind.NAME, shown=shown_for(MaskKind.NAME, language))
        for start, end in people
        if all(end <= one.start or one.end <= start for one in contacts)
    ]
    return tuple(sorted((*contacts, *names), key=lambda one: one.start))
