"""How well the ideas found agree with the ideas people coded: ``python -m benchmarks.ideas``.

Prints the tables of ``docs/quality.md``; ``--write`` puts them there. The codings:

- ArgKP-2021 (Bar-Haim et al., 2020; Friedman et al., 2021): debate arguments in English,
  matched to key points. Each topic is a discussion, both stances together; scored are the
  arguments that match exactly one key point. Mean over topics, train and dev apart.
- The same with all topics of a split as one discussion: key points, and topics as broader ideas.
- Perspectrum (Chen et al., 2019): statements on 40 claims as one discussion: those that say the
  same, and claims as broader ideas.
- République numérique: opinions in French, coded by the section they were filed under; once
  alone, once with the arguments that answer them.
- CIMT Ottensen (Romberg and Conrad, 2022): contributions in German, scored where they have
  exactly one of the specific themes.
- Two of our own making: the threads of a mailing list, which people's answers make, told without
  their subjects; and the sample threads, whose gold was written with them.

Everything starts from the same sentence vectors, which are kept in ``benchmarks/results``.
The parameters of our method were chosen on ArgKP train alone. BERTopic is compared where it is
installed: ``pip install bertopic``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ideas_data import (  # noqa: E402
    Coded,
    Embedded,
    embed,
    read_argkp,
    read_argkp_whole,
    read_cimt,
    read_mailing_list,
    read_perspectrum,
    read_republique,
    read_samples,
)
from benchmarks.ideas_methods import Found, methods  # noqa: E402
from benchmarks.pages import DOCS, between_marks, write_between_marks  # noqa: E402
from synth.evaluate import (  # noqa: E402
    IdeaScores,
    Parents,
    TreeScores,
    score_labels,
    score_tree,
)

PAGE, MARK = DOCS / "quality.md", "figures"


def table(discussions: Sequence[Embedded]) -> list[str]:
    """One row per method, means over the discussions."""
    has_broad = bool(discussions[0].coded.broad)
    names = ["ARI", "B³ F1", "B³ P / R", "V", "tree F", "best level ARI / B³"]
    names += ["broad: tree F", "best level ARI / B³"] if has_broad else []
    names += ["placed", "ideas (gold)", "levels", "s"]
    lines = [f"| method | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for name, method in methods(discussions[0]).items():
        began = time.process_time()
        found = [method(one) for one in discussions]
        seconds = (time.process_time() - began) / len(discussions)
        scored = [
            Scored.of(one, coded.coded) for one, coded in zip(found, discussions, strict=True)
        ]
        lines.append(_row(name, scored, seconds))
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a method found in one discussion, scored."""

    leaves: IdeaScores
    tree: TreeScores
    broad: TreeScores | None
    """Against the broader ideas that people coded, where there are two grains."""
    n_levels: int

    @classmethod
    def of(cls, found: Found, coded: Coded) -> Self:
        def of_tree(gold: Sequence[str | None]) -> TreeScores:
            return score_tree(found.labels, found.parents, gold)

        return cls(
            leaves=score_labels(found.labels, coded.gold),
            tree=of_tree(coded.gold),
            broad=of_tree(coded.broad) if coded.broad else None,
            n_levels=max((_level(idea, found.parents) for idea in found.parents), default=0),
        )


def _level(idea: str, parents: Parents) -> int:
    above = parents[idea]
    return 1 if above is None else 1 + _level(above, parents)


def _row(name: str, scores: Sequence[Scored], seconds: float) -> str:
    def mean(value: Callable[[Scored], float]) -> float:
        return float(np.mean([value(score) for score in scores]))

    cells = [
        f"{mean(lambda s: s.leaves.ari):.3f}",
        f"{mean(lambda s: s.leaves.bcubed_f1):.3f}",
        f"{mean(lambda s: s.leaves.bcubed_precision):.2f} / "
        f"{mean(lambda s: s.leaves.bcubed_recall):.2f}",
        f"{mean(lambda s: s.leaves.v_measure):.3f}",
        f"{mean(lambda s: s.tree.tree_f):.3f}",
        f"{mean(lambda s: s.tree.best_level_ari):.3f} / {mean(lambda s: s.tree.best_level_f1):.3f}",
    ]
    broad = [score.broad for score in scores if score.broad is not None]
    if broad:
        cells += [
            f"{np.mean([score.tree_f for score in broad]):.3f}",
            f"{np.mean([score.best_level_ari for score in broad]):.3f} / "
            f"{np.mean([score.best_level_f1 for score in broad]):.3f}",
        ]
    cells += [
        f"{mean(lambda s: s.leaves.share_placed):.0%}",
        f"{mean(lambda s: s.leaves.n_ideas):.1f} ({mean(lambda s: s.leaves.n_gold):.1f})",
        f"{mean(lambda s: s.n_levels):.1f}",
        f"{seconds:.1f}",
    ]
    return f"| {name} | {' | '.join(cells)} |"


def discussions(data: Path) -> dict[str, tuple[Path, Callable[[Path], list[Coded]]]]:
    """The codings by the heading of their table, each with its folder and reader."""

    def perspectrum(at: Path) -> list[Coded]:
        return read_perspectrum(at, "dev")

    argkp, republique = data / "argkp", data / "republique-numerique-fr"
    return {
        "ArgKP-2021 train, 24 topics": (argkp, lambda at: read_argkp(at, "train")),
        "ArgKP-2021 dev, 4 topics": (argkp, lambda at: read_argkp(at, "dev")),
        "ArgKP-2021 train as one discussion, 207 key points in 24 topics": (
            argkp,
            lambda at: read_argkp_whole(at, "train"),
        ),
        "ArgKP-2021 dev as one discussion, 36 key points in 4 topics": (
            argkp,
            lambda at: read_argkp_whole(at, "dev"),
        ),
        "Perspectrum dev, statements that say the same on 40 claims": (
            data / "perspectrum",
            perspectrum,
        ),
        "République numérique, 18 sections": (
            republique,
            lambda at: read_republique(at, with_arguments=False),
        ),
        "République numérique with the arguments that answer the opinions": (
            republique,
            lambda at: read_republique(at, with_arguments=True),
        ),
        "CIMT Ottensen, transport themes": (data / "cimt-de", read_cimt),
        "A mailing list of 18 months, threads, subjects hidden": (
            data / "r-package-devel",
            read_mailing_list,
        ),
        "Our own sample threads, mean of 5": (ROOT / "sample_threads", read_samples),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="WORDS",
        help="codings whose name holds them; other tables stay",
    )
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    if find_spec("bertopic") is None:
        print("BERTopic is not installed, left out: pip install bertopic", file=sys.stderr)
    tables = tables_on(PAGE, MARK) if options.only else {}
    for title, (folder, read) in discussions(options.data).items():
        if options.only and not any(words in title for words in options.only):
            continue
        if not folder.is_dir():
            print(f"{title}: {folder.name} is not there, left out", file=sys.stderr)
            continue
        part = [f"### {title}", "", *table([embed(coded) for coded in read(folder)]), ""]
        print("\n".join(part), flush=True)
        tables[title] = part
    if options.write:
        known = [tables[title] for title in discussions(options.data) if title in tables]
        lines = [line for part in known for line in part]
        write_between_marks(PAGE, MARK, "\n".join(["", *lines]))


def tables_on(page: Path, mark: str) -> dict[str, list[str]]:
    """The tables that stand on a page between the marks, by their headings."""
    found: dict[str, list[str]] = {}
    for part in between_marks(page, mark).split("### ")[1:]:
        title, rest = part.split("\n", 1)
        found[title] = [f"### {title}", *rest.rstrip().splitlines(), ""]
    return found


if __name__ == "__main__":
    main()
