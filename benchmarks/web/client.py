"""A person's connection: HTTP/1.1 over one socket that stays open, and what each answer took."""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

READER = "map.example"
"""The name that readers call the server by: to anybody but its own machine it is read-only."""
_COOKIE = re.compile(r"^set-cookie:\s*([^;\r]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    seconds: float
    """From the question to the last byte of the answer."""
    body: bytes
    """Unpacked."""
    n_bytes: int
    """As sent."""


class Connection:
    """One person's. Waits for each answer before the next question, and keeps cookies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> Answer:
        return await self._ask("GET", path, b"")

    async def post(self, path: str, form: Mapping[str, str]) -> Answer:
        return await self._ask("POST", path, urlencode(form).encode())

    async def _ask(self, method: str, path: str, sent: bytes) -> Answer:
        begun = time.perf_counter()
        if self._reader is not None and self._reader.at_eof():
            self.close()  # the server ends connections on which nobody asks for a while
        if self._writer is None or self._writer.is_closing():
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self._port, limit=2**24
            )
        assert self._reader is not None
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        form = "Content-Type: application/x-www-form-urlencoded\r\n" if method == "POST" else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {READER}\r\nAccept-Encoding: gzip\r\n"
            f"Accept: text/html\r\nAccept-Language: en\r\nContent-Length: {len(sent)}\r\n{form}"
            + (f"Cookie: {cookies}\r\n" if cookies else "")
        )
        self._writer.write(f"{head}\r\n".encode() + sent)
        answered = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, headers = _head(answered)
        for line in _COOKIE.findall(answered):
            name, _, value = line.partition("=")
            self._cookies[name] = value
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        seconds = time.perf_counter() - begun
        if headers.get("connection", "").lower() == "close":
            self.close()
        is_packed = headers.get("content-encoding") == "gzip"
        unpacked = gzip.decompress(body) if is_packed else body
        return Answer(status=status, seconds=seconds, body=unpacked, n_bytes=len(body))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None


def _head(text: str) -> tuple[int, dict[str, str]]:
    first, *lines = text.split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if headers.get("transfer-encoding"):
        raise SystemExit("the server sends chunks: this client reads whole answers only")
    return int(first.split()[1]), headers
