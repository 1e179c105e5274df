"""The application factory: configuration, safety headers, pages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask, Response, make_response, redirect, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import IntegerConverter, Map

from synth.errors import EditConflict, StoreProblem
from synth.store import DatabaseError
from synth.store.access import SESSION_LASTS
from web.api import api
from web.api.openapi import problem
from web.http import (
    answer_cache,
    discussion_cache,
    incoming,
    limits,
    logs,
    metrics,
    oidc,
    permission,
    proxy,
    rate_limits,
    security,
    sessions,
    store,
    visits,
)
from web.http.health import health
from web.http.store import current_store
from web.jobs.control import Jobs
from web.jobs.folder import NoRoomForUploads
from web.pages.account import account
from web.pages.accounts import accounts
from web.pages.archive import archive
from web.pages.consent import consent
from web.pages.corrections import corrections
from web.pages.discussions import discussions
from web.pages.group import group
from web.pages.harvest import harvest
from web.pages.history import history
from web.pages.ideas import ideas
from web.pages.jobs import jobs
from web.pages.left_out import left_out
from web.pages.maps import maps
from web.pages.members import members
from web.pages.moderation import moderation
from web.pages.passages import passages
from web.pages.privacy import privacy
from web.pages.proposals import proposals
from web.pages.provider import provider
from web.pages.retention import retention
from web.pages.search import search
from web.pages.settings import settings
from web.pages.sign_off import sign_off
from web.pages.styleguide import styleguide
from web.pages.threads import threads
from web.pages.uploads import uploads
from web.services import semantic_search
from web.services.actors import name_of
from web.ui import i18n, templates
from web.ui.templates import render
from web.ui.words import HTTP_ERRORS


class Viewer(Flask):
    """The application; an error of its own goes to the log with the number of its request."""

    def log_exception(self, exc_info: logs.ExcInfo) -> None:
        logs.tell_exception(exc_info)


class RowNumber(IntegerConverter):
    """``<int:…>`` in an address: what SQLite can number; larger ones lead nowhere."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - the name that Werkzeug gives it
        super().__init__(map, max=2**63 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorContext:
    template: ClassVar[str] = "error.html"
    title: str
    text: str
    request_id: str


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The viewer over ``config["DB"]``.

    ``ACCOUNTS`` says whether people sign in: ``on``, ``off``, or ``auto`` (see
    ``web/http/permission.py``).
    ``UPLOAD_FOLDER``: where uploaded files wait to be imported; else in the folder ``<DB>.jobs``.
    """
    app = Viewer(__name__)
    app.config.from_mapping(
        DB="synth.db",
        HOST="127.0.0.1",
        SECRET_KEY=secrets.token_hex(32),
        # Not Strict: a link in a mail would open its page as if nobody were signed in.
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        # Else each answer brings the cookie as its request had it, and a late one an old cookie.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.config.from_mapping(config or {})
    app.url_map.converters["int"] = RowNumber
    logs.init_app(app)
    metrics.init_app(app)
    folder = app.config.get("UPLOAD_FOLDER")
    app.extensions["jobs"] = Jobs(Path(app.config["DB"]), uploads=Path(folder) if folder else None)
    security.init_app(app)
    limits.init_app(app)
    CSRFProtect(app)
    discussion_cache.init_app(app)
    store.init_app(app)
    rate_limits.init_app(app)
    sessions.init_app(app)
    permission.init_app(app)
    oidc.init_app(app)
    i18n.init_app(app)
    visits.init_app(app)
    semantic_search.init_app(app)
    templates.init_app(app)
    for pages in (
        discussions, maps, ideas, passages, threads, search, harvest, settings, uploads, jobs,
        corrections, history, proposals, sign_off, accounts, account, provider, members, archive,
        consent, retention, moderation, left_out, privacy, group, api, health,
    ):  # fmt: skip
        app.register_blueprint(pages)
    if app.debug or app.config.get("STYLEGUIDE"):
        app.register_blueprint(styleguide)
    permission.check_addresses(app)
    answer_cache.init_app(app)
    proxy.init_app(app)
    incoming.init_app(app)
    app.register_error_handler(HTTPException, _tell_http)
    app.register_error_handler(CSRFError, _tell_old_form)
    app.register_error_handler(StoreProblem, _tell_store)
    app.register_error_handler(DatabaseError, _tell_store)
    app.register_error_handler(EditConflict, _tell_conflict)
    app.register_error_handler(NoRoomForUploads, _tell_no_room)
    return app


def close_app(app: Flask) -> None:
    """Let go of its file; nothing is asked of it afterwards."""
    store.close(app)


def _tell_http(error: HTTPException) -> Response:
    code = error.code or 500
    if code == 401 and (address := permission.sign_in_address()) is not None:
        return make_response(redirect(address))
    title, text = HTTP_ERRORS.get(code, (error.name, error.description or ""))
    is_ours = error.description != type(error).description
    response = make_response(_tell(code, str(title), str(error.description if is_ours else text)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.allow.update(error.valid_methods)
    return response


def _tell_old_form(_error: CSRFError) -> Response | tuple[str, int]:
    text = _(
        "It was opened before the viewer was started anew, or comes from another site. "
        "Go back, load the page again and send it once more."
    )
    return _tell(400, _("This form is too old"), text)


def _tell_store(error: StoreProblem | DatabaseError) -> Response:
    refusal = store.refusal_of(error)
    if refusal is None:
        raise error
    permission.forget_person()
    response = make_response(_tell(refusal.status, refusal.title, refusal.text))
    if refusal.retry_after is not None:
        response.retry_after = refusal.retry_after
    return response


def _tell_conflict(error: EditConflict) -> Response | tuple[str, int]:
    text = _(
        "%(name)s changed it after you opened this page.",
        name=name_of(current_store(), error.actor),
    )
    return _tell(409, _("Changed meanwhile"), f"{text} {_('Nothing of yours was stored.')}")


def _tell_no_room(_error: NoRoomForUploads) -> Response | tuple[str, int]:
    text = _("Nothing of the upload was kept. Make room where uploads are kept and send it again.")
    return _tell(507, _("The folder of uploads is full"), text)


def _tell(status: int, title: str, text: str) -> Response | tuple[str, int]:
    """An error as a page, or as a problem document under ``/api/``."""
    if request.path.startswith("/api/"):
        return problem(status, title, text)
    return render(ErrorContext(title=title, text=text, request_id=logs.request_id())), status
