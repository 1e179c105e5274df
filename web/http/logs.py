"""What is written to the log, and the number by which a request is found in it.

Nothing personal is written: routes instead of addresses, because those hold names of discussions,
words that were searched for and secrets of invitations; no name, and no address of a reader unless
the configuration asks for it.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, Response, current_app, g, request

from synth.masks import masked
from synth.privacy import find_contacts
from web.serving.configuration import Log

log = logging.getLogger("synth.server")
_requests = logging.getLogger("synth.request")
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_ADDRESS = re.compile(r"\bip=[0-9A-Fa-f:.]+[0-9A-Fa-f]")
NO_ROUTE = "(none)"
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Lines(logging.Formatter):
    """Writes exceptions without addresses and numbers of people that values in them may hold."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the name of the library
        return _masked(super().formatException(ei))


class JsonLines(_Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class TextLines(_Lines):
    """One line for people; an exception takes more."""

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        more = "".join(f" {name}={value}" for name, value in fields.items())
        line = f"{_moment(record)} {record.levelname} {record.name}: {record.getMessage()}{more}"
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return line


class WithoutAddresses(logging.Filter):
    """Takes the addresses of readers out of what servers tell of them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("gunicorn"):
            record.msg, record.args = _ADDRESS.sub("ip=-", record.getMessage()), None
        return True


class Stream(logging.StreamHandler[Any]):
    """Writes to the standard error stream in one of the two forms."""

    def __init__(self, told: Log) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(JsonLines() if told.format == "json" else TextLines())
        if not told.addresses:
            self.addFilter(WithoutAddresses())


def set_up(told: Log) -> None:
    """Write what is logged, by whatever library, in this form."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, Stream)]:
        root.removeHandler(handler)
    root.addHandler(Stream(told))
    root.setLevel(told.level.upper())


def init_app(app: Flask) -> None:
    """To be called before all other hooks are set: it times them all, and counts every answer.
    Reads ``LOG_ADDRESSES`` and ``TRUSTED_PROXIES``."""
    app.config.setdefault("LOG_ADDRESSES", False)
    app.before_request(_begin)
    app.after_request(_tell)


def request_id() -> str:
    """Of this request; a proxy in front may have given it."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        is_believed = current_app.config["TRUSTED_PROXIES"] and _GIVEN.match(given)
        g.request_id = given if is_believed else secrets.token_hex(8)
    return str(g.request_id)


def route() -> str:
    """The route of this request, ``/d/<slug>/``, without what stands in its places."""
    return request.url_rule.rule if request.url_rule is not None else NO_ROUTE


def seconds() -> float:
    """How long this request has taken so far."""
    return time.perf_counter() - float(g.get("begun", time.perf_counter()))


def tell_exception(exc_info: ExcInfo) -> None:
    """An error of the program, with the request by which it came about."""
    fields = {"id": request_id(), "method": request.method, "route": route()}
    log.error("an error nobody foresaw", exc_info=exc_info, extra={"fields": fields})


def _begin() -> None:
    g.begun = time.perf_counter()


def _tell(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    fields: dict[str, object] = {
        "id": request_id(),
        "method": request.method,
        "route": route(),
        "status": response.status_code,
        "ms": round(1000 * seconds(), 1),
    }
    if current_app.config["LOG_ADDRESSES"]:
        fields["address"] = request.remote_addr
    _requests.info("answered", extra={"fields": fields})
    return response


def _masked(text: str) -> str:
    return masked(text, find_contacts(text, None))[0]


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
