"""Two addresses for whatever watches over the server: is the process alive, can it serve?"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify

from synth.errors import StoreProblem
from synth.store import check_file
from web.http.answer_cache import do_not_cache
from web.http.permission import open_to_all
from web.http.security import any_host

health = Blueprint("health", __name__)
PATIENCE = 2.0
"""Seconds that the file may be locked."""


@health.get("/healthz")
@open_to_all
@any_host
def alive() -> Response:
    """200 as long as requests are answered."""
    return _told({"alive": True}, 200)


@health.get("/readyz")
@open_to_all
@any_host
def ready() -> Response:
    """200 where the file opens and its tables are those of this version; 503 otherwise."""
    try:
        check_file(Path(current_app.config["DB"]), patience=PATIENCE)
    except StoreProblem:
        return _told({"file": False}, 503)
    return _told({"file": True}, 200)


def _told(what: dict[str, bool], status: int) -> Response:
    answer = jsonify(what)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    do_not_cache()
    return answer
