"""``synth serve``."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from synth.errors import InputProblem
from synth.store import open_store
from web.command import serve


def test_a_taken_port_is_said_with_a_remedy(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        result = CliRunner().invoke(serve, ["--db", str(tmp_path / "s.db"), "--port", str(port)])
    assert isinstance(result.exception, InputProblem)
    assert str(port) in str(result.exception)
    assert "--port" in str(result.exception)
    assert not (tmp_path / "s.db").exists()


@contextmanager
def served(db: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``synth serve`` in a process of its own; it is killed where it does not end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "synth", "serve", "--db", str(db), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "The viewer is at" in process.stdout.readline()
            yield process, port
        finally:
            process.kill()


def change_question(port: int, question: str) -> None:
    """As a person does it in the browser."""
    address = f"http://127.0.0.1:{port}/d/the-market-square/settings"
    with httpx.Client() as browser:
        found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(address).text)
        assert found is not None
        form = {"csrf_token": found[1], "question": question, "introduction": "", "embed": "nobody"}
        assert browser.post(address, data=form).status_code == 303


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_server_within_seconds_and_the_one_file_holds_everything(
    db: Path, tmp_path: Path, name: str
) -> None:
    with served(db) as (process, port), socket.create_connection(("127.0.0.1", port)) as idle:
        change_question(port, f"What of {name}?")
        process.send_signal(getattr(signal, name))
        assert process.wait(timeout=10) == 0
        assert idle.recv(1) == b""
    assert not Path(f"{db}-wal").exists()
    copy = Path(shutil.copy(db, tmp_path / "copy.db"))
    with open_store(copy) as store:
        assert store.discussions.named("the-market-square").question == f"What of {name}?"


def test_a_killed_server_loses_nothing_that_it_accepted(db: Path) -> None:
    with served(db) as (process, port):
        change_question(port, "What is kept?")
        process.kill()
        process.wait()
    with open_store(db) as store:
        assert store.discussions.named("the-market-square").question == "What is kept?"
