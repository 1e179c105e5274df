"""One store per request, opened when first needed."""

from __future__ import annotations

from flask import Flask, abort, current_app, g

from synth.store import Discussion, Store, open_store
from web.http.remembering import remembered


def current_store() -> Store:
    """The store of this request; closed when the request ends.

    What only reads sees the file as it stands at its first look, all its pages of one piece.
    """
    if "store" not in g:
        g.store = open_store(current_app.config["DB"])
        if g.get("version") is not None:  # see ``caching``: this request changes nothing
            g.store.hold()
    store: Store = g.store
    return store


def find_discussion(slug: str) -> Discussion:
    """The discussion with that slug; 404 otherwise."""
    found = remembered(("discussion", slug), lambda: current_store().discussions.find(slug))
    if found is None or found.slug != slug:
        abort(404)
    return found


def close_store(_error: BaseException | None = None) -> None:
    store: Store | None = g.pop("store", None)
    if store is not None:
        store.close()


def init_app(app: Flask) -> None:
    app.teardown_appcontext(close_store)
