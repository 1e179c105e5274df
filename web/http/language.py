"""The language of the pages: asked for in the address, kept in a cookie, else what the browser
prefers. The language of people's words is marked where they stand."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVarTuple
from urllib.parse import quote, urlencode

from flask import Flask, Response, request
from flask_babel import Babel, get_locale

Ts = TypeVarTuple("Ts")

LANGUAGES = {"en": "English", "fr": "Français"}
"""Every language of the pages, by its own name."""
_LOCALES = {"en": "en_GB"}
"""How dates and numbers are written, where the language alone does not say."""
_RTL = frozenset({"ar", "fa", "he", "ur"})
COOKIE = "lang"
_MOST_WRITTEN = 4_096
_A_YEAR = 365 * 24 * 3600


def written_once(write: Callable[[*Ts], str]) -> Callable[[*Ts], str]:
    """Remember how a date or a number is written in each language: a page has hundreds of them,
    and each takes as long as a line of the page's own words."""

    @lru_cache(maxsize=_MOST_WRITTEN)
    def remembered(_locale: object, *args: *Ts) -> str:
        return write(*args)

    @wraps(write)
    def ask(*args: *Ts) -> str:
        return remembered(get_locale(), *args)

    return ask


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
    Babel(app, locale_selector=lambda: _LOCALES.get(page_language(), page_language()))
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
        response.set_cookie(COOKIE, wanted, max_age=_A_YEAR, samesite="Lax", httponly=True)
    return response
