"""``synth moderate``: hide messages with a reason, show them again, write the log."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synth.cli import options, output
from synth.permissions import Permission

if TYPE_CHECKING:
    from synth.store import Store

REASONS = (
    *("insult", "hate", "personal", "unlawful", "advertising", "repeated", "rules"),
    "withdrawn",
)
"""As ``synth.records.CHOSEN_REASONS`` has them."""
MESSAGES = click.argument("messages", type=int, nargs=-1, metavar="MESSAGE...")
PARTICIPANT = click.option(
    "--participant",
    metavar="WHO",
    help="All messages of this participant, and later ones: pseudonym, address or name.",
)
ACTOR = click.option(
    "--actor",
    default="facilitator",
    show_default=True,
    metavar="WHO",
    help="Who does it; kept in the log. A member must have the permission.",
)


@click.group()
def moderate() -> None:
    """Hide messages from everybody but moderators, and show them again.

    The words of a hidden message stand in no page, search, map, export or report; what other
    messages quote of them is covered. MESSAGE is a message_id of messages.csv.
    """


@moderate.command()
@MESSAGES
@PARTICIPANT
@click.option("--reason", type=click.Choice(REASONS), required=True, help="Why; counted openly.")
@click.option("--note", default="", metavar="TEXT", help="More about it, for moderators.")
@options.db_option()
@options.discussion_option
@ACTOR
def hide(
    db: Path,
    discussion: str | None,
    messages: tuple[int, ...],
    participant: str | None,
    **why: str,
) -> None:
    """Hide MESSAGES, or all of a participant."""
    from synth.pipeline.moderation import hide_messages, hide_participant, ruling_of

    _require_one(messages, participant)
    with options.open_discussion(db, discussion) as (store, found):
        actor = options.acting(store, found, why["actor"], Permission.MODERATE)
        ruling = ruling_of(why["reason"], note=why["note"], actor=actor)
        if participant is None:
            n_hidden, n_ideas = hide_messages(store, found.id, messages, ruling)
        else:
            who = _participant(store, found.id, participant)
            n_hidden, n_ideas = hide_participant(store, found.id, who, ruling)
    click.echo(f"{n_hidden} messages hidden.")
    if n_ideas:
        click.echo(f"Titles or summaries of {n_ideas} ideas are covered; `synth build` names them.")


@moderate.command()
@MESSAGES
@PARTICIPANT
@options.db_option()
@options.discussion_option
@ACTOR
def show(
    db: Path,
    discussion: str | None,
    messages: tuple[int, ...],
    participant: str | None,
    actor: str,
) -> None:
    """Show hidden MESSAGES again, or all of a participant."""
    from synth.errors import StoreProblem
    from synth.pipeline.consent import show_unless_refused
    from synth.pipeline.moderation import show_messages

    n_shown: int | None
    _require_one(messages, participant)
    with options.open_discussion(db, discussion) as (store, found):
        actor = options.acting(store, found, actor, Permission.MODERATE)
        if participant is None:
            n_shown = show_messages(store, found.id, messages, actor=actor)
        else:
            who = _participant(store, found.id, participant)
            n_shown = show_unless_refused(store, found.id, who, actor=actor)
            if n_shown is None:
                raise StoreProblem(f"{participant} does not consent to it")
    click.echo(f"{n_shown} messages shown again.")


@moderate.command()
@options.db_option()
@options.discussion_option
@options.json_option
def log(db: Path, discussion: str | None, *, as_json: bool) -> None:
    """Write who hid and showed what, when and why, as CSV; no words of anybody."""
    with options.open_discussion(db, discussion) as (store, found):
        entries = store.hidden.log(found.id)
    columns = ("at", "actor", "verb", "message_id", "participant", "reason")
    rows = [{name: getattr(one, name) for name in columns} for one in entries]
    if as_json:
        output.say_json(rows)
        return
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"at": row["at"].isoformat()} for row in rows)


def _require_one(messages: tuple[int, ...], participant: str | None) -> None:
    if bool(messages) == (participant is not None):
        raise click.UsageError("Say which messages, or which participant.")


def _participant(store: Store, discussion_id: int, name: str) -> int:
    from synth.errors import StoreProblem

    found = store.participants.find(discussion_id, name)
    if found is None:
        raise StoreProblem(f"nobody called {name!r} in this discussion")
    return found
