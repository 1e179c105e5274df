"""What pages need of a whole discussion, made once and kept until the discussion changes.

``remembering``, beside it, forgets with every change of the file, and costs nothing to fill again.
What is kept here takes a tenth of a second or more: it outlives what changes no map (a key passage
taken, another discussion), and a crowd that asks at once waits for one of them to make it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from flask import Flask, current_app, g, has_request_context

from synth.store import Discussion, Store, Version

T = TypeVar("T")
MOST = 64
"""Things that are kept at a time; the ones not asked for longest go first."""


@dataclass(slots=True)
class _Kept:
    version: object = None
    value: object = None
    making: threading.Lock = field(default_factory=threading.Lock)


class Shelf:
    """Shared by the threads of one process; each thing is made by one of them."""

    def __init__(self) -> None:
        self._things: dict[tuple[int, str], _Kept] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[int, str], version: object, make: Callable[[], T]) -> T:
        """What was made for this key and version; made now where it was not."""
        with self._lock:
            thing = self._things.pop(key, None) or _Kept()
            self._things[key] = thing
            while len(self._things) > MOST:
                self._things.pop(next(iter(self._things)))
        with thing.making:
            if thing.version != version:
                thing.value = make()
                thing.version = version
            return cast("T", thing.value)


def init_app(app: Flask) -> None:
    app.extensions["kept"] = Shelf()


def kept(store: Store, discussion: Discussion, name: str, make: Callable[[], T]) -> T:
    """The thing of that name for the discussion as it is stored now."""
    shelf: Shelf = current_app.extensions["kept"]
    return shelf.get((discussion.id, name), version_of(store, discussion), make)


def version_of(store: Store, discussion: Discussion) -> Hashable:
    """Of the discussion as this request sees it, looked up once where the request only reads."""
    watched: Version | None = g.get("version") if has_request_context() else None
    if watched is None:
        return store.activity.version(discussion.id)
    seen: dict[int, Hashable] = g.setdefault("versions", {})
    if discussion.id not in seen:
        n_files, _ = watched  # another file may hold as much as the one before
        seen[discussion.id] = (n_files, store.activity.version(discussion.id))
    return seen[discussion.id]
