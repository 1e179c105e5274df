"""The discussion file as one request sees it: its version, and one store opened when needed."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, abort, current_app, g, request

from synth.store import Discussion, Store, Watch, open_store
from web.http.discussion_cache import cached_for_file
from web.services.snapshot import Snapshot


def current_store() -> Store:
    """The store of this request; closed when the request ends.

    A request that only reads sees the file as it stands at its first look, all of one piece.
    """
    if "store" not in g:
        g.store = open_store(current_app.config["DB"])
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


def init_app(app: Flask) -> None:
    app.extensions["watch"] = Watch(Path(app.config["DB"]))
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


def _look_at_version() -> None:
    """``g.file_version``: of the file; None where the request may change it, or there is none."""
    only_reads = request.method in {"GET", "HEAD"} and request.endpoint is not None
    watch: Watch = current_app.extensions["watch"]
    g.file_version = watch.version() if only_reads else None


def _close_store(_error: BaseException | None = None) -> None:
    store: Store | None = g.pop("store", None)
    if store is not None:
        store.close()
