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
    from flask import Flask

    from web.serving.server import Server

STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that end the server in good order; a second one ends it at once."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Configuration file; default: synth.toml beside the discussion file, or in this folder.",
)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Discussion file (SQLite), made if it is not there.  [default: synth.db]",
)
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="[default: 8000]")
@click.option(
    "--accounts",
    type=click.Choice(["auto", "on", "off"]),
    help="Whether people sign in; auto: where others than this machine are let in, and once "
    "somebody has an account.  [default: auto]",
)
def serve(config: Path | None, **options: str | int | Path | None) -> None:
    """Open the viewer on http://127.0.0.1:8000/ (stop with Ctrl-C).

    docs/running.md says how it is run for a group, and what can be configured.
    """
    from web.app import close_app
    from web.jobs.command import workers
    from web.serving.configuration import surrounding_configuration
    from web.serving.configured import configured_app
    from web.serving.server import server_of

    told = surrounding_configuration(config, options)
    _check_free(told.host, told.port)
    app = configured_app(told)
    server = server_of(app, host=told.host, port=told.port, threads=told.threads)
    _stop_on_signals(server)
    click.echo(f"The viewer is at {told.address} (Ctrl-C stops it)")
    tell_accounts(app, told.address)
    try:
        with workers(app):
            server.run()
    finally:
        close_app(app)
    exit_soon(0)


def tell_accounts(app: Flask, address: str) -> None:
    """Say who may do what here, and how the first account is opened."""
    from synth.store import open_store
    from web.http.permission import has_accounts
    from web.services.accounts import first_link

    with app.test_request_context():
        if not has_accounts():
            click.echo(
                "Nobody signs in: only this machine is answered. --accounts on lets you invite."
            )
            return
    with open_store(app.config["DB"]) as store:
        token = first_link(store)
    if token is not None:
        click.echo("It has no owner yet. Whoever opens this link first is the owner:")
        click.echo(f"{address.rstrip('/')}/link/{token}")


def _stop_on_signals(server: Server) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        server.stop()

    for name in STOPPING:
        if hasattr(signal, name):  # Windows knows two of them
            signal.signal(getattr(signal, name), stop)


def _check_free(host: str, port: int) -> None:
    """Raise InputProblem where something else listens already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise InputProblem(
                f"{host}:{port}",
                f"cannot listen here ({error.strerror})",
                remedy="choose another with --port",
            ) from error
