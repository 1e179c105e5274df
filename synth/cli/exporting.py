"""``synth export``: a discussion as files."""

from __future__ import annotations

from pathlib import Path

import click

from synth.cli import options


@click.command()
@options.db_option()
@options.discussion_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder for the files; made if it is not there.",
)
@options.names_option
@options.json_option
def export(db: Path, discussion: str | None, out: Path, *, names: bool, as_json: bool) -> None:
    """Write a discussion as CSV files, run.json and report.html.

    The CSV files are messages, ideas, placements, extracts and repetitions.
    """
    from synth.cli import output
    from synth.pipeline import choose_discussion, write_results
    from synth.store import open_store

    with open_store(db, must_exist=True) as store:
        found = choose_discussion(store, discussion)
        paths = write_results(store, found.id, out, names=names)
    if as_json:
        output.say_json({"discussion": found.slug, "files": [str(path) for path in paths]})
    else:
        click.echo(f"Wrote {', '.join(path.name for path in paths)} to {out}.")
