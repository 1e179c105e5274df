"""``synth import``: bring exports into a discussion."""

from __future__ import annotations

from pathlib import Path

import click

from synth.cli import options
from synth.cli.progress import progress_on_stderr


@click.command("import")
@click.argument("inputs", metavar="FILE...", nargs=-1, required=True)
@options.db_option()
@options.format_option
@options.columns_option
@options.discussion_option
@click.option("--dry-run", is_flag=True, help="Say what would happen; keep nothing.")
@options.json_option
def import_(
    inputs: tuple[str, ...],
    db: Path,
    *,
    format_: str | None,
    columns: dict[str, str],
    discussion: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring FILE... (files, folders, globs, .gz, .zip) into a discussion.

    The same file twice adds nothing; an updated export adds what is new and updates what was
    edited. Formats: capcollectif, chatlog, cif, decidim, discord, discourse, feed, json, mbox,
    polis, slack, table (CSV, TSV, XLSX). They are told apart by content.
    """
    import tempfile

    from synth.cli import output
    from synth.pipeline import bring_in, require_messages, require_readable
    from synth.store import open_store

    if not db.exists():
        require_readable(inputs, format=format_, columns=columns)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "dry-run.db" if dry_run and not db.exists() else db
        with open_store(path) as store:
            chosen, report = bring_in(
                store,
                inputs,
                discussion=discussion,
                format=format_,
                columns=columns,
                dry_run=dry_run,
                progress=progress_on_stderr(),
            )
            if as_json:
                facts = output.import_facts(report)
                output.say_json({"discussion": chosen.slug, "dry_run": dry_run} | facts)
            require_messages(report, inputs)
    if not as_json:
        output.tell_import(report, dry_run=dry_run)
