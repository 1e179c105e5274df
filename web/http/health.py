"""Two addresses for whatever watches over the server: is the process alive, can it serve?"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify

from synth.errors import StoreProblem
from synth.store import JobState, check_file
from web.http.answer_cache import do_not_cache
from web.http.permission import open_to_all
from web.http.security import any_host
from web.jobs.control import current_jobs
from web.jobs.worker import is_at_work

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
    """200 where the file opens, its tables are those of this version, and jobs that were asked for
    have somebody to carry them out; 503 otherwise."""
    try:
        check_file(Path(current_app.config["DB"]), patience=PATIENCE)
        has_worker = _has_worker()
    except StoreProblem:
        return _told({"file": False}, 503)
    if has_worker is None:
        return _told({"file": True}, 200)
    return _told({"file": True, "worker": has_worker}, 200 if has_worker else 503)


def _has_worker() -> bool | None:
    """Whether a worker runs; None where none runs and no job waits for one."""
    jobs = current_jobs()
    if is_at_work(jobs.folder):
        return True
    counts = jobs.counts()
    return False if counts.get(JobState.WAITING) or counts.get(JobState.RUNNING) else None


def _told(what: dict[str, bool], status: int) -> Response:
    answer = jsonify(what)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    do_not_cache()
    return answer
