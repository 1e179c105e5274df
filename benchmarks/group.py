"""Groups in networks of replies: planted ones found, none seen where there are none, and the time.

    python -m benchmarks.group [--seeds N] [--large N] [--write]

Discussions are made up: people of very different activity open threads, draw others in, and answer
somebody in the thread. In some, people draw in their own group by preference. ``rewiring alone``
is what would be said without regard to threads. ``--large`` sets the number of authors of the
largest one (default 20,000; 0 leaves it out).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from benchmarks.pages import DOCS, write_between_marks
from synth.analytics.group import GroupReport, Verdict, replies_of, report_of
from synth.analytics.group.communities import APART
from synth.analytics.group.windows import windows_of
from synth.analytics.periods import DAY
from synth.store.activity import Activity

PAGE, MARK = DOCS / "group.md", "measured"
SEEDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a discussion is made up."""

    n_people: int
    n_threads: int
    n_groups: int = 1
    stray: float = 1.0
    """How often somebody of another group is drawn in, beside one of the own group."""
    unevenness: float = 1.0
    """Of activity: the deviation of its logarithm."""
    turns: float = 1.0
    """Messages beyond the first that each writes in a thread, on average."""
    largest: int = 15
    """People in a thread, at most."""


RECIPES: Mapping[str, Recipe] = {
    "60 people, no groups": Recipe(n_people=60, n_threads=40),
    "200 people, no groups": Recipe(n_people=200, n_threads=150),
    "300 people, few threads, no groups": Recipe(n_people=300, n_threads=80),
    "500 people, a few write most, no groups": Recipe(n_people=500, n_threads=300, unevenness=1.8),
    "100 people, long exchanges, no groups": Recipe(n_people=100, n_threads=100, turns=5.0),
    "600 people, most in one thread each": Recipe(n_people=600, n_threads=60, unevenness=0.1),
    "2 groups of 50, a tenth strays": Recipe(n_people=100, n_threads=100, n_groups=2, stray=0.1),
    "4 groups of 50, a tenth strays": Recipe(n_people=200, n_threads=200, n_groups=4, stray=0.1),
    "4 groups of 50, few threads": Recipe(n_people=200, n_threads=60, n_groups=4, stray=0.1),
    "8 groups of 100, a twentieth strays": Recipe(
        n_people=800, n_threads=800, n_groups=8, stray=0.05
    ),
    "2 groups of 50, nearly a third strays": Recipe(
        n_people=100, n_threads=100, n_groups=2, stray=0.3
    ),
}


class Written(NamedTuple):
    """A message."""

    voice: int
    parent: int
    thread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """A discussion and the groups that were planted in it."""

    activity: Activity
    planted: NDArray[np.int64]
    """Per person; participant n+1 is person n."""


def make_up(recipe: Recipe, seed: int) -> MadeUp:
    """A discussion of that recipe."""
    chance = np.random.default_rng(seed)
    planted = np.arange(recipe.n_people) % recipe.n_groups
    active = chance.lognormal(0, recipe.unevenness, recipe.n_people)
    pools = [
        np.cumsum(active * np.where(planted == group, 1.0, recipe.stray))
        for group in range(recipe.n_groups)
    ]
    written: list[Written] = []
    for _ in range(recipe.n_threads):
        lead = int(_drawn(np.cumsum(active), 1, chance)[0])
        n_others = int(chance.integers(3, recipe.largest))
        others = _drawn(pools[planted[lead]], n_others, chance)
        written += _thread(len(written), lead, others, recipe.turns, chance)
    return MadeUp(activity=_activity(written), planted=planted)


def _drawn(pool: NDArray[np.float64], n: int, chance: np.random.Generator) -> NDArray[np.int64]:
    return np.asarray(np.searchsorted(pool, chance.random(n) * pool[-1]), dtype=np.int64)


def _thread(
    first: int, lead: int, others: NDArray[np.int64], turns: float, chance: np.random.Generator
) -> list[Written]:
    """All write once, some again; more than half answer the later messages."""
    members = np.unique(others[others != lead])
    found = [Written(voice=lead + 1, parent=-1, thread=first + 1)]
    again = chance.choice(np.append(members, lead), int(len(members) * chance.exponential(turns)))
    for who in np.concatenate((chance.permutation(members), again)).tolist():
        late = int(len(found) * chance.beta(2, 1)) if chance.random() < 0.6 else 0
        parent = first + min(late, len(found) - 1)
        found.append(Written(voice=who + 1, parent=parent, thread=first + 1))
    return found


def _activity(written: Sequence[Written]) -> Activity:
    n, none = len(written), np.zeros(0, dtype=np.int64)
    voices, parents, threads = np.array(written, dtype=np.int64).T
    return Activity(
        messages=np.arange(1, n + 1),
        threads=threads,
        parents=parents,
        voices=voices,
        posted=np.linspace(0, 365 * DAY, n).astype(np.int64),
        sides=np.zeros(n, dtype=np.int8),
        read_sides=np.zeros(n, dtype=np.int8),
        likes=np.full(n, -1, dtype=np.int64),
        passages=none,
        of_message=none,
        leaves=none,
        weights=np.zeros(0, dtype=np.float32),
        reasons=np.zeros(0, dtype=np.int8),
    )


def read(made: MadeUp) -> GroupReport:
    """The report of a made-up discussion, whose every reply is stated."""
    activity = made.activity
    return report_of(activity, replies_of(activity, activity.messages))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is said of one made-up discussion."""

    verdict: Verdict
    n_groups: int
    agreement: float
    """Adjusted Rand index of the groups with those that were planted."""
    by_rewiring: bool
    """Whether rewiring alone would speak of groups."""


def found_in(made: MadeUp) -> Found:
    report = read(made)
    who = report.voices.ids[report.network.voices] - 1
    groups = report.communities.group
    is_in = groups != APART
    rewired = report.communities.rewired
    return Found(
        verdict=report.verdict,
        n_groups=report.communities.n_groups if report.communities.are_told_apart else 1,
        agreement=adjusted_rand_score(made.planted[who][is_in], groups[is_in]),
        by_rewiring=rewired is not None and rewired.is_exceeded(0.0),
    )


def table(n_seeds: int) -> Iterator[str]:
    heads = ("made up", "several", "by thread", "one", "rewiring alone: several")
    yield f"| {' | '.join((*heads, 'groups, median', 'agreement (ARI)'))} |"
    yield "|---|---|---|---|---|---|---|"
    for name, recipe in RECIPES.items():
        runs = [found_in(make_up(recipe, seed)) for seed in range(n_seeds)]
        said = Counter(one.verdict for one in runs)
        rest = n_seeds - said[Verdict.SEVERAL] - said[Verdict.BY_THREAD]
        alone = sum(one.by_rewiring for one in runs)
        found = [one for one in runs if one.verdict is Verdict.SEVERAL]
        median = f"{np.median([one.n_groups for one in found]):.0f}" if found else ""
        ari = f"{np.mean([one.agreement for one in found]):.2f}" if found else ""
        shown = ari if recipe.n_groups > 1 else ""
        yield (
            f"| {name} | {said[Verdict.SEVERAL]} | {said[Verdict.BY_THREAD]} | {rest} "
            f"| {alone} | {median} | {shown} |"
        )


def time_large(n_people: int) -> str:
    """How long the whole report takes over so many authors."""
    recipe = Recipe(n_people=n_people, n_threads=n_people // 3, n_groups=20, stray=0.02)
    activity = make_up(recipe, 0).activity
    begun = time.process_time(), time.perf_counter()
    replies = replies_of(activity, activity.messages)
    report = report_of(activity, replies)
    took = time.process_time() - begun[0], time.perf_counter() - begun[1]
    assert windows_of(activity, replies, report.network, report.communities) == report.windows
    return (
        f"{n_people:,} authors, {len(activity.messages):,} messages, "
        f"{report.measures.n_voices:,} voices in {report.measures.n_ties:,} ties: "
        f"{took[0]:.1f} s of processor time ({took[1]:.1f} s by the clock), "
        f"said to be {report.verdict}, {report.communities.n_groups} groups (20 planted)."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--large", type=int, default=20_000)
    parser.add_argument("--write", action="store_true", help=f"write the figures into {PAGE.name}")
    asked = parser.parse_args()
    lines = [f"Of {asked.seeds} made-up discussions each, how many are said to be what:", ""]
    for line in table(asked.seeds):
        print(line, file=sys.stderr, flush=True)
        lines.append(line)
    if asked.large:
        lines += ["", time_large(asked.large)]
        print(lines[-1])
    if asked.write:
        write_between_marks(PAGE, MARK, "\n".join(lines))


if __name__ == "__main__":
    main()
