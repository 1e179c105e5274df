"""``synth serve``."""

from __future__ import annotations

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
from tests.web.processes import change_question, free_port, process, wait_until_answered
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
    """``synth serve`` in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "synth", "serve", "--db", str(db), "--port", str(port)]
    with process(command, folder=db.parent, variables={}) as started:
        assert started.stdout is not None
        assert f"The viewer is at http://127.0.0.1:{port}/" in started.stdout.readline()
        yield started, port


def changed(port: int, question: str) -> None:
    with httpx.Client() as browser:
        address = f"http://127.0.0.1:{port}/d/the-market-square/settings"
        change_question(browser, address, question)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_server_within_seconds_and_the_one_file_holds_everything(
    db: Path, tmp_path: Path, name: str
) -> None:
    with served(db) as (process, port), socket.create_connection(("127.0.0.1", port)) as idle:
        changed(port, f"What of {name}?")
        process.send_signal(getattr(signal, name))
        assert process.wait(timeout=10) == 0
        assert idle.recv(1) == b""
    assert not Path(f"{db}-wal").exists()
    copy = Path(shutil.copy(db, tmp_path / "copy.db"))
    with open_store(copy) as store:
        assert store.discussions.named("the-market-square").question == f"What of {name}?"


def test_a_killed_server_loses_nothing_that_it_accepted(db: Path) -> None:
    with served(db) as (process, port):
        changed(port, "What is kept?")
        process.kill()
        process.wait()
    with open_store(db) as store:
        assert store.discussions.named("the-market-square").question == "What is kept?"


def test_a_configuration_is_found_beside_the_file_and_options_stand_over_it(db: Path) -> None:
    (db.parent / "synth.toml").write_text('port = 1\nprefix = "/group"\n')
    port = free_port()
    command = [sys.executable, "-m", "synth", "serve", "--db", str(db), "--port", str(port)]
    with process(command, folder=db.parent, variables={}) as started:
        assert started.stdout is not None
        assert f"http://127.0.0.1:{port}/group/" in started.stdout.readline()
        wait_until_answered(f"http://127.0.0.1:{port}/group/readyz", started)


def test_a_wrong_configuration_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "synth.toml").write_text("prot = 1\n")
    with process(
        [sys.executable, "-m", "synth", "serve"], folder=tmp_path, variables={}
    ) as started:
        output, _ = started.communicate(timeout=60)
    assert started.returncode == 1
    assert output == "synth: synth.toml, prot: there is no such key; did you mean port?\n"
