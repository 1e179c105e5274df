"""Answers that many readers ask for are made once: kept in memory, compressed, with an ETag.

An answer is kept under everything that it may depend on: the address, the host (who may change
things is told by it), the language, the day. All are dropped as soon as the file changes.
What belongs to one person is not kept: answers to anybody with a session, answers that set a
cookie, and answers for which a cookie was read.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from flask import Flask, Request, Response, current_app, g, request, session

from synth.store import Version, Watch
from web.http.language import COOKIE as LANGUAGE_COOKIE
from web.http.language import page_language
from web.http.remembering import Memory

MOST_BYTES = 64 * 1024 * 1024
"""Of all that is kept; config ``KEPT_BYTES``."""
LARGEST = 1 / 8
"""Share of it that one answer may take."""
PATIENCE = 10.0
"""Seconds that a reader waits while another one's question makes the same answer."""
PACKED_FROM = 600
"""Bytes; compressing shorter answers saves nothing."""
PACKED = frozenset(
    {
        "text/html", "text/css", "text/javascript", "text/plain", "image/svg+xml",
        "application/javascript", "application/json", "application/octet-stream",
    }
)  # fmt: skip
VARY = ("Accept-Encoding", "Accept-Language", "Cookie")
Key = tuple[str, ...]


class NotingCookies(Mapping[str, str]):
    """Cookies that note which of them were read; looking at all of them counts as ``*``."""

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


class NotingRequest(Request):
    """A request that knows which cookies its answer depends on."""

    @cached_property
    def cookies(self) -> NotingCookies:  # type: ignore[override]
        return NotingCookies(super().cookies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as it is sent, compressed where that pays."""

    body: bytes
    is_packed: bool
    etag: str
    headers: tuple[tuple[str, str], ...]

    @property
    def n_bytes(self) -> int:
        return len(self.body) + sum(len(k) + len(v) for k, v in self.headers) + 500

    def response(self, *, may_pack: bool) -> Response:
        unpacks = self.is_packed and not may_pack
        response = Response(gzip.decompress(self.body) if unpacks else self.body)
        response.headers.clear()
        response.headers.extend(self.headers)
        if self.is_packed and may_pack:
            response.headers["Content-Encoding"] = "gzip"
        response.set_etag(self.etag, weak=True)
        return response


class Answers:
    """What is kept of one version of the file, the least used dropped first."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.n_bytes = 0
        self._lock = threading.Lock()
        self._version: Version | None = None
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._making: dict[Key, threading.Event] = {}

    def get(self, version: Version, key: Key) -> Kept | None:
        with self._lock:
            self._at(version)
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def begin(self, key: Key) -> bool:
        """Whether the caller is to make it; False once it has waited for another one who does."""
        with self._lock:
            over = self._making.get(key)
            if over is None:
                self._making[key] = threading.Event()
                return True
        over.wait(PATIENCE)
        return False

    def end(self, key: Key) -> None:
        """What ``begin`` gave to the caller is made, or could not be."""
        with self._lock:
            self._making.pop(key).set()

    def put(self, version: Version, key: Key, kept: Kept) -> None:
        with self._lock:
            if version != self._version or kept.n_bytes > self.most_bytes * LARGEST:
                return
            self._drop(key)
            self._kept[key] = kept
            self.n_bytes += kept.n_bytes
            while self.n_bytes > self.most_bytes:
                self._drop(next(iter(self._kept)))

    def _at(self, version: Version) -> None:
        if version != self._version:
            self._version = version
            self._kept.clear()
            self.n_bytes = 0

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        self.n_bytes -= 0 if kept is None else kept.n_bytes


def init_app(app: Flask) -> None:
    """To be called after all other hooks are set: what they add to an answer is not kept."""
    app.config.setdefault("KEPT_BYTES", MOST_BYTES)
    app.request_class = NotingRequest
    app.extensions["watch"] = Watch(Path(app.config["DB"]))
    app.extensions["answers"] = Answers(app.config["KEPT_BYTES"])
    app.extensions["memory"] = Memory()
    app.before_request(_look)
    app.after_request(_keep)
    app.teardown_request(_end)


def do_not_keep() -> None:
    """To be called where the same question will soon be answered otherwise, with no change to the
    file: something is being read or made in the background."""
    g.key = None


def _look() -> Response | None:
    """The answer, if it is kept."""
    g.version, g.key, g.making = None, None, None
    if request.method not in {"GET", "HEAD"} or request.endpoint is None:
        return None
    watch: Watch = current_app.extensions["watch"]
    g.version = watch.version()
    if g.version is None or not _is_for_anybody():
        return None
    key, answers = _key(), _answers()
    kept = answers.get(g.version, key)
    if kept is None and answers.begin(key):
        g.making = key
    elif kept is None:
        kept = answers.get(g.version, key)
    if kept is None:
        g.key = key
        return None
    return _fitting(kept)


def _keep(response: Response) -> Response:
    """Keep a new answer, and send it as it will be sent from then on."""
    key: Key | None = g.get("key")
    if key is None or response.status_code != 200 or response.mimetype not in PACKED:
        return response
    if _is_personal(response):
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
    kept = _packed(response)
    _answers().put(g.version, key, kept)
    _end()
    return _fitting(kept)


def _end(_error: BaseException | None = None) -> None:
    """Let those go on who wait for the same answer."""
    making: Key | None = g.pop("making", None)
    if making is not None:
        _answers().end(making)


def _is_for_anybody() -> bool:
    """Whether the answer could be the same for others: no session is open."""
    if current_app.debug and request.endpoint == "static":
        return False
    return current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def _is_personal(response: Response) -> bool:
    """Whether the answer was made for one person."""
    harmless = {LANGUAGE_COOKIE, current_app.config["SESSION_COOKIE_NAME"]}
    cookies: object = request.cookies
    assert isinstance(cookies, NotingCookies)
    return (
        session.modified
        or "Set-Cookie" in response.headers
        or "no-store" in (response.cache_control or ())
        or bool(cookies.read - harmless)
    )


def _key() -> Key:
    today = datetime.now(UTC).date().isoformat()
    address = (request.scheme, request.host, request.path, request.query_string.decode("latin-1"))
    return (*address, page_language(), today)


def _packed(response: Response) -> Kept:
    response.direct_passthrough = False
    body = response.get_data()
    response.close()  # a file that it may have been read from
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= PACKED_FROM else body
    headers = response.headers
    headers.pop("ETag", None)
    headers.pop("Content-Length", None)
    headers.setdefault("Cache-Control", "no-cache")
    response.vary.update(VARY)
    return Kept(
        body=packed,
        is_packed=packed is not body,
        etag=blake2b(body, digest_size=12).hexdigest(),
        headers=tuple(headers.to_wsgi_list()),
    )


def _fitting(kept: Kept) -> Response:
    """As the client can read it, or 304 where it has it already."""
    response = kept.response(may_pack=request.accept_encodings.quality("gzip") > 0)
    response.make_conditional(request)
    return response


def _answers() -> Answers:
    answers: Answers = current_app.extensions["answers"]
    return answers
