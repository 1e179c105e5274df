"""``synth serve``."""

from __future__ import annotations

import socket
from pathlib import Path

from click.testing import CliRunner

from synth.errors import InputProblem
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
