"""``synth evaluate``: ideas found against ideas that people coded."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from synth.cli import options


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
    """Compare DIR/placements.csv with a gold coding.

    The scores need no number of ideas: adjusted Rand index, V-measure and B-cubed F1 over all
    coded messages; one that is unplaced counts as alone.
    """
    from synth.cli import output
    from synth.errors import InputProblem
    from synth.evaluate import read_gold, read_placements, score_placements

    try:
        found = score_placements(read_placements(folder / "placements.csv"), read_gold(gold))
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
    if found.n_several_gold:
        click.echo(f"{found.n_several_gold} messages coded under several ideas were left out")
    if found.n_not_in_run:
        click.echo(f"{found.n_not_in_run} coded messages have no passage in the run")
