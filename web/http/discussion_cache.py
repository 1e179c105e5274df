"""One cache for what is worked out of a discussion: figures, outline, relations, vectors.

Each value belongs to one version of its discussion. It is made once, while others who ask for it
wait, and stays until the discussion changes or the memory is needed for what was asked for since.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar, cast

from cachetools import LRUCache
from flask import Flask, current_app, g, has_request_context

from synth.store import Discussion, Store

T = TypeVar("T")
Key = tuple[Hashable, str]
"""A discussion, by id or slug, and the name of what is made of it."""
MAX_BYTES = 192 * 1024 * 1024
"""Of all values together; one counts for half of it at most, so that even the largest is kept."""
MAX_QUEUE = 3
"""Values that wait to be made in the background; those asked for first are given up first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    version: object
    value: object
    n_bytes: int


class DiscussionCache:
    """Values by key and version, shared by the threads of one process."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._entries: LRUCache[Key, _Entry] = LRUCache(max_bytes, getsizeof=attrgetter("n_bytes"))
        self._pending: dict[tuple[Key, object], Future[Any]] = {}
        self._queue: deque[tuple[Key, object]] = deque()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def get(self, key: Key, version: object, make: Callable[[], T]) -> T:
        """The value for this key and version; made now, by one caller, where there is none."""
        future, is_new = self._future(key, version)
        if is_new:
            self._make(key, version, make, future)
        return cast("T", future.result())

    def submit(self, key: Key, version: object, make: Callable[[], T]) -> Future[T]:
        """Like ``get``, but made in the background, one value at a time.

        The future is cancelled where ``MAX_QUEUE`` others were asked for before its turn came.
        """
        future, is_new = self._future(key, version)
        if is_new:
            with self._lock:
                self._queue.append((key, version))
                while len(self._queue) > MAX_QUEUE:
                    self._pending.pop(self._queue.popleft()).cancel()
            work = (key, version, make, future)
            threading.Thread(target=self._make_in_turn, args=work, daemon=True).start()
        return future

    def discard(self, key: Key) -> None:
        """Forget the value, whatever its version."""
        with self._lock:
            self._entries.pop(key, None)

    def _future(self, key: Key, version: object) -> tuple[Future[Any], bool]:
        """What holds the value, or will hold it; and whether the caller has to make it."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and entry.version == version:
                done: Future[Any] = Future()
                done.set_result(entry.value)
                return done, False
            pending = self._pending.get((key, version))
            if pending is not None:
                return pending, False
            future = self._pending[key, version] = Future()
            return future, True

    def _make_in_turn(
        self, key: Key, version: object, make: Callable[[], object], future: Future[Any]
    ) -> None:
        with self._turn:
            with self._lock:
                if not future.set_running_or_notify_cancel():
                    return
                self._queue.remove((key, version))
            self._make(key, version, make, future)

    def _make(
        self, key: Key, version: object, make: Callable[[], object], future: Future[Any]
    ) -> None:
        try:
            value = make()
        except BaseException as error:
            self._store(key, version, None)
            future.set_exception(error)
        else:
            size = min(n_bytes(value), int(self._entries.maxsize) // 2)
            entry = _Entry(version=version, value=value, n_bytes=size)
            self._store(key, version, entry)
            future.set_result(value)

    def _store(self, key: Key, version: object, entry: _Entry | None) -> None:
        """Keep what was made, if it was, in place of what belongs to another version."""
        with self._lock:
            self._pending.pop((key, version), None)
            self._entries.pop(key, None)
            if entry is not None:
                self._entries[key] = entry


def n_bytes(value: object) -> int:
    """About how much memory a value takes: its arrays exactly, the rest roughly."""
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    if isinstance(value, str | bytes):
        return 50 + len(value)
    if isinstance(value, Mapping):
        return 100 + sum(100 + n_bytes(each) for each in value.values())
    if isinstance(value, tuple | list):
        return 60 + sum(map(n_bytes, value))
    names = getattr(value, "__dataclass_fields__", ())
    return 50 + sum(n_bytes(getattr(value, name)) for name in names)


def init_app(app: Flask) -> None:
    app.extensions["discussion_cache"] = DiscussionCache()


def cached(store: Store, discussion: Discussion, name: str, make: Callable[[], T]) -> T:
    """The value of that name for the discussion as it is stored now; made each time outside of the
    application."""
    if not current_app:
        return make()
    cache: DiscussionCache = current_app.extensions["discussion_cache"]
    return cache.get((discussion.id, name), _version_of(store, discussion), make)


def submitted(
    discussion: Discussion, name: str, version: Hashable, make: Callable[[], T]
) -> Future[T]:
    """The value of that name for the discussion, made in the background where it is not there.

    ``version`` is the caller's: of just what the value is made of. ``make`` runs in a thread of
    its own, without the store of the request. Outside of the application it is made now.
    """
    if not current_app:
        done: Future[T] = Future()
        done.set_result(make())
        return done
    cache: DiscussionCache = current_app.extensions["discussion_cache"]
    return cache.submit((discussion.id, name), version, make)


def cached_for_file(key: Key, make: Callable[[], T]) -> T:
    """A value that is forgotten with every change of the file.

    A request that changes the file makes it each time: what it reads after writing must be what
    it wrote.
    """
    version = g.get("file_version") if has_request_context() else None
    if version is None:
        return make()
    cache: DiscussionCache = current_app.extensions["discussion_cache"]
    return cache.get(key, version, make)


def _version_of(store: Store, discussion: Discussion) -> Hashable:
    """Of the discussion as this request sees it; looked up once where the request only reads."""
    file_version = g.get("file_version") if has_request_context() else None
    if file_version is None:
        return store.activity.version(discussion.id)
    seen: dict[int, Hashable] = g.setdefault("discussion_versions", {})
    if discussion.id not in seen:
        # The number of the file belongs to it: another file may hold as much as this one.
        seen[discussion.id] = (file_version[0], store.activity.version(discussion.id))
    return seen[discussion.id]
