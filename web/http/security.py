"""What keeps pages safe: which names this server answers for, and what browsers are told to refuse.
Who may do what stands in ``permission.py``."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_babel import gettext as _
from werkzeug.sansio.utils import host_is_trusted

View = TypeVar("View", bound=Callable[..., Any])
_SET_BY_PROXIES = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


def is_for_us() -> bool:
    """Whether the request names this server in its Host header.

    Otherwise a page elsewhere could read and write here by pointing its own name at this address
    (DNS rebinding): to the browser, both would be one site.
    """
    name = named_host()
    config = current_app.config
    names = {*config["HOSTS"], urlsplit(config["PUBLIC_URL"]).hostname or ""} - {""}
    if not names:
        names = {*LOOPBACK, config["HOST"]}
        if config["HOST"] not in LOOPBACK:
            # No foreign page has an address of numbers, or this machine's own name, for its own.
            names |= {socket.gethostname().lower()} | ({name} if _is_number(name) else set())
    return bool({name, name.strip("[]")} & names) or host_is_trusted(name, names)


def came_through_proxy() -> bool:
    """Whether a proxy passed the request on, be it one on this machine: then it comes from
    elsewhere."""
    return any(name in request.headers for name in _SET_BY_PROXIES)


def any_host(view: View) -> View:
    """Mark a view that answers whatever the Host header says: it tells nothing."""
    view.any_host = True  # type: ignore[attr-defined]
    return view


def is_for_any_host() -> bool:
    """Whether the view of this request is so marked."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "any_host", False))


def _check_host() -> Response | None:
    """One line where the name is not ours: a page would name styles that are refused as well."""
    if is_for_any_host() or is_for_us():
        return None
    told = _(
        "This server does not answer for the name “%(name)s”. Whoever runs it can allow the "
        "name: see “public_url” in docs/running.md.",
        name=named_host()[:100],
    )
    return Response(f"{told}\n", 400, mimetype="text/plain")


def named_host() -> str:
    """The Host header without its port, in small letters."""
    host = request.host.lower()
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


def _is_number(name: str) -> bool:
    """Whether this is an IP address."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000"}
"""Where the public address is one of https: browsers ask for no other from then on."""


def content_policy(*, frame_ancestors: str = "'none'") -> str:
    """The Content-Security-Policy of a page; ``frame_ancestors``: who may frame it."""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )


def init_app(app: Flask) -> None:
    """To be called before all other hooks are set: nothing is done for a request that is not for
    this server. Sends the headers with every answer that does not bring its own."""
    app.config.setdefault("PUBLIC_URL", "")
    app.config.setdefault("HOSTS", ())
    app.before_request(_check_host)
    app.after_request(_safe)


def _safe(response: Response) -> Response:
    headers = {"Content-Security-Policy": content_policy(), **_HEADERS}
    if request.is_secure and current_app.config["PUBLIC_URL"].startswith("https:"):
        headers |= _ENCRYPTED
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
