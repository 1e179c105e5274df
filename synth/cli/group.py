"""``synth group``: the network of replies of a discussion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synth.cli import options, output

if TYPE_CHECKING:
    from synth.analytics.group import GroupReport
    from synth.store import Store

_SAID = {
    "several": "{n} groups talk among themselves",
    "by thread": "each thread has its own people; groups that last beyond a thread do not show",
    "one": "this is one conversation",
    "scattered": "many small exchanges that do not touch each other",
    "few": "too few people answer each other to tell groups apart",
}


@click.command()
@options.db_option()
@options.discussion_option
@click.option(
    "--inferred",
    is_flag=True,
    help="Count replies inferred from quotes, subjects or mentions, too.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the voices to a CSV file, by pseudonym and group.",
)
@click.option("--seed", default=0, show_default=True, help="Of the shuffled networks.")
@options.json_option
def group(
    db: Path, discussion: str | None, *, inferred: bool, out: Path | None, seed: int, as_json: bool
) -> None:
    """Say who answers whom: one conversation or several groups, who connects, whom nobody answered.

    Groups are told only where the network is parted more than shuffled ones. No figure stands for
    fewer than three people; --out names single voices, by pseudonym, and ranks nobody.
    """
    from synth.analytics.group.voices import csv_of, voice_rows

    with options.open_discussion(db, discussion) as (store, found):
        report = _report(store, found.id, inferred=inferred, seed=seed)
        names = store.participants.pseudonyms(report.voices.ids.tolist()) if out else {}
    if out is not None:
        out.write_text(csv_of(voice_rows(report, names)), encoding="utf-8", newline="")
    facts = {"discussion": found.slug, **_facts(report)}
    if as_json:
        output.say_json(facts)
        return
    _tell(found.title, facts)
    if out is not None:
        click.echo(f"Wrote {len(names)} voices to {out}.")


def _report(store: Store, discussion_id: int, *, inferred: bool, seed: int) -> GroupReport:
    import numpy as np

    from synth.analytics.group import replies_of, report_of, without_hidden

    hidden = list(store.hidden.rulings(discussion_id))
    activity = without_hidden(store.activity.of(discussion_id), hidden)
    stated = np.array(store.evidence.stated(discussion_id), dtype=np.int64)
    return report_of(activity, replies_of(activity, stated, with_inferred=inferred), seed=seed)


def _facts(report: GroupReport) -> dict[str, Any]:
    """What may be told; None in place of one or two people."""
    from dataclasses import asdict

    from synth.analytics.group.report import is_shown

    communities, n_people = report.communities, len(report.voices.ids)

    def shown(n: int, of: int | None = None) -> int | None:
        return n if is_shown(n, of) else None

    n_tied = len(report.network)
    is_told = is_shown(n_tied, n_people) and is_shown(report.n_apart)
    measures = {
        name: value for name, value in asdict(report.measures).items() if name != "n_voices"
    }
    return {
        "verdict": str(report.verdict) if report.ledger.n_counted else None,
        "groups": list(communities.sizes) if communities.are_told_apart else [],
        "voices": n_tied if is_told else None,
        "connectors": shown(report.n_connectors, n_tied),
        "unanswered": shown(report.n_unanswered, n_people),
        "crossing_share": report.crossing.share if communities.are_told_apart else None,
        "same_ties": communities.rewired and asdict(communities.rewired),
        "same_threads": communities.reassigned and asdict(communities.reassigned),
        "measures": measures if report.may_be_measured else None,
        "replies": asdict(report.ledger),
    }


def _tell(title: str, facts: dict[str, Any]) -> None:
    replies = facts["replies"]
    if facts["verdict"] is None:
        click.echo(f"{title}: this source does not say who answers whom")
    else:
        click.echo(f"{title}: {_SAID[facts['verdict']].format(n=len(facts['groups']))}")
    click.echo(
        f"  {replies['n_counted']} replies between participants are counted; of "
        f"{replies['n_stated']} messages the source says what they answer, of "
        f"{replies['n_inferred']} it can only be inferred"
    )
    if facts["verdict"] is None:
        return
    if facts["groups"]:
        sizes = ", ".join(map(str, facts["groups"]))
        click.echo(f"  voices in each group: {sizes}; {facts['crossing_share']:.0%} passes between")
    for name, text in (("connectors", "who connect"), ("unanswered", "whom nobody answered")):
        told = "fewer than three" if facts[name] is None else facts[name]
        click.echo(f"  voices {text}: {told}")
    measures = facts["measures"]
    if measures is None:
        return
    distance = "" if measures["distance"] is None else f", distance {measures['distance']:.1f}"
    click.echo(
        f"  density {measures['density']:.4f}, degree {measures['mean_degree']:.1f}, "
        f"reciprocity {measures['mutual_share']:.0%}, largest piece "
        f"{measures['largest_share']:.0%}{distance}"
    )
    ties, threads = facts["same_ties"], facts["same_threads"]
    if ties and threads:
        click.echo(
            f"  modularity {ties['modularity']:.3f}; shuffled with the same ties for everybody "
            f"{ties['mean']:.3f} ± {ties['deviation']:.3f}, with the same threads "
            f"{threads['mean']:.3f} ± {threads['deviation']:.3f}"
        )
