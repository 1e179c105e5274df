"""``synth build``: make or renew the map of ideas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synth.cli import options
from synth.cli.progress import progress_on_stderr


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
    from synth.cli import output
    from synth.pipeline import build as build_map
    from synth.pipeline import choose_discussion, propose_titles
    from synth.settings import Settings
    from synth.store import open_store

    server = options.chat_server(llm, llm_model)
    progress = progress_on_stderr()
    with open_store(db, must_exist=True) as store:
        found = choose_discussion(store, discussion)
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
