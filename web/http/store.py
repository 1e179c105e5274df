"""The discussion file as one request sees it: its version, one store opened when needed, and what
to answer where the file cannot be used."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, abort, current_app, g, request

from synth.errors import StoreProblem, StoreTrouble
from synth.store import DatabaseError, Discussion, Store, Watch, WriteQueue, open_store, problem_of
from web.http.discussion_cache import cached_for_file
from web.http.security import View, is_for_any_host
from web.services.snapshot import Snapshot
from web.ui.words import STORE_TROUBLES

log = logging.getLogger(__name__)
WRITE_WAIT = 4.0
"""Seconds that a request waits for others who write; config ``WRITE_WAIT``."""
MAX_WAITING = 4
"""Requests that go on waiting where the file is held for long: the other threads of the server
answer readers. Config ``MAX_WAITING``."""
STATUS = {StoreTrouble.LOCKED: 503, StoreTrouble.FULL: 503, StoreTrouble.OTHER: 409}
"""500 for the rest: nobody but who runs the place can do anything about it."""
RETRY_AFTER = {StoreTrouble.LOCKED: 5, StoreTrouble.FULL: 60}
"""Seconds, where it passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What to answer where the file cannot be used."""

    status: int
    title: str
    text: str
    retry_after: int | None


def current_store() -> Store:
    """The store of this request; closed when the request ends.

    A request that only reads sees the file as it stands at its first look, all of one piece.
    """
    if "store" not in g:
        queue: WriteQueue = current_app.extensions["write_queue"]
        g.store = open_store(current_app.config["DB"], queue=queue)
        if g.get("file_version") is not None:
            g.store.hold()
    store: Store = g.store
    return store


def find_discussion(slug: str) -> Discussion:
    """The discussion with that slug; 404 otherwise."""

    def find() -> Discussion:
        found = current_store().discussions.find(slug)
        if found is None or found.slug != slug:
            abort(404)
        return found

    return cached_for_file((slug, "discussion"), find)


def find_snapshot(slug: str) -> Snapshot:
    """The discussion with that slug as this request sees it; 404 otherwise."""
    return Snapshot(store=current_store(), discussion=find_discussion(slug))


def refusal_of(error: StoreProblem | DatabaseError) -> Refusal | None:
    """Which trouble of the file an error tells of; None where the program itself is at fault."""
    db = Path(current_app.config["DB"])
    problem = error if isinstance(error, StoreProblem) else problem_of(db, error)
    if problem is None:
        return None
    trouble = problem.trouble
    title, text = map(str, STORE_TROUBLES[trouble])
    if trouble is StoreTrouble.OTHER:
        text = f"{str(problem).replace(str(db), db.name)}."
    else:
        log.log(logging.INFO if trouble.passes else logging.ERROR, "%s", problem)
    return Refusal(
        status=STATUS.get(trouble, 500),
        title=title,
        text=text,
        retry_after=RETRY_AFTER.get(trouble),
    )


def init_app(app: Flask) -> None:
    app.config.setdefault("WRITE_WAIT", WRITE_WAIT)
    app.config.setdefault("MAX_WAITING", MAX_WAITING)
    db = Path(app.config["DB"])
    app.extensions["watch"] = Watch(db)
    app.extensions["write_queue"] = WriteQueue(
        db, most=app.config["MAX_WAITING"], wait=app.config["WRITE_WAIT"]
    )
    app.extensions["late_checkpoint"] = False
    app.before_request(_look_at_version)
    app.teardown_appcontext(_close_store)


def close(app: Flask) -> None:
    """Let go of the file when the viewer ends: all that is committed stands in the main file."""
    watch: Watch = app.extensions["watch"]
    watch.close()
    path = Path(app.config["DB"])
    if path.is_file():
        with open_store(path) as store:
            store.checkpoint(patience=2.0)


def writes(view: View) -> View:
    """Mark a page that is asked for by GET and may change the file all the same."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def _may_write() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method not in {"GET", "HEAD"} or getattr(view, "writes", False)


def _look_at_version() -> None:
    """``g.file_version``: of the file; None where the request may change it or does not read it,
    or there is none."""
    only_reads = not _may_write() and request.endpoint is not None and not is_for_any_host()
    watch: Watch = current_app.extensions["watch"]
    g.file_version = watch.version() if only_reads else None


def _close_store(_error: BaseException | None = None) -> None:
    """What was written stands in the main file when the answer is sent, or soon after: where
    somebody reads an earlier state just then, a later request sees to it."""
    store: Store | None = g.pop("store", None)
    extensions = current_app.extensions
    if store is not None and not store.close():
        extensions["late_checkpoint"] = True
    elif extensions["late_checkpoint"]:
        extensions["late_checkpoint"] = not extensions["watch"].checkpoint()
