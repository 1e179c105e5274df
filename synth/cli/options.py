"""Options that several commands share, and what they stand for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synth.errors import AccessRefused
from synth.masks import Masking
from synth.permissions import Permission, allows, role_in
from synth.settings import CLUSTERERS

if TYPE_CHECKING:
    from models import ChatServer
    from synth.store import Discussion, Store

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

DEFAULT_DB = "synth.db"


def together(*options: Decorator) -> Decorator:
    """Several options as one, listed in this order."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def db_option(
    *, default: str | None = DEFAULT_DB, text: str = "Discussion file (SQLite)."
) -> Decorator:
    return click.option(
        "--db",
        type=click.Path(dir_okay=False, path_type=Path),
        default=default,
        show_default=default is not None,
        help=text,
    )


def out_option(text: str, *, required: bool = True) -> Decorator:
    return click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        required=required,
        metavar="DIR",
        help=text,
    )


discussion_option: Decorator = click.option(
    "--discussion",
    metavar="NAME",
    help="Which discussion of the file; needed only when there are several.",
)
json_option: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Answer in JSON on stdout."
)
names_option: Decorator = click.option(
    "--names", is_flag=True, help="Write real names instead of pseudonyms."
)
mask_option: Decorator = click.option(
    "--mask",
    type=click.Choice(["contacts", "names", "nothing"]),
    default=None,
    help="What is masked in texts: contacts (addresses and numbers, the default of a new "
    "discussion), names of people too, or nothing. Kept for the discussion.",
)
format_option: Decorator = click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="Do not guess the format. See `synth import --help`.",
)


def masking_of(chosen: str | None) -> Masking | None:
    """What ``--mask`` says; None where it says nothing."""
    return None if chosen is None else Masking(chosen)


def parse_columns(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """``text=body`` → {"text": "body"}."""
    columns: dict[str, str] = {}
    for value in values:
        ours, equals, theirs = value.partition("=")
        if not equals or not ours or not theirs:
            raise click.BadParameter(f"{value!r} is not OURS=THEIRS, e.g. text=body")
        columns[ours.strip()] = theirs.strip()
    return columns


columns_option: Decorator = click.option(
    "--columns",
    multiple=True,
    metavar="OURS=THEIRS",
    callback=parse_columns,
    help="Which column is what, e.g. --columns text=body --columns id=no. Repeatable.",
)


def parse_suggest(
    ctx: click.Context, parameter: click.Parameter, value: str | None
) -> int | str | None:
    if value is None or value == "all":
        return value
    if value.isdigit():
        return int(value)
    raise click.BadParameter("is a number of passages, or `all`")


llm_options = together(
    click.option(
        "--llm",
        metavar="URL",
        envvar="SYNTH_LLM_URL",
        show_envvar=True,
        help="Ask a language model at this OpenAI-compatible address for titles and "
        "summaries; a key is read from SYNTH_LLM_KEY. Default: none.",
    ),
    click.option(
        "--llm-model",
        metavar="NAME",
        envvar="SYNTH_LLM_MODEL",
        show_envvar=True,
        help="Which model of that address. Default: the only one there.",
    ),
)
"""Where titles are asked for, beside our own; see ``chat_server``."""
build_options = together(
    click.option(
        "--quality",
        type=click.Choice(["draft", "full"]),
        default="full",
        show_default=True,
        help="Draft needs no transformer and is several times faster.",
    ),
    click.option(
        "--model",
        metavar="NAME",
        help="Embedding model: a name of `synth info --models`, st:NAME or a folder.",
    ),
    click.option(
        "--clusterer",
        type=click.Choice(CLUSTERERS),
        default="linkage",
        show_default=True,
        help="How ideas are looked for; see docs/building.md.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="Same input, seed and models give the same map.",
    ),
    click.option(
        "--suggest",
        metavar="N|all",
        callback=parse_suggest,
        help="Key passages to propose; `all` scores every sentence. Default: as many as one reads.",
    ),
    click.option(
        "--sides/--no-sides",
        default=True,
        show_default=True,
        help="Read from the words which side answers take, where no platform says it.",
    ),
)


def chat_server(url: str | None, model: str | None) -> ChatServer | None:
    """The language model that a person named; None for none. Wrong usage where it is no address."""
    if not url:
        return None
    from models import ChatServer

    try:
        return ChatServer(url=url, model=model or None, key=os.environ.get("SYNTH_LLM_KEY", ""))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--llm") from None


@contextmanager
def open_discussion(
    db: Path, discussion: str | None, *, is_changed: bool = False
) -> Iterator[tuple[Store, Discussion]]:
    """The file, which has to be there, and the discussion in it that ``--discussion`` names.

    Raises StoreProblem where it is to be changed (``is_changed``) and is only read any more.
    """
    from synth.pipeline import choose_discussion, require_open
    from synth.store import open_store

    with open_store(db, must_exist=True) as store:
        found = choose_discussion(store, discussion)
        if is_changed:
            require_open(found)
        yield store, found


def acting(store: Store, discussion: Discussion, who: str, permission: Permission) -> str:
    """The actor that events name for ``who``: a member where it is the name of one, else as given.

    Raises AccessRefused where it is a member whose role does not have the permission.
    """
    member = store.members.find(who)
    if member is None:
        return who
    role = role_in(
        discussion.visibility,
        is_owner=member.is_owner,
        membership=store.memberships.role(member.id, discussion.id),
        is_going=discussion.goes_at is not None,
    )
    if member.disabled_at is not None or not allows(role, permission):
        told = f"{member.name} may not do this in {discussion.slug} ({permission})"
        raise AccessRefused("role", told)
    return member.actor
