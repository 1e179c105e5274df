"""A real HTTP server on loopback that answers as a chat server does, well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Question = dict[str, Any]
"""What was told of an idea: passages, keyphrases and titles."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer on the wire: status and body."""

    status: int = 200
    body: bytes = b""


@dataclass(slots=True)
class Chat:
    """The server as a test sees it."""

    url: str
    answer: Callable[[Question], str | Raw]
    """To each question: the model's words, or an answer on the wire."""
    models: tuple[str, ...] = ("tiny-model",)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: a hanging answer ends."""

    def hang(self, question: Question) -> Raw:
        """An answer that does not come."""
        self.done.wait(30)
        return Raw(status=500)


def material(request: dict[str, Any]) -> Question:
    """The JSON in the user's part of a request."""
    content = request["messages"][-1]["content"]
    found: Question = json.JSONDecoder().raw_decode(content)[0]
    return found


def good_answer(question: Question) -> str:
    """A title and a summary that hold what they promise: a passage's own words."""
    words = question["passages"][0].split(",")[0].split()
    return json.dumps(
        {
            "title": f"On how {' '.join(words[1:6]).lower()}",
            "summary": "People here ask the town to listen to them.",
            "quote": " ".join(words[:5]),
        }
    )


@contextmanager
def chat_server(answer: Callable[[Question], str | Raw] = good_answer) -> Iterator[Chat]:
    """Serve on a free port of loopback until the test is over."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    chat = Chat(url=f"http://127.0.0.1:{server.server_port}", answer=answer)
    server.chat = chat  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield chat
    finally:
        chat.done.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    @property
    def _chat(self) -> Chat:
        return self.server.chat  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        self._chat.paths.append(self.path)
        listed = {"data": [{"id": name} for name in self._chat.models]}
        self._send(Raw(body=json.dumps(listed).encode()))

    def do_POST(self) -> None:
        chat = self._chat
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chat.paths.append(self.path)
        chat.requests.append(request)
        chat.headers.append(dict(self.headers))
        try:
            said = chat.answer(material(request))
        except ConnectionError:
            self.close_connection = True
            return
        if isinstance(said, str):
            body = {"choices": [{"message": {"role": "assistant", "content": said}}]}
            said = Raw(body=json.dumps(body).encode())
        self._send(said)

    def _send(self, raw: Raw) -> None:
        try:
            self.send_response(raw.status)
            self.send_header("Content-Length", str(len(raw.body)))
            if raw.status in {301, 302, 307}:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            self.wfile.write(raw.body)
        except ConnectionError:
            return  # who asked has gone
