"""The generated parts of the docs: ``docs/commands.md`` holds every command's help,
``docs/running.md`` every key of the configuration, ``docs/members.md`` what each role may do.

``python -m tests.docs_parts`` writes them; ``tests/test_docs.py`` fails when they drifted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_origin

import click
import msgspec

from benchmarks.pages import write_between_marks
from synth.cli import main
from synth.cli.members import permissions_table
from web.serving.configuration import keys, variable_of, words_of

DOCS = Path(__file__).resolve().parent.parent / "docs"
COMMANDS = DOCS / "commands.md"
RUNNING = DOCS / "running.md"
MEMBERS = COMMANDS.with_name("members.md")
WIDTH = 88


def commands_page() -> str:
    """The text of ``docs/commands.md``, made from the commands themselves."""
    parts = [
        "# Commands\n",
        "Made from the commands' own help by `make docs`; do not edit by hand. Progress goes to\n"
        "stderr. Exit status: 0 done, 1 a problem with the input (one line says file, record and\n"
        "remedy), 2 wrong usage.\n",
    ]
    settings = main.context_settings  # as the command line itself does
    with click.Context(main, info_name="synth", terminal_width=WIDTH, **settings) as context:
        parts.append(f"```\n{main.get_help(context)}\n```\n")
        parts += _sections(main, context)
    return "\n".join(parts)


def _sections(group: click.Group, context: click.Context) -> list[str]:
    """The help of every command of a group, and of those below it."""
    parts: list[str] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"`{context.command_path} {name}` is listed but not there"
        with click.Context(command, info_name=name, parent=context, terminal_width=WIDTH) as inner:
            parts.append(f"## {inner.command_path}\n\n```\n{command.get_help(inner)}\n```\n")
            if isinstance(command, click.Group):
                parts += _sections(command, inner)
    return parts


def keys_table() -> str:
    """Every key of the configuration, its variable, its default and what it means."""
    lines = ["| key | variable | default | |", "|---|---|---|---|"]
    for name, kind, default, about in keys():
        shown = f"`{msgspec.json.encode(default, enc_hook=str).decode()}`"
        if default in (None, "", ()):
            shown = ""
        more = f" {words_of(kind).capitalize()}." if get_origin(kind) is Literal else ""
        lines.append(f"| `{name}` | `{variable_of(name)}` | {shown} | {about}{more} |")
    return "\n".join(lines)


if __name__ == "__main__":
    COMMANDS.write_text(commands_page(), encoding="utf-8")
    write_between_marks(MEMBERS, "roles", permissions_table())
    write_between_marks(RUNNING, "keys", keys_table())
