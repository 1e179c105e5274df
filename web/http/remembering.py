"""What every page of a discussion begins with is worked out once for each version of the file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from flask import current_app, g, has_request_context

from synth.store import Version

MOST = 500
"""Things remembered; all are forgotten when there are more, or the file changes."""
T = TypeVar("T")


class Memory:
    """Frozen values of one version of the file, shared by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version: Version | None = None
        self._values: dict[Hashable, object] = {}

    def get(self, version: Version, key: Hashable) -> object | None:
        with self._lock:
            return self._values.get(key) if version == self._version else None

    def put(self, version: Version, key: Hashable, value: object) -> None:
        with self._lock:
            if version != self._version or len(self._values) >= MOST:
                self._version, self._values = version, {}
            self._values[key] = value


def remembered(key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gives, from memory where the file has not changed since it was made.

    Requests that change the file are answered from the file alone: what they read after writing
    must be what they wrote. The value must be frozen; None is not remembered.
    """
    version: Version | None = g.get("version") if has_request_context() else None
    if version is None:
        return make()
    memory: Memory = current_app.extensions["memory"]
    known = memory.get(version, key)
    if known is not None:
        return cast("T", known)  # put below under the same key
    made = make()
    if made is not None:
        memory.put(version, key, made)
    return made
