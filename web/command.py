"""``synth serve``: the viewer, served by waitress."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from synth.errors import InputProblem

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8


class Server(Protocol):
    """What is used of waitress's server."""

    effective_port: int

    def run(self) -> None: ...

    def close(self) -> None: ...


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
    from web.app import create_app

    _check_free(host, port)
    app = create_app({"DB": str(db), "HOST": host})
    server = server_of(app, host=host, port=port)
    click.echo(f"The viewer is at http://{host}:{port}/ (Ctrl-C stops it)")
    try:
        server.run()
    finally:
        server.close()
        app.extensions["jobs"].close()


def server_of(app: Flask, *, host: str, port: int) -> Server:
    """A server for the viewer that listens, but does not answer before it is run."""
    from waitress import create_server

    # It would tell every time that more readers ask at once than there are threads.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server: Server = create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
    )
    return server


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
