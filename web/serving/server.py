"""Waitress as the viewer needs it: many patient connections, bodies bounded by what is asked for,
and an end that loses nothing.

Waitress reads a whole body before it hands a request over. Here the limit is asked for as soon as
the head of a request is there; a larger body is left unread, and the viewer answers at once.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from web.http.limits import MAX_HEAD, SMALL_BODY, limit_of

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)
MAX_CONNECTIONS = 2_000
PATIENCE = 20
"""Seconds that a connection may be idle, or a request behind ``SLOWEST``."""
SLOWEST = 500
"""Bytes a second that a request must bring on the whole, so that nobody holds a connection by
sending a byte now and then."""
CROWDED = 0.9
"""Share of the connections above which idle ones are closed for new ones."""
ACCEPTED = 64
"""Connections that are taken in in one turn."""
LINGER = 2.0
"""Seconds that a connection stays open after a body was refused, so that the sender, who is still
at it, gets to read the answer."""
LINGER_BYTES = 4 * 1024 * 1024
"""That are read meanwhile, and thrown away. Then the sender has to wait, and looks up."""
GRACE = 8.0
"""Seconds that requests under way have when the server stops."""
Limit = Callable[[dict[str, Any]], int]


class RequestHead(HTTPRequestParser):  # type: ignore[misc]
    """A request of which the body is read only as far as the limit of its address allows."""

    def __init__(self, adj: Adjustments, connection: Connection) -> None:
        super().__init__(adj)
        self._connection = connection
        self._max_body = SMALL_BODY
        self.n_bytes = 0

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.content_length > SMALL_BODY or self.chunked:
            self._max_body = self._connection.limit_of(self)

    def received(self, data: bytes) -> int:
        consumed = int(super().received(data))
        self.n_bytes += consumed
        length = max(self.content_length, self.body_bytes_received)
        if self.error is None and length > self._max_body:
            self._refuse(length)
            return len(data)  # the rest is no other request
        return consumed

    def _refuse(self, length: int) -> None:
        """Complete without its body. The viewer, which knows the same limit, says why."""
        self.close()
        self.headers.update({"CONTENT_LENGTH": str(length), "CONNECTION": "close"})
        self.body_rcv, self.expect_continue = None, False
        self._connection.was_refused = self.completed = self.connection_close = True


class Connection(HTTPChannel):  # type: ignore[misc]
    """One connection: slow senders run out of time, and who is refused can read why."""

    was_refused = False
    _lingers_until: float | None = None
    _n_thrown_away = 0
    _begun = 0.0

    def parser_class(self, adj: Adjustments) -> RequestHead:
        return RequestHead(adj, self)

    def limit_of(self, head: RequestHead) -> int:
        """Bytes that the body of this request may have."""
        try:
            return int(self.server.limit(self.task_class(self, head).get_environment()))
        except Exception:
            log.exception("it cannot be told who sends %s", head.command)
            return SMALL_BODY

    @property
    def is_idle(self) -> bool:
        """No request is being answered."""
        return not self.requests and not self.total_outbufs_len

    @property
    def is_at_work(self) -> bool:
        """A request is being answered, or its body comes in."""
        return not self.is_idle or (self.request is not None and self.request.headers_finished)

    def received(self, data: bytes) -> bool:
        is_new, now = self.request is None, time.time()
        if is_new:
            self._begun = now
        going_on = bool(super().received(data))
        if self.request is not None:
            self.last_activity = min(now, self._begun + self.request.n_bytes / SLOWEST)
        return going_on

    def readable(self) -> bool:
        if self._lingers_until is not None:
            return self._n_thrown_away < LINGER_BYTES
        return bool(super().readable())

    def writable(self) -> bool:
        if self._lingers_until is not None:
            return time.time() > self._lingers_until
        return bool(super().writable())

    def handle_read(self) -> None:
        if self._lingers_until is None:
            super().handle_read()
            return
        n_bytes = len(self.recv(self.adj.recv_bytes))
        self._n_thrown_away += n_bytes
        if not n_bytes:
            self.handle_close()

    def handle_write(self) -> None:
        if self._lingers_until is None:
            super().handle_write()
        else:
            self.handle_close()

    def handle_close(self) -> None:
        if self.was_refused and self._lingers_until is None and self.socket is not None:
            self._lingers_until = time.time() + LINGER
            self.will_close = False
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                super().handle_close()
        else:
            super().handle_close()


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """One listening socket. Where connections get scarce, the one longest idle makes room."""

    channel_class = Connection

    def __init__(self, *args: Any, limit: Limit, **more: Any) -> None:
        self.limit = limit
        super().__init__(*args, **more)

    def handle_accept(self) -> None:
        """Take in all who knock, some at a time: each turn looks at every connection."""
        for _ in range(ACCEPTED):
            n_before = len(self._map)
            super().handle_accept()
            if len(self._map) == n_before:
                return
            self._make_room()

    def _make_room(self) -> None:
        if len(self._map) > self.adj.connection_limit * CROWDED:
            idle = [one for one in self.active_channels.values() if one.is_idle]
            if len(idle) > 1:
                min(idle, key=lambda one: one.last_activity).handle_close()


class Server:
    """The viewer, listening on every address that the host's name stands for."""

    def __init__(self, app: Flask, adjustments: Adjustments) -> None:
        self._adjustments = adjustments
        self._map: dict[int, Any] = {}
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(adjustments.threads)
        self._stops, self._runs, self._is_over = (threading.Event() for _ in range(3))
        self._listeners = [
            Listener(
                app,
                self._map,
                limit=limit_of(app),
                dispatcher=self._dispatcher,
                adj=adjustments,
                sockinfo=address,
            )
            for address in adjustments.listen
        ]

    @property
    def effective_port(self) -> int:
        return int(self._listeners[0].effective_port)

    def run(self) -> None:
        """Answer until ``stop`` is called; then finish what is under way, and close."""
        self._runs.set()
        try:
            while not self._stops.is_set():
                self._turn(1.0)
            self._finish()
        finally:
            self._close_all()

    def stop(self) -> None:
        """To be called from anywhere, a signal handler or another thread; returns at once."""
        self._stops.set()
        if not self._is_over.is_set():
            self._listeners[0].pull_trigger()

    def close(self) -> None:
        """Stop, and return when all is closed."""
        self.stop()
        if self._runs.is_set():
            self._is_over.wait(GRACE + 5)
        else:
            self._close_all()

    def _close_all(self) -> None:
        self._dispatcher.shutdown(timeout=1)
        self._is_over.set()
        wasyncore.close_all(self._map)

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _finish(self) -> None:
        """Take no new connection, close those that are idle, answer the others."""
        for listener in self._listeners:
            wasyncore.dispatcher.close(listener)
        until = time.monotonic() + GRACE
        while (n_left := self._close_idle()) and time.monotonic() < until:
            self._turn(0.05)
        if n_left:
            log.warning("%d requests were not finished within %.0f s", n_left, GRACE)

    def _close_idle(self) -> int:
        """How many connections are still at work."""
        connections = [one for one in self._map.values() if isinstance(one, Connection)]
        for connection in connections:
            if not connection.is_at_work:
                connection.handle_close()
        return sum(one.is_at_work for one in connections)


def server_of(app: Flask, *, host: str, port: int, threads: int = 8) -> Server:
    """A server for the viewer that listens, but does not answer before it is run."""
    # It would tell every time that more readers ask at once than there are threads.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    adjustments = Adjustments(
        host=host,
        port=port,
        threads=threads,
        ident=None,
        asyncore_use_poll=True,
        connection_limit=_n_connections(),
        channel_timeout=PATIENCE,
        cleanup_interval=PATIENCE // 4,
        max_request_header_size=MAX_HEAD,
        max_request_body_size=sys.maxsize,
        log_socket_errors=False,
        clear_untrusted_proxy_headers=False,
    )
    return Server(app, adjustments)


def _n_connections() -> int:
    """As many as the system gives this process files for: a connection may need two."""
    try:
        import resource
    except ImportError:  # not on Windows
        return MAX_CONNECTIONS // 4
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_CONNECTIONS + 200
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(MAX_CONNECTIONS, max(soft - 200, 100) // 2)
