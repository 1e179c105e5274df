"""``synth serve``: the viewer, served by waitress."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from synth.errors import InputProblem
from synth.parallel import exit_soon

if TYPE_CHECKING:
    from web.server import Server

STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that end the server in good order; a second one ends it at once."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default="synth.db",
    show_default=True,
    help="Discussion file (SQLite); made if it is not there.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve(db: Path, host: str, port: int) -> None:
    """Open the viewer on http://127.0.0.1:8000/ (stop with Ctrl-C)."""
    from web.app import close_app, create_app
    from web.server import server_of

    _check_free(host, port)
    app = create_app({"DB": str(db), "HOST": host})
    server = server_of(app, host=host, port=port)
    _stop_on_signals(server)
    click.echo(f"The viewer is at http://{host}:{port}/ (Ctrl-C stops it)")
    try:
        server.run()
    finally:
        close_app(app)
    exit_soon(0)


def _stop_on_signals(server: Server) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        server.stop()

    for name in STOPPING:
        if hasattr(signal, name):  # Windows knows two of them
            signal.signal(getattr(signal, name), stop)


def _check_free(host: str, port: int) -> None:
    """Raise InputProblem where something else listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputProblem(
                f"{host}:{port}",
                f"cannot listen here ({error.strerror})",
                remedy="choose another with --port",
            ) from error
