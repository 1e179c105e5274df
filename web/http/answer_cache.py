"""One cache for HTTP answers: each is made once, compressed, and sent with an ETag.

An answer is stored under everything that it may depend on: the address, the host, whether it is
asked for on the machine itself, the language, the day. All are dropped as soon as the file changes.
Answers that belong to one person are not stored: answers to anybody with a session, answers that
set a cookie, and answers for which a cookie was read.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from operator import attrgetter

from cachetools import LRUCache
from flask import Flask, Request, Response, current_app, g, request, session

from synth.store import Version
from web.http.permission import current_person
from web.ui.i18n import COOKIE as LANGUAGE_COOKIE
from web.ui.i18n import page_language

MAX_BYTES = 64 * 1024 * 1024
"""Of all answers together; config ``ANSWER_CACHE_BYTES``."""
LARGEST = 1 / 8
"""Share of it that one answer may take."""
PATIENCE = 10.0
"""Seconds that a reader waits while another one's question makes the same answer."""
COMPRESSED_FROM = 600
"""Bytes; compressing shorter answers saves nothing."""
COMPRESSED_TYPES = frozenset(
    {
        "text/html", "text/css", "text/javascript", "text/plain", "image/svg+xml",
        "application/javascript", "application/json", "application/octet-stream",
    }
)  # fmt: skip
VARY = ("Accept-Encoding", "Accept-Language", "Cookie")
Key = tuple[str, ...]


class TrackedCookies(Mapping[str, str]):
    """Cookies that remember which of them were read; reading all of them counts as ``*``."""

    def __init__(self, cookies: Mapping[str, str]) -> None:
        self._cookies = cookies
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return self._cookies[name]

    def __iter__(self) -> Iterator[str]:
        self.read.add("*")
        return iter(self._cookies)

    def __len__(self) -> int:
        self.read.add("*")
        return len(self._cookies)


class TrackedRequest(Request):
    """A request that knows which cookies its answer depends on."""

    @cached_property
    def cookies(self) -> TrackedCookies:  # type: ignore[override]
        return TrackedCookies(super().cookies)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedAnswer:
    """An answer as it is sent, compressed where that pays."""

    body: bytes
    is_compressed: bool
    etag: str
    headers: tuple[tuple[str, str], ...]

    @property
    def n_bytes(self) -> int:
        return len(self.body) + sum(len(k) + len(v) for k, v in self.headers) + 500

    @classmethod
    def of(cls, response: Response) -> CachedAnswer:
        response.direct_passthrough = False
        body = response.get_data()
        response.close()  # a file that it may have been read from
        is_compressed = len(body) >= COMPRESSED_FROM
        headers = response.headers
        headers.pop("ETag", None)
        headers.pop("Content-Length", None)
        headers.setdefault("Cache-Control", "no-cache")
        response.vary.update(VARY)
        return cls(
            body=gzip.compress(body, 6, mtime=0) if is_compressed else body,
            is_compressed=is_compressed,
            etag=blake2b(body, digest_size=12).hexdigest(),
            headers=tuple(headers.to_wsgi_list()),
        )

    def response(self) -> Response:
        """As the client of this request can read it, or 304 where it has it already."""
        reads_gzip = request.accept_encodings.quality("gzip") > 0
        unpacks = self.is_compressed and not reads_gzip
        response = Response(gzip.decompress(self.body) if unpacks else self.body)
        response.headers.clear()
        response.headers.extend(self.headers)
        if self.is_compressed and reads_gzip:
            response.headers["Content-Encoding"] = "gzip"
        response.set_etag(self.etag, weak=True)
        response.make_conditional(request)
        return response


class AnswerCache:
    """Answers made of one version of the file; the least recently used go first."""

    def __init__(self, max_bytes: int) -> None:
        self._answers: LRUCache[Key, CachedAnswer] = LRUCache(
            max_bytes, getsizeof=attrgetter("n_bytes")
        )
        self._lock = threading.Lock()
        self._version: Version | None = None
        self._pending: dict[Key, threading.Event] = {}

    @property
    def n_bytes(self) -> int:
        return int(self._answers.currsize)

    def get(self, version: Version, key: Key) -> CachedAnswer | None:
        with self._lock:
            if version != self._version:
                self._version = version
                self._answers.clear()
            return self._answers.get(key)

    def put(self, version: Version, key: Key, answer: CachedAnswer) -> None:
        with self._lock:
            if version == self._version and answer.n_bytes <= self._answers.maxsize * LARGEST:
                self._answers[key] = answer

    def begin(self, key: Key) -> bool:
        """Whether the caller is to make it; False once it has waited for another one who does."""
        with self._lock:
            over = self._pending.get(key)
            if over is None:
                self._pending[key] = threading.Event()
                return True
        over.wait(PATIENCE)
        return False

    def end(self, key: Key) -> None:
        """What ``begin`` gave to the caller is made, or could not be."""
        with self._lock:
            self._pending.pop(key).set()


def init_app(app: Flask) -> None:
    """To be called after all other hooks are set: what they add to an answer is not stored."""
    app.config.setdefault("ANSWER_CACHE_BYTES", MAX_BYTES)
    app.request_class = TrackedRequest
    app.extensions["answer_cache"] = AnswerCache(app.config["ANSWER_CACHE_BYTES"])
    app.before_request(_find)
    app.after_request(_store)
    app.teardown_request(_end)


def do_not_cache() -> None:
    """To be called where the same question will soon be answered otherwise, with no change to the
    file: something is being read or made in the background."""
    g.answer_key = None


def _find() -> Response | None:
    """The answer, if it is there."""
    g.answer_key, g.making = None, None
    if g.file_version is None or not _is_for_anybody():
        return None
    key, cache = _key(), _cache()
    answer = cache.get(g.file_version, key)
    if answer is None and cache.begin(key):
        g.making = key
    elif answer is None:
        answer = cache.get(g.file_version, key)
    if answer is None:
        g.answer_key = key
        return None
    return answer.response()


def _store(response: Response) -> Response:
    """Store a new answer, and send it as it will be sent from then on."""
    key: Key | None = g.get("answer_key")
    is_storable = response.status_code == 200 and response.mimetype in COMPRESSED_TYPES
    if key is None or not is_storable:
        return response
    if _is_personal(response):
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
    answer = CachedAnswer.of(response)
    _cache().put(g.file_version, key, answer)
    _end()
    return answer.response()


def _end(_error: BaseException | None = None) -> None:
    """Let those go on who wait for the same answer."""
    making: Key | None = g.pop("making", None)
    if making is not None:
        _cache().end(making)


def _is_for_anybody() -> bool:
    """Whether the answer could be the same for others: no session is open."""
    if current_app.debug and request.endpoint == "static":
        return False
    return current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def _is_personal(response: Response) -> bool:
    """Whether the answer was made for one person."""
    harmless = {LANGUAGE_COOKIE, current_app.config["SESSION_COOKIE_NAME"]}
    cookies: object = request.cookies
    assert isinstance(cookies, TrackedCookies)
    return (
        session.modified
        or "Set-Cookie" in response.headers
        or "no-store" in (response.cache_control or ())
        or bool(cookies.read - harmless)
    )


def _key() -> Key:
    today = datetime.now(UTC).date().isoformat()
    address = (request.scheme, request.host, request.path, request.query_string.decode("latin-1"))
    # Who works on this machine itself sees more than who comes from elsewhere.
    return (*address, page_language(), today, str(current_person().is_local))


def _cache() -> AnswerCache:
    cache: AnswerCache = current_app.extensions["answer_cache"]
    return cache
