"""``synth members``: accounts, roles, and links for who cannot sign in; for who runs the place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from synth.cli import options, output
from synth.permissions import INVITED, PERMISSIONS, Permission, Role, Visibility

if TYPE_CHECKING:
    from synth.store import Member, Store

NAME = click.argument("name")


@click.group()
def members() -> None:
    """See and change who may do what. People are invited in the viewer, under *Members*.

    Whoever can read the discussion file may do everything here: nothing is asked.
    """


@members.command("list")
@options.db_option()
@options.json_option
def list_(db: Path, *, as_json: bool) -> None:
    """List the accounts, with their roles."""
    from synth.store import open_store

    with open_store(db, must_exist=True) as store:
        slugs = {one.id: one.slug for one in store.discussions.all()}
        rows = [
            {
                "name": one.name,
                "owner": one.is_owner,
                "may_start": one.may_start,
                "closed": one.disabled_at is not None,
                "roles": {slugs[i]: str(r) for i, r in store.memberships.roles(one.id).items()},
            }
            for one in store.members.all()
        ]
    if as_json:
        output.say_json(rows)
        return
    for row in rows or [{"name": "nobody has an account", "roles": {}}]:
        marks = [mark for mark in ("owner", "may_start", "closed") if row.get(mark)]
        roles = [f"{slug}: {role}" for slug, role in dict(row["roles"]).items()]  # type: ignore[call-overload]
        click.echo("  ".join([str(row["name"]), *marks, *roles]))


@members.command()
@NAME
@options.db_option()
def link(db: Path, name: str) -> None:
    """Print a link that signs NAME in once; it works for a day.

    It is the end of an address: put the address of the viewer before it.
    """
    from synth.store import open_store
    from synth.store.members import CONSOLE

    with open_store(db, must_exist=True) as store:
        token = store.sign_in_links.make(_member(store, name).id, actor=CONSOLE)
    click.echo(f"/link/{token}")


@members.command()
@NAME
@click.argument("role", type=click.Choice([*(one.value for one in INVITED), "none"]))
@options.db_option()
@options.discussion_option
def role(db: Path, discussion: str | None, name: str, role: str) -> None:
    """Give NAME a ROLE in a discussion; "none" removes them from it."""
    from synth.store.members import CONSOLE

    with options.open_discussion(db, discussion) as (store, found):
        wanted = None if role == "none" else Role(role)
        store.memberships.set_role(_member(store, name).id, found.id, wanted, actor=CONSOLE)


@members.command()
@NAME
@options.db_option()
def confirm(db: Path, name: str) -> None:
    """Let the e-mail address of NAME count, where no mail is sent that would ask them: they can
    then sign in by it."""
    from synth.errors import InputProblem
    from synth.store import open_store
    from synth.store.members import CONSOLE

    with open_store(db, must_exist=True) as store:
        member = _member(store, name)
        if member.email is None:
            raise InputProblem(name, "no address is known", remedy="they write it in the viewer")
        store.members.confirm_address(member.id, member.email, actor=CONSOLE)


@members.command()
@click.argument("visibility", type=click.Choice([one.value for one in Visibility]))
@options.db_option()
@options.discussion_option
def visibility(db: Path, discussion: str | None, visibility: str) -> None:
    """Say who may read a discussion without being a member."""
    from synth.store.members import CONSOLE

    with options.open_discussion(db, discussion) as (store, found):
        store.discussions.set_visibility(found.id, Visibility(visibility), actor=CONSOLE)


@members.command()
def permissions() -> None:
    """Print which role may do what, as a table in Markdown."""
    click.echo(permissions_table())


def permissions_table() -> str:
    """Role × permission, in Markdown."""
    head = f"| may | {' | '.join(Role)} |\n|---|{'---|' * len(Role)}"
    rows = [
        [permission, *("x" if permission in PERMISSIONS[role] else "" for role in Role)]
        for permission in Permission
    ]
    return "\n".join([head, *(f"| {' | '.join(row)} |" for row in rows)])


def _member(store: Store, name: str) -> Member:
    """Raises InputProblem."""
    from synth.errors import InputProblem

    found = store.members.find(name)
    if found is None:
        remedy = "`synth members list` shows the accounts"
        raise InputProblem(name, "nobody of this name has an account", remedy=remedy)
    return found
