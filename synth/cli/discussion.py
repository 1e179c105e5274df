"""``synth info``, ``export``, ``evaluate`` and ``erase``: what is done with a discussion."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from synth.cli import options, output
from synth.cli.output import progress_on_stderr


@click.command()
@options.db_option()
@options.discussion_option
@click.option("--problems", is_flag=True, help="List the problems found in the imported files.")
@click.option("--models", is_flag=True, help="List the models with licence and checksum.")
@options.json_option
def info(db: Path, discussion: str | None, *, problems: bool, models: bool, as_json: bool) -> None:
    """Say what a discussion file holds, what was skipped, and which models there are."""
    from synth.store import open_store

    if models:
        from models import cards

        facts = [asdict(card) for card in cards()]
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
        "under_no_idea": {
            str(reason): n for reason, n in store.ideas.counts_of_reasons(found.id).items()
        },
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
    if fact["under_no_idea"]:
        told = ", ".join(f"{reason} {n}" for reason, n in fact["under_no_idea"].items())
        click.echo(f"  passages under no idea: {told}")
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
            f"model {run['model'].get('name')}, "
            f"clusterer {run['settings'].get('clusterer', 'linkage')}, seed {run['seed']}"
        )


def _tell_models(facts: list[dict[str, Any]]) -> None:
    for fact in facts:
        click.echo(
            f"{fact['name']}: " + ", ".join(f"{k} {v}" for k, v in fact.items() if k != "name")
        )


@click.command()
@options.db_option()
@options.discussion_option
@options.out_option("Folder for the files; made if it is not there.")
@options.names_option
@options.json_option
def export(db: Path, discussion: str | None, out: Path, *, names: bool, as_json: bool) -> None:
    """Write a discussion as CSV files, run.json and report.html.

    The CSV files are messages, ideas, placements, extracts and repetitions.
    """
    from synth.pipeline import write_results

    with options.open_discussion(db, discussion) as (store, found):
        paths = write_results(store, found.id, out, names=names)
    if as_json:
        output.say_json({"discussion": found.slug, "files": [str(path) for path in paths]})
    else:
        click.echo(f"Wrote {', '.join(path.name for path in paths)} to {out}.")


@click.command()
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--gold",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="CSV with message_id,idea as people coded them; ids of the export or of ours.",
)
@options.json_option
def evaluate(folder: Path, gold: Path, *, as_json: bool) -> None:
    """Compare DIR/placements.csv and DIR/ideas.csv with a gold coding.

    The scores need no number of ideas: adjusted Rand index, V-measure and B-cubed F1 of the leaf
    ideas over all coded messages; one that is unplaced counts as alone. Tree F (Larsen and Aone
    1999) tells whether the tree has each coded idea at any level; it is left out where there is
    no ideas.csv.
    """
    from synth.errors import InputProblem
    from synth.evaluate import read_gold, read_parents, read_placements, score_placements

    ideas = folder / "ideas.csv"
    parents = read_parents(ideas) if ideas.exists() else None
    try:
        placements = read_placements(folder / "placements.csv")
        lost = {p.idea_id for p in placements if p.idea_id} - (parents or {}).keys()
        if parents is not None and lost:
            raise InputProblem(
                str(ideas),
                f"no idea {min(lost)}, under which placements.csv has passages",
                remedy="use both files of the same run",
            )
        found = score_placements(placements, read_gold(gold), parents)
    except ValueError as error:
        raise InputProblem(
            str(gold), str(error), remedy="check that its message_id are ids of this export"
        ) from error
    if as_json:
        output.say_json(asdict(found))
        return
    scores = found.scores
    click.echo(
        f"{scores.n_items} messages with one gold idea; {scores.n_ideas} ideas found, "
        f"{scores.n_gold} coded; {scores.share_placed:.0%} placed"
    )
    click.echo(
        f"ARI {scores.ari:.3f}  V {scores.v_measure:.3f}  B3 F1 {scores.bcubed_f1:.3f} "
        f"(precision {scores.bcubed_precision:.3f}, recall {scores.bcubed_recall:.3f})"
    )
    if (tree := found.tree) is not None:
        click.echo(
            f"tree F {tree.tree_f:.3f} over {tree.n_classes} coded ideas and {tree.n_nodes} ideas "
            f"found; best level {tree.best_level} with ARI {tree.best_level_ari:.3f}, "
            f"B3 F1 {tree.best_level_f1:.3f}"
        )
    if found.n_several_gold:
        click.echo(f"{found.n_several_gold} messages coded under several ideas were left out")
    if found.n_not_in_run:
        click.echo(f"{found.n_not_in_run} coded messages have no passage in the run")


@click.command()
@options.db_option()
@options.discussion_option
@click.option(
    "--participant",
    required=True,
    metavar="WHO",
    help="Pseudonym (Participant 417), address or name as in the export.",
)
@click.option("--yes", is_flag=True, help="Do not ask. This cannot be undone.")
def erase(db: Path, discussion: str | None, participant: str, *, yes: bool) -> None:
    """Remove a participant's name and words, and build the map anew without them.

    Emptied messages stay as steps of their threads, so that replies keep their place. A later
    import does not bring the person back.
    """
    from synth.pipeline import erase_participant

    with options.open_discussion(db, discussion) as (store, found):
        if not yes:
            click.confirm(f"Erase {participant!r} from {found.title!r} for good?", abort=True)
        n_messages, report = erase_participant(
            store, found.id, participant, progress=progress_on_stderr()
        )
        records = store.erasures.of(found.id)
    if n_messages:
        click.echo(f"Erased {participant}: {n_messages} messages emptied.")
    else:
        click.echo(f"No message of {participant} was left to empty.")
    if n_messages and records:
        click.echo("Removed: " + ", ".join(f"{k} {n}" for k, n in records[0].removed.items()))
    if report is not None:
        output.tell_build(report, {})
    click.echo("Exports written earlier still hold the words; write them again.")
