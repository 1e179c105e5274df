"""``synth backup`` and ``restore``: copies of the discussion file that can be relied on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synth.cli import options, output
from synth.cli.output import progress_on_stderr

if TYPE_CHECKING:
    from collections.abc import Callable

    from synth.store.backup import Copied

file_argument = click.argument(
    "file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path)
)


@click.command()
@file_argument
@options.db_option()
@click.option("--force", is_flag=True, help="Write over FILE where it is there already.")
@options.json_option
def backup(file: Path, db: Path, *, force: bool, as_json: bool) -> None:
    """Copy the discussion file to FILE, also while it is served and written to.

    The copy is read back and compared before it gets its name. It holds all that the file holds,
    names included, and is for its owner alone. Copy with this, not with cp.
    """
    from synth.store.backup import back_up

    with _counted() as told:
        copied = back_up(db, file, is_forced=force, told=told)
    if as_json:
        output.say_json(_facts(copied))
        return
    click.echo(f"Copied {db} to {file}: {_size(copied)}, read back and found the same.")


@click.command()
@file_argument
@options.db_option()
@options.json_option
def restore(file: Path, db: Path, *, as_json: bool) -> None:
    """Put the backup FILE in the place of the discussion file.

    The backup is checked first. The file that was there is kept beside it, under a name with the
    date. Stop `synth serve` before.
    """
    from datetime import datetime

    from synth.store.backup import restore as put_back

    with _counted() as told:
        copied = put_back(file, db, at=datetime.now().astimezone(), told=told)
    if as_json:
        output.say_json(_facts(copied))
        return
    click.echo(f"Restored {db} from {file}: {_size(copied)}, read back and found the same.")
    if copied.kept is not None:
        click.echo(f"What was there before is kept in {copied.kept}.")


@contextmanager
def _counted() -> Iterator[Callable[[int, int], object]]:
    """Tells how many pages are copied."""
    n_told = 0
    with progress_on_stderr().stage("Copy", total=None, unit="pages") as stage:

        def told(n_done: int, _n_pages: int) -> None:
            nonlocal n_told
            stage.advance(n_done - n_told)
            n_told = n_done

        yield told


def _facts(copied: Copied) -> dict[str, object]:
    return {
        "file": str(copied.path),
        "bytes": copied.n_bytes,
        "rows": dict(copied.n_rows),
        "kept": None if copied.kept is None else str(copied.kept),
    }


def _size(copied: Copied) -> str:
    """``3 discussions, 1200 messages, 4.5 MB``."""
    counts = [
        f"{n} {noun}{'' if n == 1 else 's'}"
        for noun in ("discussion", "message")
        for n in [copied.n_rows.get(f"{noun}s", 0)]
    ]
    return f"{', '.join(counts)}, {copied.n_bytes / 2**20:.1f} MB"
