"""``synth erase``: remove a participant."""

from __future__ import annotations

from pathlib import Path

import click

from synth.cli import options
from synth.cli.progress import progress_on_stderr


@click.command()
@options.db_option()
@options.discussion_option
@click.option(
    "--participant",
    required=True,
    metavar="WHO",
    help="Pseudonym (Participant 12), address or name as in the export.",
)
@click.option("--yes", is_flag=True, help="Do not ask. This cannot be undone.")
def erase(db: Path, discussion: str | None, participant: str, *, yes: bool) -> None:
    """Remove a participant's name and words, and build the map anew without them.

    Emptied messages stay as steps of their threads, so that replies keep their place. A later
    import does not bring the person back.
    """
    from synth.cli import output
    from synth.pipeline import choose_discussion, erase_participant
    from synth.store import open_store

    with open_store(db, must_exist=True) as store:
        found = choose_discussion(store, discussion)
        if not yes:
            click.confirm(f"Erase {participant!r} from {found.title!r} for good?", abort=True)
        n_messages, report = erase_participant(
            store, found.id, participant, progress=progress_on_stderr()
        )
    if n_messages:
        click.echo(f"Erased {participant}: {n_messages} messages emptied.")
    else:
        click.echo(f"No message of {participant} was left to empty.")
    if report is not None:
        output.tell_build(report, {})
    click.echo("Exports written earlier still hold the words; write them again.")
