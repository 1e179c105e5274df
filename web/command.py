"""``synth serve``: the viewer, served by waitress."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from synth.errors import InputProblem

THREADS = 8


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
    from waitress import create_server

    from web.app import create_app

    _check_free(host, port)
    app = create_app({"DB": str(db), "HOST": host})
    server = create_server(app, host=host, port=port, threads=THREADS, ident=None)
    click.echo(f"The viewer is at http://{host}:{port}/ (Ctrl-C stops it)")
    try:
        server.run()
    finally:
        server.close()


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
