"""The viewer in processes of its own, as whoever runs it starts them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(
    command: Sequence[str], *, folder: Path, variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A process that is killed where it has not ended; its two streams are one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def wait_until_answered(address: str, started: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(address, timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            assert started.poll() is None, started.communicate()[0]
            time.sleep(0.05)
    raise AssertionError(f"{address} is not answered")


def change_question(browser: httpx.Client, address: str, question: str) -> None:
    """As a person does it in the browser, over connections of their own."""
    closing = {"Connection": "close"}
    page = browser.get(address, headers=closing).text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    form = {"csrf_token": found[1], "question": question, "introduction": "", "embed": "nobody"}
    assert browser.post(address, data=form, headers=closing).status_code == 303
