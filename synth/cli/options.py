"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

DEFAULT_DB = "synth.db"


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
format_option: Decorator = click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="Do not guess the format. See `synth import --help`.",
)


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


def build_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Quality, model, seed and number of suggestions."""
    for option in (
        click.option(
            "--suggest",
            metavar="N|all",
            callback=parse_suggest,
            help="Key passages to propose; `all` scores every sentence. "
            "Default: as many as one reads.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Same input, seed and models give the same map.",
        ),
        click.option(
            "--model",
            metavar="NAME",
            help="Embedding model: a name of `synth info --models`, st:NAME or a folder.",
        ),
        click.option(
            "--quality",
            type=click.Choice(["draft", "full"]),
            default="full",
            show_default=True,
            help="Draft needs no transformer and is several times faster.",
        ),
    ):
        command = option(command)
    return command
