"""How numbers, times, languages and addresses are written on pages."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask
from jinja2 import StrictUndefined

from synth.records import Nature, ParentEvidence
from web.paging import page_address
from web.permission import may_write

_LANGUAGES = {
    "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hu": "Hungarian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovene", "sv": "Swedish", "tr": "Turkish",
    "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")
_IRREGULAR = {"reply": "replies", "person": "people"}

NATURES = {
    Nature.ISSUE: "Issue",
    Nature.SOLUTION: "Solution",
    Nature.KNOWLEDGE: "Knowledge",
    Nature.EXAMPLE: "Example",
    Nature.CONCEPT: "Concept",
    Nature.ARGUMENT: "Argument",
    Nature.BIAS: "Bias",
}
EVIDENCE = {
    ParentEvidence.HEADER: "said by the message itself",
    ParentEvidence.REFERENCES: "an older ancestor named by the message",
    ParentEvidence.QUOTE: "quotes the words it answers",
    ParentEvidence.SUBJECT: "same subject, later",
    ParentEvidence.MENTION: "addresses an earlier speaker",
    ParentEvidence.NONE: "answers nothing, or nobody can tell",
}


def day(at: datetime) -> str:
    """``3 March 2024``."""
    return f"{at.day} {at:%B %Y}"


def clock(at: datetime) -> str:
    """``3 March 2024, 14:05 UTC``."""
    return f"{day(at)}, {at:%H:%M} UTC"


def number(n: float) -> str:
    """``12,345``."""
    return f"{round(n):,}"


def noun_for(n: int, noun: str) -> str:
    """``message`` for one, ``messages`` for any other number."""
    return noun if n == 1 else _IRREGULAR.get(noun, f"{noun}s")


def counted(n: int, noun: str) -> str:
    """``1 message``, ``1,204 messages``."""
    return f"{n:,} {noun_for(n, noun)}"


def percent(share: float) -> str:
    """``0.876`` → ``88 %`` with a space that does not break."""
    return f"{100 * share:.0f}\u00a0%"


def duration(seconds: float) -> str:
    """``4 s``, ``2 min 5 s``, ``1 h 3 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if whole else "under 1 s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def language_name(code: str) -> str:
    """``fr`` → ``French``; a code nobody knows here stays as it is."""
    return _LANGUAGES.get(code, code)


def language_tag(code: str | None) -> str:
    """A value fit for ``lang=``; empty (unknown) for anything that is not a language tag."""
    return code if code and _TAG.match(code) else ""


def web_address(url: str | None) -> str | None:
    """The address if it is plain http or https, else None: no other scheme becomes a link."""
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else None


def add_filters(app: Flask) -> None:
    """Give the templates these words; a name that is not given fails loudly."""
    filters = (
        day, clock, number, noun_for, counted, percent, duration, language_name, language_tag,
        web_address,
    )  # fmt: skip
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update({f.__name__: f for f in filters})
    app.jinja_env.globals.update(
        page_address=page_address, may_write=may_write, natures=NATURES, evidence_words=EVIDENCE
    )
