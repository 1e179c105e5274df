"""``synth run``, ``import``, ``build``, ``batch`` and ``demo``: from exports to a map."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synth.cli import options, output
from synth.cli.output import progress_on_stderr
from synth.parallel import new_python

if TYPE_CHECKING:
    from synth.store import Store


@click.command()
@click.argument("inputs", metavar="FILE...", nargs=-1, required=True)
@options.db_option(
    default=None, text="Discussion file (SQLite). Default: DIR/discussion.db, or synth.db."
)
@options.out_option("Folder for the CSV files, run.json and report.html.", required=False)
@options.build_options
@options.llm_options
@options.format_option
@options.columns_option
@options.discussion_option
@options.names_option
@options.mask_option
@options.json_option
def run(inputs: tuple[str, ...], db: Path | None, out: Path | None, **chosen: Any) -> None:
    """Import FILE... (files, folders, globs, .gz, .zip), build the map, write the results.

    \b
    synth run list-archive.mbox --out results
    synth run 'exports/*.csv' --quality draft --out results
    """
    from synth.pipeline import run as run_job
    from synth.settings import Settings
    from synth.store import open_store

    server = options.chat_server(chosen["llm"], chosen["llm_model"])
    path = db or (Path(options.DEFAULT_DB) if out is None else out / "discussion.db")
    with _folder(out):
        report = run_job(
            inputs,
            db=path,
            out=out,
            settings=Settings(**{name: chosen[name] for name in Settings.__slots__}),
            discussion=chosen["discussion"],
            format=chosen["format_"],
            columns=chosen["columns"],
            names=chosen["names"],
            masking=options.masking_of(chosen["mask"]),
            llm=server,
            progress=progress_on_stderr(),
        )
    output.warn_of_llm(report.proposed)
    if chosen["as_json"]:
        output.say_json(
            {
                "discussion": report.discussion.slug,
                "db": str(path),
                "import": output.import_facts(report.imported),
                "build": output.build_facts(report.built),
                "files": [str(p) for p in report.paths],
            }
            | output.llm_facts(report.proposed)
        )
        return
    output.tell_import(report.imported)
    with open_store(path) as store:
        output.tell_build(report.built, output.titles_of(store, report.discussion))
        output.tell_llm(report.proposed)
        output.tell_outline(store, report.discussion)
    click.echo(f"\nKept in {path}.")
    if out is not None:
        click.echo(f"Wrote {', '.join(p.name for p in report.paths)} to {out}.")


@contextmanager
def _folder(out: Path | None) -> Iterator[None]:
    """The folder for the results; one made here goes again when nothing came into it."""
    is_new = out is not None and not out.exists()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if out is not None and is_new:
            with suppress(OSError):
                out.rmdir()
        raise


@click.command("import")
@click.argument("inputs", metavar="FILE...", nargs=-1, required=True)
@options.db_option()
@options.format_option
@options.columns_option
@options.discussion_option
@options.mask_option
@click.option("--dry-run", is_flag=True, help="Say what would happen; keep nothing.")
@options.json_option
def import_(  # noqa: PLR0913 - one parameter an option
    inputs: tuple[str, ...],
    db: Path,
    *,
    format_: str | None,
    columns: dict[str, str],
    discussion: str | None,
    mask: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring FILE... (files, folders, globs, .gz, .zip) into a discussion.

    The same file twice adds nothing; an updated export adds what is new and updates what was
    edited. Formats: capcollectif, chatlog, cif, decidim, discord, discourse, feed, json, mbox,
    polis, slack, table (CSV, TSV, XLSX). They are told apart by content.
    """
    from synth.pipeline import discussion_for, import_files, require_messages, require_readable

    if not db.exists():
        require_readable(inputs, format=format_, columns=columns)
    with _store_to_import_into(db, is_dry=dry_run) as store:
        with discussion_for(store, discussion, inputs) as chosen:
            if (masking := options.masking_of(mask)) is not None:
                store.discussions.set_masking(chosen.id, masking, actor="person")
            report = import_files(
                store,
                chosen.id,
                inputs,
                format=format_,
                columns=columns,
                progress=progress_on_stderr(),
            )
        if as_json:
            facts = output.import_facts(report)
            output.say_json({"discussion": chosen.slug, "dry_run": dry_run} | facts)
        require_messages(report, inputs)
    if not as_json:
        output.tell_import(report, dry_run=dry_run)


@contextmanager
def _store_to_import_into(db: Path, *, is_dry: bool) -> Iterator[Store]:
    """The discussion file, or for a dry run a copy of it that is gone in the end."""
    import tempfile

    from synth.store import open_store

    if not is_dry:
        with open_store(db) as store:
            yield store
    elif db.exists():
        with open_store(db) as store, store.scratch_copy() as copy:
            yield copy
    else:
        with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "dry.db") as store:
            yield store


@click.command()
@options.db_option()
@options.discussion_option
@options.build_options
@options.llm_options
@click.option("--force", is_flag=True, help="Build the map afresh, whatever has changed.")
@options.json_option
def build(
    db: Path,
    discussion: str | None,
    *,
    force: bool,
    as_json: bool,
    llm: str | None,
    llm_model: str | None,
    **chosen: Any,
) -> None:
    """Find the ideas in a discussion, name them and place every passage.

    What people decided stays. New messages find their place on a map of some size, and the
    rest of it stays as it is; where much has changed it is built afresh, and ideas keep their
    identity where they still hold the same passages.
    """
    from synth.pipeline import build as build_map
    from synth.pipeline import propose_titles
    from synth.settings import Settings

    server = options.chat_server(llm, llm_model)
    progress = progress_on_stderr()
    with options.open_discussion(db, discussion, is_changed=True) as (store, found):
        report = build_map(store, found.id, Settings(**chosen), force=force, progress=progress)
        proposed = propose_titles(store, found.id, server, progress=progress) if server else None
        output.warn_of_llm(proposed)
        if as_json:
            facts = {"discussion": found.slug} | output.build_facts(report)
            output.say_json(facts | output.llm_facts(proposed))
            return
        output.tell_build(report, output.titles_of(store, found))
        output.tell_llm(proposed)
        output.tell_outline(store, found)


@click.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@options.out_option("Folder that gets one folder per input.")
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=max(64, os.cpu_count() or 1)),
    default=1,
    show_default=True,
    help="How many inputs at a time.",
)
@options.build_options
@options.json_option
def batch(
    inputs: tuple[str, ...], out: Path, workers: int, *, as_json: bool, **chosen: Any
) -> None:
    """Run the main job over each INPUT (file, folder or glob), one folder of results each.

    An input that fails is listed and leaves the others alone; finished work is not redone.
    """
    from synth.pipeline import expand_globs, run_batch
    from synth.settings import Settings

    jobs = run_batch(
        expand_globs(inputs),
        out=out,
        settings=Settings(**chosen),
        workers=workers,
        progress=progress_on_stderr(),
    )
    failed = [job for job in jobs if job.state == "failed"]
    if as_json:
        output.say_json([asdict(job) for job in jobs])
    else:
        for job in jobs:
            click.echo(f"{job.state}: {job.source} -> {job.folder}")
        for job in failed:
            click.echo(f"{job.source}: {job.error}", err=True)
        click.echo(
            f"{len(jobs) - len(failed)} of {len(jobs)} done; the list is in {out}/batch.json"
        )
    if failed:
        sys.exit(1)


@click.command()
@options.db_option(default=None, text="Discussion file. Default: demo.db in the user's cache.")
@click.option("--serve/--no-serve", default=True, help="Open the viewer at the end.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--quality", type=click.Choice(["draft", "full"]), default="full", show_default=True)
@click.pass_context
def demo(
    ctx: click.Context, db: Path | None, *, serve: bool, host: str, port: int, quality: str
) -> None:
    """Import the sample threads, find their ideas, print them, and open the viewer.

    The second time nothing has to be done again.
    """
    from synth.pipeline import demo_db, run_demo
    from synth.settings import Settings
    from synth.store import open_store

    path = db or demo_db()
    click.echo(f"Sample discussions, kept in {path}")
    settings = Settings(quality="draft" if quality == "draft" else "full")
    with open_store(path) as store:
        for discussion in run_demo(store, settings, progress=progress_on_stderr()):
            output.tell_outline(store, discussion)
    if not serve:
        return
    command = ctx.find_root().command
    assert isinstance(command, click.Group)
    if command.get_command(ctx, "serve") is None:
        raise click.UsageError("the viewer (package web) is not installed; use --no-serve")
    serve_anew("--db", str(path), "--host", host, "--port", str(port))


def serve_anew(*arguments: str) -> None:
    """Go on as ``synth serve``, in a process that does not hold what the builds needed."""
    command, environment = new_python("-m", "synth", "serve", *arguments)
    sys.stdout.flush()
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted
