"""Subjects compared without reply marks and list tags."""

from __future__ import annotations

import re
import unicodedata

_MARK = re.compile(
    r"\s*(?:(?:re|aw|antw|antwort|sv|vs|vá|odp|ynt|rép|rif|r|res|tr|fw|fwd|wg|wtr|vb|doorst|rv|enc|i)"
    r"\s{0,3}(?:\[\d+\]|\(\d+\)|\^\d+)?\s{0,3}[:：]|\[[^\[\]]{1,40}\])\s*",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"(?:\s*\[[^\[\]]{1,40}\]){0,3}\s*(?:re|aw|antw|antwort|sv|vs|odp|ynt|rép|rif|res)"
    r"\s{0,3}(?:\[\d+\]|\(\d+\)|\^\d+)?\s{0,3}[:：]",
    re.IGNORECASE,
)
_WAS = re.compile(r"\s*[\[(](?:was|war|était|formerly)\s?:?[^\])]{0,200}[\])]?\s*$", re.IGNORECASE)


def bare_subject(subject: str) -> str:
    """The subject casefolded, without reply and forward marks, list tags and ``(was: …)``.

    >>> bare_subject("[list] AW: Re: A Bridge over the Canal (was: Bridges)")
    'a bridge over the canal'
    """
    text = unicodedata.normalize("NFKC", subject)[:400]
    while found := _MARK.match(text):
        if found.end() == len(text) and text.strip().startswith("["):
            break
        text = text[found.end() :]
    return " ".join(_WAS.sub("", text).casefold().split())


def is_reply_subject(subject: str) -> bool:
    """Whether a subject begins with a reply mark (``Re:``, ``AW:``, ``RE :``)."""
    return _REPLY.match(subject) is not None
