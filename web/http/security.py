"""What keeps pages safe: who may change things, and what browsers are told to refuse.

There are no accounts yet: only the user of the machine itself may change things.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Response, abort, current_app, request
from flask_babel import gettext as _

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
P = ParamSpec("P")
R = TypeVar("R")


def may_write() -> bool:
    """Whether this request may upload and decide.

    On a loopback address the Host header must be one too; otherwise a page elsewhere could
    reach this server by pointing its own name at it (DNS rebinding).
    """
    if not current_app.config["UPLOADS"]:
        return False
    return current_app.config["HOST"] not in LOOPBACK or _named_host() in LOOPBACK


def writers_only(view: Callable[P, R]) -> Callable[P, R]:
    """403 for requests that may not change things."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not may_write():
            abort(
                403,
                description=_("Changes can only be made on the machine that serves this page."),
            )
        return view(*args, **kwargs)

    return guarded


def _named_host() -> str:
    """The Host header without its port."""
    host = request.host
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def content_policy(*, frame_ancestors: str = "'none'") -> str:
    """The Content-Security-Policy of a page; ``frame_ancestors``: who may frame it."""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )


def init_app(app: Flask) -> None:
    """Send the headers with every answer that does not bring its own."""
    app.after_request(_safe)


def _safe(response: Response) -> Response:
    for name, value in {"Content-Security-Policy": content_policy(), **_HEADERS}.items():
        response.headers.setdefault(name, value)
    return response
