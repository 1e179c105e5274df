"""The application factory: configuration, safety headers, pages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from synth.errors import StoreProblem
from web import store
from web.api import api
from web.jobs import Jobs
from web.pages.discussions import discussions
from web.pages.harvest import harvest
from web.pages.ideas import ideas
from web.pages.search import search
from web.pages.threads import threads
from web.pages.uploads import uploads
from web.presentation import add_filters

MAX_UPLOAD_BYTES = 512 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The viewer over ``config["DB"]``.

    ``UPLOADS`` says whether exports may be uploaded and extracts decided; by default only when
    ``HOST`` is a loopback address, because there are no accounts yet.
    """
    app = Flask(__name__)
    app.config.from_mapping(
        DB="synth.db",
        HOST="127.0.0.1",
        SECRET_KEY=secrets.token_hex(32),
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.config.from_mapping(config or {})
    app.config.setdefault("UPLOADS", app.config["HOST"] in LOOPBACK)
    app.extensions["jobs"] = Jobs(Path(app.config["DB"]))
    CSRFProtect(app)
    store.init_app(app)
    add_filters(app)
    for pages in (discussions, ideas, threads, search, harvest, uploads, api):
        app.register_blueprint(pages)
    app.after_request(_safe)
    app.register_error_handler(HTTPException, _tell_http)
    app.register_error_handler(StoreProblem, _tell_store)
    return app


def _safe(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _tell_http(error: HTTPException) -> tuple[str, int]:
    code = error.code or 500
    return render_template("error.html", title=error.name, text=error.description), code


def _tell_store(error: StoreProblem) -> tuple[str, int]:
    return render_template("error.html", title="The discussion file", text=str(error)), 409
