"""``synth run``: the main job in one go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from synth.cli import options
from synth.cli.progress import progress_on_stderr


@click.command()
@click.argument("inputs", metavar="FILE...", nargs=-1, required=True)
@options.db_option(
    default=None, text="Discussion file (SQLite). Default: DIR/discussion.db, or synth.db."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the CSV files, run.json and report.html.",
)
@options.build_options
@options.llm_options
@options.format_option
@options.columns_option
@options.discussion_option
@options.names_option
@options.json_option
def run(inputs: tuple[str, ...], db: Path | None, out: Path | None, **chosen: Any) -> None:
    """Import FILE... (files, folders, globs, .gz, .zip), build the map, write the results.

    \b
    synth run list-archive.mbox --out results
    synth run 'exports/*.csv' --quality draft --out results
    """
    from synth.cli import output
    from synth.pipeline import run as run_job
    from synth.settings import Settings
    from synth.store import open_store

    server = options.chat_server(chosen["llm"], chosen["llm_model"])
    path = db or (Path(options.DEFAULT_DB) if out is None else out / "discussion.db")
    with _folder(out):
        report = run_job(
            inputs,
            db=path,
            out=out,
            settings=Settings(**{name: chosen[name] for name in Settings.__slots__}),
            discussion=chosen["discussion"],
            format=chosen["format_"],
            columns=chosen["columns"],
            names=chosen["names"],
            llm=server,
            progress=progress_on_stderr(),
        )
    output.warn_of_llm(report.proposed)
    if chosen["as_json"]:
        output.say_json(
            {
                "discussion": report.discussion.slug,
                "db": str(path),
                "import": output.import_facts(report.imported),
                "build": output.build_facts(report.built),
                "files": [str(p) for p in report.paths],
            }
            | output.llm_facts(report.proposed)
        )
        return
    output.tell_import(report.imported)
    with open_store(path) as store:
        output.tell_build(report.built, output.titles_of(store, report.discussion))
        output.tell_llm(report.proposed)
        output.tell_outline(store, report.discussion)
    click.echo(f"\nKept in {path}.")
    if out is not None:
        click.echo(f"Wrote {', '.join(p.name for p in report.paths)} to {out}.")


@contextmanager
def _folder(out: Path | None) -> Iterator[None]:
    """The folder for the results; one made here goes again when nothing came into it."""
    is_new = out is not None and not out.exists()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if out is not None and is_new:
            with suppress(OSError):
                out.rmdir()
        raise
