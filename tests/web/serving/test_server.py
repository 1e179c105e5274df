"""The real server over raw sockets: many connections, large bodies, slow senders, its end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask, request

from web import create_app
from web.http.limits import MAX_UPLOAD_BYTES, SMALL_BODY
from web.serving.server import Server, server_of

HUGE = 400 * 1024 * 1024


@contextmanager
def running(app: Flask) -> Iterator[Server]:
    server = server_of(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(timeout=20)
        assert not thread.is_alive()


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    with running(app) as started:
        yield started


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.effective_port), timeout=15)


def head(method: str, address: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {address} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def told(connection: socket.socket) -> bytes:
    """What the server says until it closes the connection."""
    answer = b""
    while data := connection.recv(65536):
        answer += data
    return answer


def status(connection: socket.socket) -> int:
    return int(connection.recv(65536).split()[1])


def is_answered(server: Server) -> bool:
    with connected(server) as one:
        one.sendall(head("GET", "/static/style.css", "Connection: close"))
        return told(one).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("begun", "n"),
    [
        (head("GET", "/static/style.css"), 150),
        (b"GET / HTTP/1.1\r\nHost: local", 300),
        (b"", 150),
    ],
    ids=["idle", "half-open", "silent"],
)
def test_many_connections_lock_nobody_out(server: Server, begun: bytes, n: int) -> None:
    with ExitStack() as held:
        for _ in range(n):
            one = held.enter_context(connected(server))
            one.sendall(begun)
            if begun.endswith(b"\r\n\r\n"):
                assert status(one) == 200
        assert is_answered(server)


@pytest.mark.parametrize("begun", [head("GET", "/static/style.css"), b"GET / HT"])
def test_where_connections_get_scarce_idle_ones_make_room(
    app: Flask, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr("web.serving.server.MAX_CONNECTIONS", 20)
    with running(app) as server, ExitStack() as held:
        for _ in range(60):
            held.enter_context(connected(server)).sendall(begun)
        assert is_answered(server)


@pytest.mark.parametrize("address", ["/nowhere", "/", "/d/the-market-square/key/1", "/jobs/1"])
def test_a_large_body_is_refused_before_it_is_sent(server: Server, address: str) -> None:
    with connected(server) as one:
        one.sendall(head("POST", address, f"Content-Length: {HUGE}"))
        answer = one.recv(65536)
        assert b" 413 " in answer
        assert b"Connection: close" in answer


def test_a_refused_body_is_not_taken_in(server: Server) -> None:
    with connected(server) as one:
        one.sendall(head("POST", "/nowhere", f"Content-Length: {HUGE}"))
        sent, piece = 0, b"x" * 65536
        with pytest.raises(OSError):
            while sent < HUGE:
                sent += one.send(piece)
        assert sent < HUGE / 4


def test_who_sends_too_much_can_read_why(server: Server) -> None:
    with connected(server) as one:
        one.sendall(head("POST", "/nowhere", f"Content-Length: {2 * SMALL_BODY}"))
        one.sendall(b"x" * (2 * SMALL_BODY))
        assert b"At most 64 kB can be sent" in told(one)


def test_a_body_without_a_length_is_counted(server: Server) -> None:
    with connected(server) as one:
        one.sendall(head("POST", "/nowhere", "Transfer-Encoding: chunked"))
        one.sendall(b"%x\r\n%s\r\n" % (SMALL_BODY + 1, b"x" * (SMALL_BODY + 1)))
        assert b" 413 " in told(one).split(b"\r\n")[0]


def test_the_rest_of_a_refused_body_is_no_request(server: Server) -> None:
    inner = head("GET", "/static/style.css")
    with connected(server) as one:
        one.sendall(head("POST", "/nowhere", f"Content-Length: {HUGE}") + inner)
        one.shutdown(socket.SHUT_WR)
        assert told(one).count(b"HTTP/1.1 ") == 1


def test_a_small_body_reaches_every_address(server: Server) -> None:
    with connected(server) as one:
        one.sendall(head("POST", "/nowhere", f"Content-Length: {SMALL_BODY}") + b"x" * SMALL_BODY)
        assert status(one) == 404


def test_an_upload_may_be_large_and_has_its_limit(server: Server) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="x"; filename="x"\r\n\r\n'
    body += b"x" * (4 * SMALL_BODY) + b"\r\n--b--\r\n"
    kind = "Content-Type: multipart/form-data; boundary=b"
    with connected(server) as one:
        one.sendall(head("POST", "/upload", kind, f"Content-Length: {len(body)}") + body)
        assert status(one) == 422  # it was read: there is no file under the name of the field
    with connected(server) as one:
        one.sendall(head("POST", "/upload", kind, f"Content-Length: {MAX_UPLOAD_BYTES + 1}"))
        assert b"At most 512 MB" in told(one)


def test_an_upload_is_refused_unread_to_those_who_may_not(app: Flask) -> None:
    app.config["ACCOUNTS"] = "on"
    with running(app) as server, connected(server) as one:
        one.sendall(head("POST", "/upload", f"Content-Length: {HUGE}"))
        assert status(one) == 401
    with running(app) as server, connected(server) as one:
        one.sendall(head("POST", "/upload", f"Content-Length: {HUGE}", "Expect: 100-continue"))
        assert status(one) == 401


def test_who_waits_for_a_word_to_go_on_gets_it(server: Server) -> None:
    with connected(server) as one:
        expects = "Expect: 100-continue"
        one.sendall(head("POST", "/upload", f"Content-Length: {2 * SMALL_BODY}", expects))
        assert status(one) == 100
        one.sendall(b"x" * (2 * SMALL_BODY))
        assert status(one) == 422


def test_a_large_head_is_refused(server: Server) -> None:
    with connected(server) as one:
        one.sendall(head("GET", "/", f"Cookie: {'x' * 40_000}"))
        assert status(one) == 431


@pytest.mark.parametrize(
    "begun", [b"GET / HTTP/1.1\r\nX: ", head("POST", "/", "Content-Length: 9")]
)
def test_who_sends_a_byte_now_and_then_is_given_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr("web.serving.server.PATIENCE", 1)
    dripping, gone = threading.Event(), threading.Event()

    def drip(one: socket.socket) -> None:
        try:
            for _ in range(8):
                one.sendall(b"x")
                dripping.wait(1.0)
        except OSError:
            gone.set()

    with running(app) as server, connected(server) as one:
        one.sendall(begun)
        sender = threading.Thread(target=drip, args=(one,))
        sender.start()
        try:
            assert told(one) == b""
        except ConnectionResetError:
            gone.set()
        sender.join()
        assert gone.is_set()


def test_the_end_waits_for_what_is_under_way(app: Flask) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    @app.get("/slow")
    def slow() -> str:
        begun.set()
        assert goes_on.wait(10)
        return "x" * 5_000_000

    with running(app) as server, connected(server) as busy, connected(server) as idle:
        idle.sendall(head("GET", "/static/style.css"))
        assert status(idle) == 200
        busy.sendall(head("GET", "/slow"))
        assert begun.wait(10)
        server.stop()
        while idle.recv(65536):
            pass
        with pytest.raises(OSError):
            connected(server)
        goes_on.set()
        assert len(told(busy)) > 5_000_000


def test_the_end_waits_for_an_upload_under_way(app: Flask) -> None:
    @app.post("/count")
    def count() -> str:
        return f"{len(request.get_data())} bytes"

    with running(app) as server, connected(server) as one:
        one.sendall(head("POST", "/count", "Content-Length: 9", "Connection: close") + b"1234")
        with connected(server) as other:  # by then the first one's head is read
            other.sendall(head("GET", "/static/style.css", "Connection: close"))
            told(other)
        server.stop()
        one.sendall(b"56789")
        assert told(one).endswith(b"9 bytes")


def test_a_server_that_never_ran_closes(app: Flask) -> None:
    server = server_of(app, host="127.0.0.1", port=0)
    port = server.effective_port
    server.close()
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_a_host_of_several_addresses_is_listened_to_on_all(db: object) -> None:
    app = create_app({"DB": str(db), "HOST": "localhost"})
    server = server_of(app, host="localhost", port=0)
    try:
        assert {one.effective_host for one in server._listeners} <= {"127.0.0.1", "::1"}
    finally:
        server.close()
