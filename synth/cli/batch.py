"""``synth batch``: the main job over many inputs."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from synth.cli import options
from synth.cli.progress import progress_on_stderr


@click.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder that gets one folder per input.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=max(64, os.cpu_count() or 1)),
    default=1,
    show_default=True,
    help="How many inputs at a time.",
)
@options.build_options
@options.json_option
def batch(
    inputs: tuple[str, ...], out: Path, workers: int, *, as_json: bool, **chosen: Any
) -> None:
    """Run the main job over each INPUT (file, folder or glob), one folder of results each.

    An input that fails is listed and leaves the others alone; finished work is not redone.
    """
    from synth.cli import output
    from synth.pipeline import expand_globs, run_batch
    from synth.settings import Settings

    jobs = run_batch(
        expand_globs(inputs),
        out=out,
        settings=Settings(**chosen),
        workers=workers,
        progress=progress_on_stderr(),
    )
    failed = [job for job in jobs if job.state == "failed"]
    if as_json:
        output.say_json([asdict(job) for job in jobs])
    else:
        for job in jobs:
            click.echo(f"{job.state}: {job.source} -> {job.folder}")
        for job in failed:
            click.echo(f"{job.source}: {job.error}", err=True)
        click.echo(
            f"{len(jobs) - len(failed)} of {len(jobs)} done; the list is in {out}/batch.json"
        )
    if failed:
        sys.exit(1)
