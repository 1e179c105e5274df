"""How numbers, times, languages and addresses are written on pages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from flask import Flask
from flask_babel import format_date, format_decimal, format_percent, get_locale, gettext
from jinja2 import StrictUndefined

from web.http.language import written_once
from web.http.permission import may_write
from web.services import alert_words
from web.services.containing import contained
from web.ui import words
from web.ui.paging import page_address
from web.ui.words import counted

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")


def day(at: date) -> str:
    """``3 March 2024``, ``3 mars 2024``; of a time, the day in UTC."""
    return _day(at.astimezone(UTC).date() if isinstance(at, datetime) else at)


@written_once
def _day(at: date) -> str:
    return format_date(at, "d MMMM y")


def clock(at: datetime) -> str:
    """``3 March 2024, 14:05 UTC``."""
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"


@written_once
def number(n: float) -> str:
    """``12,345``, ``12 345``."""
    return format_decimal(round(n))


@written_once
def decimal(n: float) -> str:
    """``0.876`` → ``0.88``, ``0,88``."""
    return format_decimal(round(n, 2))


@written_once
def percent(share: float) -> str:
    """``0.876`` → ``88%``, ``88 %``."""
    return format_percent(round(share, 2))


def duration(seconds: float) -> str:
    """``4 s``, ``2 min 5 s``, ``1 h 3 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if whole else gettext("under 1 s")
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def language_name(code: str) -> str:
    """``fr`` → ``French``, ``français``; a code nobody knows stays as it is."""
    try:
        return Locale.parse(code, sep="-").get_display_name(get_locale()) or code
    except (UnknownLocaleError, ValueError):
        return code


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
        day, clock, number, decimal, counted, percent, duration, language_name, language_tag,
        web_address,
    )  # fmt: skip
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.finalize = contained
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update({f.__name__: f for f in filters})
    app.jinja_env.globals.update(
        page_address=page_address,
        may_write=may_write,
        natures=words.NATURES,
        evidence_words=words.EVIDENCE,
        state_words=words.STATES,
        key_words=words.KEY_PASSAGES,
        stance_words=words.STANCES,
        unplaced_words=words.UNPLACED,
        verb_words=words.VERBS,
        quality_words=words.QUALITIES,
        fate_words=words.FATES,
        source_words=words.SOURCE_STATES,
        alert_words=alert_words.ALERTS,
        missing_words=alert_words.MISSING,
        band_words=alert_words.BANDS,
        light_words=alert_words.LIGHTS,
        stage_words=words.STAGES,
        step_words=words.STEPS,
        unit_words=words.UNITS,
        job_words=words.JOB_STATES,
    )
