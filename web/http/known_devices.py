"""Browsers in which a member has signed in before: whoever guesses passwords from elsewhere cannot
lock them out there.

Wrong passwords are counted for each account, from wherever they come. A browser that has signed in
to the account once has a count of its own, so that others' guesses do not stand in its way
(OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from synth.store import Member

COOKIE = "known"
LASTS = 365 * 24 * 3600
"""Seconds."""
MOST = 5
"""Accounts that one browser is known to; the last ones."""


def device_key(member: Member | None) -> str | None:
    """The number of this browser, where the member has signed in in it before."""
    return None if member is None else _devices().get(str(member.id))


def remember_device(member: Member) -> None:
    """Let this browser be known to the member; the number stays while they use it."""
    known = dict(_devices())
    number = known.pop(str(member.id), None) or secrets.token_urlsafe(12)
    kept = dict(list(known.items())[1 - MOST :]) | {str(member.id): number}

    @after_this_request
    def send(response: Response) -> Response:
        config = current_app.config
        response.set_cookie(
            COOKIE,
            _signer().dumps(kept),
            max_age=LASTS,
            path=config["SESSION_COOKIE_PATH"] or config["APPLICATION_ROOT"],
            secure=config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _devices() -> Mapping[str, str]:
    """Member → the number of this browser; empty where the cookie is not ours."""
    try:
        found = _signer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="known device")
