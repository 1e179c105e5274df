"""How often the side that is read from the words is the one that people took.

    python -m benchmarks.sides [--data FOLDER] [--baseline] [--write]

``for`` and ``against`` are judged apart: where nine in ten are for, always saying so would look
good. What people coded as neither counts as wrong where a side is told. ``--baseline`` also fits
a logistic regression on frozen vectors and words. Training read none of these pairs; ``--choose``
shows what each threshold gives on the topics of the training sets that were left out of training,
by which the thresholds were chosen.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.sides_data import SideSet, tested
from models.sides import CERTAIN, SIDES, SIDES_CARD, Side, SideClassifier, told
from models.training.side_sources import Pair
from models.weights import sha256

ROOT = Path(__file__).resolve().parent.parent
PAGE, MARK = DOCS / "quality.md", "sides"
SHARES = (0.25, 0.5, 0.75, 1.0)
"""Shares answered, the surest first, at which precision is shown."""
STEPS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93)
Judge = Callable[[Sequence[Pair]], NDArray[np.float64]]
"""(n, 3) shares in the order of ``SIDES``."""


class Judged:
    """The shares of the pairs of a set beside what people said."""

    def __init__(self, judge: Judge, pairs: Sequence[Pair]) -> None:
        self.gold = np.array([SIDES.index(pair.side) for pair in pairs])
        self.shares = judge(pairs)
        self.side = (self.shares[:, 0] < self.shares[:, 1]).astype(int)
        self.sure = self.shares[:, :2].max(axis=1)

    def accuracy(self) -> float:
        """Of the nearer side, where people took one."""
        sided = self.gold < SIDES.index(Side.NEITHER)
        return float((self.side == self.gold)[sided].mean())

    def precision(self, answered: NDArray[np.bool_]) -> str:
        """Right of those told, for / against, with how many were told."""
        parts = []
        for number in (0, 1):
            chosen = answered & (self.side == number)
            right = f"{(self.gold[chosen] == number).mean():.2f}" if chosen.any() else "–"
            parts.append(f"{right} of {chosen.sum()}")
        return " / ".join(parts)

    def surest(self, share: float) -> NDArray[np.bool_]:
        """The surest share of the pairs."""
        n = round(share * len(self.sure))
        order = np.argsort(-self.sure, kind="stable")
        answered = np.zeros(len(self.sure), np.bool_)
        answered[order[:n]] = True
        return answered

    def shipped(self) -> NDArray[np.bool_]:
        """What the product tells."""
        return np.array([told(own)[0] is not None for own in self.shares])

    def at(self, least: float) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.sure >= least
        return found


def table(sets: Sequence[tuple[SideSet, Judged]], *, is_shipped: bool) -> Iterator[str]:
    """Lines of a table, one set a line."""
    shares = " | ".join(f"{share:.0%}" for share in SHARES)
    yield f"| set | pairs (for / against / neither) | accuracy | told | right | {shares} |"
    yield "|---|---|---|---|---|" + "---|" * len(SHARES)
    for one, judged in sets:
        counts = " / ".join(str(int((judged.gold == n).sum())) for n in range(len(SIDES)))
        cells = [one.name, counts, f"{judged.accuracy():.2f}"]
        if is_shipped:
            answered = judged.shipped()
            cells += [f"{answered.mean():.0%}", judged.precision(answered)]
        else:
            cells += ["", ""]
        cells += [judged.precision(judged.surest(share)) for share in SHARES]
        yield f"| {' | '.join(cells)} |"


def choose(data: Path, judge: Judge) -> Iterator[str]:
    """What each threshold gives on topics left out of training."""
    from models.training.sides import all_texts, validation_pairs

    _, apart = all_texts(data).parted()
    for name, pairs in validation_pairs(apart).items():
        judged = Judged(judge, pairs)
        yield f"{name}: n {len(pairs)}, accuracy {judged.accuracy():.3f}"
        for least in STEPS:
            answered = judged.at(least)
            yield f"  {least:.2f}: told {answered.mean():.2f}, {judged.precision(answered)}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--classifier", type=Path, help="another file than the shipped one")
    parser.add_argument("--baseline", action="store_true", help="also the regression")
    parser.add_argument("--choose", action="store_true", help="show thresholds and stop")
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    if not options.data.is_dir():
        raise SystemExit(f"{options.data}: is not there")
    judge = judge_of(options.classifier)
    if options.choose:
        print("\n".join(choose(options.data, judge)))
        return
    sets = list(tested(options.data))
    lines = list(table([(s, Judged(judge, s.asked())) for s in sets], is_shipped=True))
    lines += ["", f"Told from {CERTAIN[Side.FOR]} (for) and {CERTAIN[Side.AGAINST]} (against) on."]
    if options.baseline:
        from benchmarks.sides_baseline import fitted

        base = fitted(options.data)
        lines += ["", "The regression on frozen vectors and words:", ""]
        lines += table([(s, Judged(base, s.asked())) for s in sets], is_shipped=False)
    print("\n".join(lines))
    if options.write:
        write_between_marks(PAGE, MARK, "\n".join(["", *lines, ""]))


def judge_of(classifier: Path | None) -> Judge:
    """The shipped classifier, or the one in a file."""
    card = SIDES_CARD
    if classifier is not None:
        card = replace(card, adapter_sha256=sha256(classifier))
    reader = SideClassifier(card=card, classifier=classifier)
    return lambda pairs: reader.shares([(pair.target, pair.text) for pair in pairs])


if __name__ == "__main__":
    main()
