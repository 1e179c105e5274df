"""How many bytes a request may bring: little everywhere, much where files are uploaded.

The limit is known from the head of a request alone, so that a server can refuse a body before it
reads it (``web/serving/server.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from flask_babel import gettext as _

from synth.errors import StoreProblem
from synth.store import DatabaseError
from web.http import permission, proxy

SMALL_BODY = 64 * 1024
"""Bytes; enough for every form, and for every question to the API."""
MAX_HEAD = 32 * 1024
"""Bytes of all headers of a request."""
MEGABYTE = 1024 * 1024
MAX_UPLOAD_BYTES = 512 * MEGABYTE
"""Of all files of one upload; config ``UPLOAD_LIMIT``."""
MAX_FORM_PARTS = 1_000
"""Fields and files of one form."""
View = TypeVar("View", bound=Callable[..., Any])
Environ = dict[str, Any]


def takes_files(view: View) -> View:
    """Mark a view that takes uploads: who may upload may send it as much as the configuration
    allows."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def body_limit() -> int:
    """Bytes that the body of this request may have."""
    return int(current_app.config["UPLOAD_LIMIT"]) if _is_upload() and _may_upload() else SMALL_BODY


def limit_of(app: Flask) -> Callable[[Environ], int]:
    """What tells the limit from a WSGI environment, before the request is handed to ``app``."""

    def ask(environ: Environ) -> int:
        limits: list[int] = []

        def note(seen: Environ, _start_response: object) -> list[bytes]:
            with app.request_context(seen):
                limits.append(body_limit())
            return []

        proxy.wrapped(app, note)(environ, _start)
        return limits[0]

    return ask


def _start(*_: object) -> Callable[[bytes], object]:
    """Stands for a server that sends an answer."""
    return lambda _data: None


def init_app(app: Flask) -> None:
    """To be called before anything that reads forms."""
    app.config.setdefault("UPLOAD_LIMIT", MAX_UPLOAD_BYTES)
    app.config.setdefault("MAX_FORM_MEMORY_SIZE", SMALL_BODY)
    app.config.setdefault("MAX_FORM_PARTS", MAX_FORM_PARTS)
    app.before_request(_refuse)


def _refuse() -> None:
    """403 or 413 before anything is read; what comes without a length is counted while it is
    read."""
    limit = request.max_content_length = body_limit()
    if (request.content_length or 0) <= limit:
        return
    if limit == SMALL_BODY and _is_upload():
        permission.require_upload()
    size = f"{limit // 1024} kB" if limit < MEGABYTE else f"{limit // MEGABYTE} MB"
    abort(413, description=_("At most %(size)s can be sent to this address.", size=size))


def _may_upload() -> bool:
    try:
        return permission.may_upload()
    except (StoreProblem, DatabaseError):
        return False  # the page tells what is wrong with the file


def _is_upload() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method == "POST" and getattr(view, "takes_files", False)
