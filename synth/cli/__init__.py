"""The ``synth`` command: its modules are loaded when a sub-command is called, and errors are told
in one line."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

import click

from synth.errors import ModelMissing, SynthError
from synth.parallel import exit_soon

__all__ = ["main"]


_COMMANDS = {
    "run": "The main job in one go: import, build, write the results.",
    "import": "Bring thread exports into a discussion.",
    "build": "Make or renew the map of ideas.",
    "demo": "The sample threads from import to map, then the viewer.",
    "serve": "Open the viewer.",
    "worker": "Carry out the jobs of a viewer that another server serves.",
    "correct": "Rename, merge, split, move, confirm, hide: corrections that every rebuild keeps.",
    "members": "See and change who may do what.",
    "discussion": "Rename, describe, archive and delete discussions.",
    "moderate": "Hide messages with a reason, show them again, write the log.",
    "group": "Say who answers whom: one conversation or several groups.",
    "batch": "Run the main job over many inputs, one folder each.",
    "export": "Write a discussion as CSV files and a report.",
    "evaluate": "Compare the ideas found with ideas that people coded.",
    "backup": "Copy the discussion file, also while it is in use, and read the copy back.",
    "restore": "Put a backup in the place of the discussion file; what was there is kept.",
    "erase": "Remove a participant's name and words.",
    "info": "Say what a discussion file holds, and which models there are.",
}
"""Every command with its one line of help, in the order people meet them."""

_MODULES = {
    "run": "synth.cli.build:run",
    "import": "synth.cli.build:import_",
    "build": "synth.cli.build:build",
    "demo": "synth.cli.build:demo",
    "correct": "synth.cli.correct:correct",
    "members": "synth.cli.members:members",
    "discussion": "synth.cli.facilitate:discussion",
    "moderate": "synth.cli.moderate:moderate",
    "group": "synth.cli.group:group",
    "batch": "synth.cli.build:batch",
    "export": "synth.cli.discussion:export",
    "evaluate": "synth.cli.discussion:evaluate",
    "backup": "synth.cli.backup:backup",
    "restore": "synth.cli.backup:restore",
    "erase": "synth.cli.discussion:erase",
    "info": "synth.cli.discussion:info",
}
PLUGINS = "synth.commands"
"""Entry points under which other packages (the viewer) bring commands."""


class LateGroup(click.Group):
    """A group whose commands are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _MODULES:
            module, _, name = _MODULES[cmd_name].partition(":")
            return cast("click.Command", getattr(import_module(module), name))
        for point in entry_points(group=PLUGINS, name=cmd_name):
            return cast("click.Command", point.load())
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a problem with the input is one line on stderr and exit status 1.

        Here and not in ``main``, where click has its own answer to an interruption.
        """
        # Hundreds of thousands of small records live for the whole run, and none in a cycle:
        # looking for cycles among them at the usual rate takes a tenth of the time.
        gc.set_threshold(100_000, 50, 50)
        try:
            return super().invoke(ctx)
        except (SynthError, ModelMissing) as error:
            _fail(str(error))
        except KeyboardInterrupt:
            _tell("interrupted; what was stored before is kept, run the same command again")
            exit_soon(130)
        except BrokenPipeError:
            raise
        except OSError as error:
            _fail(f"{error.filename or 'system'}: {error.strerror or error}")


def _tell(message: str) -> None:
    click.echo(f"synth: {' '.join(message.split())}", err=True)


def _fail(message: str) -> None:
    _tell(message)
    sys.exit(1)


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="discussion-synth", prog_name="synth")
def main() -> None:
    """Keep large discussions readable: thread exports in, a map of the ideas out."""
