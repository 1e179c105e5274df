"""``synth info``: what a file holds, and which models there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synth.cli import options


@click.command()
@options.db_option()
@options.discussion_option
@click.option("--problems", is_flag=True, help="List the problems found in the imported files.")
@click.option("--models", is_flag=True, help="List the models with licence and checksum.")
@options.json_option
def info(db: Path, discussion: str | None, *, problems: bool, models: bool, as_json: bool) -> None:
    """Say what a discussion file holds, what was skipped, and which models there are."""
    from synth.cli import output
    from synth.store import open_store

    if models:
        facts = _models()
        output.say_json(facts) if as_json else _tell_models(facts)
        return
    with open_store(db, must_exist=True) as store:
        chosen = [store.discussions.named(discussion)] if discussion else store.discussions.all()
        facts = [_facts(store, found, with_problems=problems) for found in chosen]
    if as_json:
        output.say_json(facts)
        return
    for fact in facts:
        _tell(fact)


def _facts(store: Any, found: Any, *, with_problems: bool) -> dict[str, Any]:
    run = store.runs.last(found.id)
    sources = store.sources.all(found.id)
    return {
        "discussion": found.slug,
        "title": found.title,
        "messages": found.n_messages,
        "authors": found.n_authors,
        "threads": found.n_threads,
        "ideas": found.n_ideas,
        "repetition": store.repetitions.summary(found.id),
        "languages": dict(found.languages),
        "first_at": found.first_at,
        "last_at": found.last_at,
        "sources": [
            {"name": s.name, "format": s.format, "state": s.state, "problems": s.n_problems}
            for s in sources
        ],
        "problems": [str(problem) for s in sources for problem in store.sources.problems(s.id)]
        if with_problems
        else [],
        "run": None if run is None else store.runs.provenance(run.id),
    }


def _tell(fact: dict[str, Any]) -> None:
    languages = ", ".join(f"{language} {n}" for language, n in fact["languages"].items())
    click.echo(
        f"{fact['title']} ({fact['discussion']}): {fact['messages']} messages, "
        f"{fact['authors']} voices, {fact['threads']} threads, {fact['ideas']} ideas; {languages}"
    )
    repetition = fact["repetition"]
    click.echo(
        f"  {repetition['repeated_texts']} texts stand in several messages "
        f"({repetition['messages_repeating']} messages), "
        f"few carry {repetition['ideas_carried_by_few']} of the ideas"
    )
    for source in fact["sources"]:
        click.echo(
            f"  {source['name']}: {source['format']}, {source['state']}, "
            f"{source['problems']} problems"
        )
    for problem in fact["problems"]:
        click.echo(f"  {problem}")
    if fact["run"] is not None:
        run = fact["run"]
        click.echo(
            f"  map of {run['finished_at']}: {run['settings'].get('quality')} quality, "
            f"model {run['model'].get('name')}, seed {run['seed']}"
        )


def _models() -> list[dict[str, Any]]:
    from dataclasses import asdict

    from models import cards

    return [asdict(card) for card in cards()]


def _tell_models(facts: list[dict[str, Any]]) -> None:
    for fact in facts:
        click.echo(
            f"{fact['name']}: " + ", ".join(f"{k} {v}" for k, v in fact.items() if k != "name")
        )
