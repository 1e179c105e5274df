"""How well the ideas found agree with the ideas people coded: ``python -m benchmarks.ideas``.

Prints the tables of ``docs/quality.md``; ``--write`` puts them there. The codings:

- ArgKP-2021 (Bar-Haim et al., 2020; Friedman et al., 2021): debate arguments in English,
  matched to key points. Each topic is a discussion, both stances together; scored are the
  arguments that match exactly one key point. Mean over topics, train and dev apart.
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
from importlib.util import find_spec
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ideas_data import (  # noqa: E402
    Coded,
    Embedded,
    embed,
    read_argkp,
    read_cimt,
    read_mailing_list,
    read_republique,
    read_samples,
)
from benchmarks.ideas_methods import methods  # noqa: E402
from benchmarks.pages import DOCS, write_between_marks  # noqa: E402
from synth.evaluate import IdeaScores, score_labels  # noqa: E402

PAGE, MARK = DOCS / "quality.md", "figures"


def table(discussions: Sequence[Embedded]) -> list[str]:
    """One row per method, means over the discussions."""
    lines = [
        "| method | ARI | B³ F1 | B³ P / R | V | placed | ideas (gold) | s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, method in methods(discussions[0]).items():
        began = time.process_time()
        scores = [score_labels(method(one), one.coded.gold) for one in discussions]
        seconds = (time.process_time() - began) / len(discussions)
        lines.append(_row(name, scores, seconds))
    return lines


def _row(name: str, scores: Sequence[IdeaScores], seconds: float) -> str:
    def mean(value: Callable[[IdeaScores], float]) -> float:
        return float(np.mean([value(score) for score in scores]))

    return (
        f"| {name} | {mean(lambda s: s.ari):.3f} | {mean(lambda s: s.bcubed_f1):.3f} "
        f"| {mean(lambda s: s.bcubed_precision):.2f} / {mean(lambda s: s.bcubed_recall):.2f} "
        f"| {mean(lambda s: s.v_measure):.3f} | {mean(lambda s: s.share_placed):.0%} "
        f"| {mean(lambda s: s.n_ideas):.1f} ({mean(lambda s: s.n_gold):.1f}) | {seconds:.1f} |"
    )


def discussions(data: Path) -> dict[str, tuple[Path, Callable[[Path], list[Coded]]]]:
    """The codings by the heading of their table, each with its folder and reader."""
    argkp, republique = data / "argkp", data / "republique-numerique-fr"
    return {
        "ArgKP-2021 train, 24 topics": (argkp, lambda at: read_argkp(at, "train")),
        "ArgKP-2021 dev, 4 topics": (argkp, lambda at: read_argkp(at, "dev")),
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
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    if find_spec("bertopic") is None:
        print("BERTopic is not installed, left out: pip install bertopic", file=sys.stderr)
    lines: list[str] = []
    for title, (folder, read) in discussions(options.data).items():
        if not folder.is_dir():
            print(f"{title}: {folder.name} is not there, left out", file=sys.stderr)
            continue
        part = [f"### {title}", "", *table([embed(coded) for coded in read(folder)]), ""]
        print("\n".join(part), flush=True)
        lines += part
    if options.write:
        write_between_marks(PAGE, MARK, "\n".join(["", *lines]))


if __name__ == "__main__":
    main()
