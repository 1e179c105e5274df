"""The language of the pages, and how numbers, dates and languages are written in it.

The language is what the address asks for, else what the cookie says, else what the browser
prefers. People's own words keep their language; it is marked where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache, wraps
from typing import TypeVarTuple
from urllib.parse import quote, urlencode

from babel import Locale, UnknownLocaleError
from flask import Flask, Response, request
from flask_babel import Babel, format_date, format_decimal, format_percent, get_locale, gettext

from synth.export.report import TRANSLATIONS

Ts = TypeVarTuple("Ts")

LANGUAGES = {"en": "English", "fr": "Français"}
"""Every language of the pages, by its own name."""
_LOCALES = {"en": "en_GB"}
"""How dates and numbers are written, where the language alone does not say."""
_RTL = frozenset({"ar", "fa", "he", "ur"})
COOKIE = "lang"
_MAX_FORMATTED = 4_096
_A_YEAR = 365 * 24 * 3600
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")


def page_language() -> str:
    """``en`` or ``fr``: one of ``LANGUAGES``. Programs are answered in English."""
    if request.path.startswith("/api/"):
        return "en"
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return request.accept_languages.best_match(LANGUAGES, default="en") or "en"


def page_direction() -> str:
    """``ltr`` or ``rtl``."""
    return "rtl" if page_language() in _RTL else "ltr"


def address_in(language: str) -> str:
    """The page being shown, in another language."""
    asked = request.args.copy()
    asked["lang"] = language
    return f"{request.script_root}{quote(request.path)}?{urlencode(list(asked.items(multi=True)))}"


def init_app(app: Flask) -> None:
    Babel(
        app,
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=lambda: _LOCALES.get(page_language(), page_language()),
    )
    app.jinja_env.globals.update(
        languages=LANGUAGES,
        page_language=page_language,
        page_direction=page_direction,
        address_in=address_in,
    )
    app.after_request(_remember)


def _remember(response: Response) -> Response:
    """Keep a language that was asked for, where it is not the one already kept."""
    wanted = request.args.get("lang")
    if wanted in LANGUAGES and request.cookies.get(COOKIE) != wanted:
        response.set_cookie(
            COOKIE,
            wanted,
            max_age=_A_YEAR,
            path=f"{request.script_root}/",
            secure=request.is_secure,
            samesite="Lax",
            httponly=True,
        )
    return response


def cached_by_language(write: Callable[[*Ts], str]) -> Callable[[*Ts], str]:
    """Cache what a function writes in each language.

    A page has hundreds of dates and numbers, and Babel takes as long for each as a template for a
    line of words.
    """

    @lru_cache(maxsize=_MAX_FORMATTED)
    def write_in(_locale: object, *args: *Ts) -> str:
        return write(*args)

    @wraps(write)
    def write_now(*args: *Ts) -> str:
        return write_in(get_locale(), *args)

    return write_now


def day(at: date) -> str:
    """``3 March 2024``, ``3 mars 2024``; of a time, the day in UTC."""
    return _day(at.astimezone(UTC).date() if isinstance(at, datetime) else at)


@cached_by_language
def _day(at: date) -> str:
    return format_date(at, "d MMMM y")


def clock(at: datetime) -> str:
    """``3 March 2024, 14:05 UTC``."""
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"


@cached_by_language
def number(n: float) -> str:
    """``12,345``, ``12 345``."""
    return format_decimal(round(n))


@cached_by_language
def decimal(n: float) -> str:
    """``0.876`` → ``0.88``, ``0,88``."""
    return format_decimal(round(n, 2))


@cached_by_language
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
