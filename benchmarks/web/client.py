"""A reader's connection: HTTP/1.1 over one socket that stays open, and what each answer took."""

from __future__ import annotations

import asyncio
import gzip
import time
from dataclasses import dataclass

READER = "map.example"
"""The name that readers call the server by: to anybody but its own machine it is read-only."""


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
    """One reader's. Waits for each answer before the next question, as a person does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> Answer:
        begun = time.perf_counter()
        if self._writer is None or self._writer.is_closing():
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self._port, limit=2**24
            )
        assert self._reader is not None
        self._writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {READER}\r\nAccept-Encoding: gzip\r\n"
            "Accept: text/html\r\nAccept-Language: en\r\n\r\n".encode()
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, headers = _head(head)
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
