"""Whether stable ideas agree better with people's: ``python -m benchmarks.stability``.

Prints the table of ``docs/quality.md`` that the threshold of tentative ideas was read from
(``synth.records.TENTATIVE_BELOW``); ``--write`` puts it there. Codings as in
``benchmarks.ideas``. Each leaf idea with at least four coded texts is compared with the coded
idea it agrees with best: F1 over its passages, and the share of them coded alike (purity).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ideas_data import (  # noqa: E402
    Coded,
    embed,
    read_argkp,
    read_cimt,
    read_republique,
)
from benchmarks.ideas_methods import our_tree, space_of  # noqa: E402
from benchmarks.pages import DOCS, write_between_marks  # noqa: E402
from synth.clustering import Options  # noqa: E402
from synth.records import TENTATIVE_BELOW  # noqa: E402

PAGE, MARK = DOCS / "quality.md", "stability"
MIN_CODED = 4
BOUNDS = (0.0, 0.5, TENTATIVE_BELOW, 0.8, 1.01)
GOOD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A leaf idea beside the coded idea it agrees with best."""

    stability: float
    f1: float
    purity: float


def judged(coded: Coded, *, n_resamplings: int = 8) -> list[Judged]:
    """Every leaf idea found in a discussion that holds enough coded texts."""
    discussion = embed(coded)
    tree = our_tree(discussion, space_of(discussion), Options(n_resamplings=n_resamplings))
    gold = np.array([coded.gold[text] or "" for text in discussion.owner])
    found = []
    for leaf in np.unique(tree.leaf[tree.leaf >= 0]).tolist():
        inside = gold[(tree.leaf == leaf) & (gold != "")]
        if len(inside) < MIN_CODED:
            continue
        names, counts = np.unique(inside, return_counts=True)
        f1 = max(
            2 * n / (len(inside) + int((gold == name).sum()))
            for name, n in zip(names, counts.tolist(), strict=True)
        )
        stability = float(tree.stability[leaf])
        found.append(Judged(stability=stability, f1=f1, purity=counts.max() / len(inside)))
    return found


def table(columns: Mapping[str, Sequence[Judged]]) -> list[str]:
    lines = [
        f"| stability | {' | '.join(columns)} |",
        f"|---|{'---|' * len(columns)}",
    ]
    for low, high in pairwise(BOUNDS):
        cells = [
            _cell([j for j in ideas if low <= j.stability < high]) for ideas in columns.values()
        ]
        lines.append(f"| {low:.2f} to {min(high, 1):.2f} | {' | '.join(cells)} |")
    return lines


def _cell(ideas: Sequence[Judged]) -> str:
    if not ideas:
        return "none"
    f1 = np.array([idea.f1 for idea in ideas])
    purity = float(np.mean([idea.purity for idea in ideas]))
    return f"{len(ideas)}: {f1.mean():.2f}, {(f1 >= GOOD).mean():.0%}, {purity:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write", action="store_true", help="write the table into the docs")
    parser.add_argument("--draws", type=int, default=8, help="resamplings behind the stability")
    chosen = parser.parse_args()
    data = chosen.data
    sets: dict[str, Callable[[], Iterable[Coded]]] = {
        "ArgKP train": lambda: read_argkp(data / "argkp", "train"),
        "ArgKP dev": lambda: read_argkp(data / "argkp", "dev"),
        "République numérique": lambda: read_republique(
            data / "republique-numerique-fr", with_arguments=False
        ),
        "CIMT": lambda: read_cimt(data / "cimt-de"),
    }
    columns = {
        name: [one for coded in read() for one in judged(coded, n_resamplings=chosen.draws)]
        for name, read in sets.items()
    }
    text = "\n".join(table(columns))
    print(text)
    if chosen.write:
        write_between_marks(PAGE, MARK, f"\n{text}\n")


if __name__ == "__main__":
    main()
