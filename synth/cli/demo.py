"""``synth demo``: the sample threads from import to map, then the viewer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from synth.cli import options
from synth.cli.progress import progress_on_stderr
from synth.parallel import new_python


@click.command()
@options.db_option(default=None, text="Discussion file. Default: demo.db in the user's cache.")
@click.option("--serve/--no-serve", default=True, help="Open the viewer at the end.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--quality", type=click.Choice(["draft", "full"]), default="full", show_default=True)
@click.pass_context
def demo(
    ctx: click.Context, db: Path | None, *, serve: bool, host: str, port: int, quality: str
) -> None:
    """Import the sample threads, find their ideas, print them, and open the viewer.

    The second time nothing has to be done again.
    """
    from synth.cli import output
    from synth.pipeline import demo_db, run_demo
    from synth.settings import Settings
    from synth.store import open_store

    path = db or demo_db()
    click.echo(f"Sample discussions, kept in {path}")
    settings = Settings(quality="draft" if quality == "draft" else "full")
    with open_store(path) as store:
        for discussion in run_demo(store, settings, progress=progress_on_stderr()):
            output.tell_outline(store, discussion)
    if not serve:
        return
    command = ctx.find_root().command
    assert isinstance(command, click.Group)
    if command.get_command(ctx, "serve") is None:
        raise click.UsageError("the viewer (package web) is not installed; use --no-serve")
    serve_anew("--db", str(path), "--host", host, "--port", str(port))


def serve_anew(*options: str) -> None:
    """Go on as ``synth serve``, in a process that does not hold what the builds needed."""
    command, environment = new_python("-m", "synth", "serve", *options)
    sys.stdout.flush()
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted
