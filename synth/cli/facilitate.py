"""``synth discussion``: rename, describe, archive and delete discussions of a file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synth.cli import options, output

if TYPE_CHECKING:
    from synth.store import Discussion, Store


MAX_DAYS = 3_650
"""For which names may be kept, at most, where they are erased at all."""


@click.group()
def discussion() -> None:
    """Look after the discussions of a file.

    Whoever can read the discussion file may do everything here: nothing is asked.
    """


@discussion.command("list")
@options.db_option()
@options.json_option
def list_(db: Path, *, as_json: bool) -> None:
    """List the discussions, and which are archived or going to be deleted."""
    from synth.store import open_store

    with open_store(db, must_exist=True) as store:
        rows = [_facts(found) for found in store.discussions.all()]
    if as_json:
        output.say_json(rows)
        return
    for row in rows:
        marks = [f"{n} messages" for n in [row["messages"]]]
        marks += ["archived"] if row["archived_at"] else []
        marks += [f"is deleted on {row['deleted_on']}"] if row["deleted_on"] else []
        click.echo(f"{row['discussion']}  {row['title']}  ({', '.join(marks)})")


@discussion.command()
@click.argument("title")
@options.db_option()
@options.discussion_option
def rename(db: Path, discussion: str | None, title: str) -> None:
    """Give a discussion another TITLE; its address stays."""
    from synth.store.members import CONSOLE

    title = " ".join(title.split())
    if not title:
        raise click.BadParameter("is empty", param_hint="TITLE")
    with options.open_discussion(db, discussion) as (store, found):
        store.discussions.rename(found.id, title, was=None, actor=CONSOLE)


@discussion.command()
@click.option("--question", metavar="TEXT", help="What participants are asked.")
@click.option("--introduction", metavar="TEXT", help="Who asks, why, until when.")
@options.db_option()
@options.discussion_option
def describe(
    db: Path, discussion: str | None, question: str | None, introduction: str | None
) -> None:
    """Say what a discussion is about: its question, an introduction. "" takes either away."""
    from dataclasses import replace

    from synth.store.members import CONSOLE

    with options.open_discussion(db, discussion) as (store, found):
        framing = found.framing
        if question is not None:
            framing = replace(framing, question=" ".join(question.split()))
        if introduction is not None:
            framing = replace(framing, introduction=introduction.strip())
        store.discussions.frame(found.id, framing, actor=CONSOLE)


@discussion.command()
@options.db_option()
@options.discussion_option
def archive(db: Path, discussion: str | None) -> None:
    """Let a discussion only be read: nobody adds to it or changes its map."""
    _archive(db, discussion, is_archived=True)


@discussion.command()
@options.db_option()
@options.discussion_option
def unarchive(db: Path, discussion: str | None) -> None:
    """Let people work on an archived discussion again."""
    _archive(db, discussion, is_archived=False)


def _archive(db: Path, name: str | None, *, is_archived: bool) -> None:
    from synth.store.members import CONSOLE

    with options.open_discussion(db, name) as (store, found):
        store.discussions.archive(found.id, is_archived=is_archived, actor=CONSOLE)


@discussion.command()
@options.db_option()
@options.discussion_option
@click.option(
    "--after",
    type=click.IntRange(0, 365),
    default=14,
    show_default=True,
    metavar="DAYS",
    help="Until then `synth discussion keep` takes it back.",
)
@click.option("--now", "at_once", is_flag=True, help="Delete it now; this cannot be undone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(db: Path, discussion: str | None, *, after: int, at_once: bool, yes: bool) -> None:
    """Delete a discussion, with its map, its people, its jobs and what was uploaded for it.

    While it waits, only its facilitators and the owner see it. The viewer deletes it when its time
    is over, and so does `synth discussion due`. Backups and exports made before keep it.
    """
    from synth.store.members import CONSOLE
    from synth.store.rows import now

    with options.open_discussion(db, discussion) as (store, found):
        if not yes:
            told = ", ".join(f"{n} {what}" for what, n in _losses(store, found) if n)
            when = "now, for good" if at_once else f"in {after} days"
            click.confirm(f"Delete {found.title!r} ({told}) {when}?", abort=True)
        if at_once:
            _delete_now(store, found)
            return
        at = now() + timedelta(days=after)
        store.removals.ask(found.id, at=at, actor=CONSOLE)
        waits = store.discussions.named(found.slug).goes_at
    assert waits is not None
    click.echo(f"{found.slug} is deleted on {waits.date()}; `synth discussion keep` takes it back.")


def _losses(store: Store, found: Discussion) -> list[tuple[str, int]]:
    words = {"taken": "key passages taken", "sources": "files", "corrections": "corrections"}
    return [(words.get(what, what), n) for what, n in store.removals.losses(found.id).items()]


def _delete_now(store: Store, found: Discussion) -> None:
    from synth.pipeline import delete_discussion
    from synth.store.members import CONSOLE

    is_gone = delete_discussion(store, found.id, actor=CONSOLE)
    click.echo(f"{found.slug} is deleted.")
    if not is_gone:
        click.echo("Somebody still reads an earlier state of the file, which keeps the words.")


@discussion.command()
@options.db_option()
@options.discussion_option
def keep(db: Path, discussion: str | None) -> None:
    """Take the deletion of a discussion back, while it waits."""
    from synth.store.members import CONSOLE

    with options.open_discussion(db, discussion) as (store, found):
        store.removals.take_back(found.id, actor=CONSOLE)


@discussion.command()
@options.db_option()
def due(db: Path) -> None:
    """Carry out what is due: delete discussions, erase names whose time is over.

    The viewer does this by itself, when it starts and every hour.
    """
    from synth.pipeline import delete_due
    from synth.pipeline.retention import erase_due_names
    from synth.store import open_store
    from synth.store.members import CONSOLE

    with open_store(db, must_exist=True) as store:
        for slug in delete_due(store, actor=CONSOLE):
            click.echo(f"{slug} is deleted.")
        for slug, n in erase_due_names(store, actor=CONSOLE).items():
            click.echo(f"{n} names are erased in {slug}.")


@discussion.command()
@click.argument("days", metavar="DAYS|never")
@options.db_option()
@options.discussion_option
def retention(db: Path, discussion: str | None, days: str) -> None:
    """Erase names DAYS after the last message of somebody came; "never" keeps them."""
    from synth.store.members import CONSOLE

    if days != "never" and not (days.isdecimal() and 0 < int(days) <= MAX_DAYS):
        raise click.BadParameter(f"is a number up to {MAX_DAYS}, or never", param_hint="DAYS")
    with options.open_discussion(db, discussion) as (store, found):
        wanted = None if days == "never" else int(days)
        store.retention.set_days(found.id, wanted, actor=CONSOLE)
        plan = store.retention.plan(found.id)
    click.echo(f"The names of {plan.n_names} participants are kept.")
    if plan.first_at is not None and plan.last_at is not None:
        click.echo(f"The first go on {plan.first_at.date()}, all by {plan.last_at.date()}.")


@discussion.command("erase-names")
@options.db_option()
@options.discussion_option
@click.option("--yes", is_flag=True, help="Do not ask. This cannot be undone.")
def erase_names(db: Path, discussion: str | None, *, yes: bool) -> None:
    """Erase the names of all participants now; what they wrote stays, under pseudonyms."""
    from synth.pipeline.retention import erase_names as erase
    from synth.store.members import CONSOLE

    with options.open_discussion(db, discussion) as (store, found):
        n_names = store.retention.plan(found.id).n_names
        if not yes:
            click.confirm(f"Erase {n_names} names in {found.title!r} for good?", abort=True)
        n_erased, is_gone = erase(store, found.id, actor=CONSOLE)
    click.echo(f"{n_erased} names are erased.")
    if not is_gone:
        click.echo("Somebody still reads an earlier state of the file, which keeps them.")


@discussion.command("left-out")
@options.db_option()
@options.discussion_option
def left_out(db: Path, discussion: str | None) -> None:
    """Write what was left out and why, as CSV: records, messages and passages; no words."""
    import csv
    import sys

    from synth.store.left_out import COLUMNS

    with options.open_discussion(db, discussion) as (store, found):
        rows = store.left_out.rows(found.id)
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _facts(found: Discussion) -> dict[str, object]:
    return {
        "discussion": found.slug,
        "title": found.title,
        "messages": found.n_messages,
        "visibility": found.visibility,
        "archived_at": found.archived_at,
        "deleted_on": None if found.goes_at is None else found.goes_at.date().isoformat(),
    }
