"""How often each answer of "Find my point" is given, and how often it is right.

    python -m benchmarks.point DATA_FOLDER [--fit] [--write]

Points are asked for in discussions where they were left in (others say them too) or removed, and
where all about their topic was removed: arguments of ArgKP and statements of Perspectrum (split
``dev``, on which no weight or bound was fitted), our parallel points of topics that the encoder did
not learn from, in every pair of languages, and our sample threads. What is asked of the last two is
answered by a rule that was fitted without its topic or its thread. ``--fit`` prints the rule of
``synth/search/nearness.py``, fitted anew; ``--write`` sets the table into ``docs/quality.md``.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.point_data import (
    Held,
    read_arguments,
    read_parallel_points,
    read_perspectives,
    read_samples,
)
from benchmarks.point_fit import Case, cases, fitted
from synth.search.nearness import RULES, Nearness, Rule

PAGE, MARK = DOCS / "quality.md", "point"
SHORT, LONG = 50, 90
"""Letters."""
N_FOLDS = 4
"""Of the topics of the parallel points; every sample thread is a fold of its own."""
Answered = tuple[Case, Nearness]


def learned(data: Path) -> Mapping[str, Sequence[Case]]:
    """What the rule is fitted on, by source."""
    return {
        "ArgKP train": cases("ArgKP train", read_arguments(data / "argkp", "train")),
        "Perspectrum train": cases(
            "Perspectrum train", [read_perspectives(data / "perspectrum", "train")]
        ),
        "parallel points": cases("parallel points", read_parallel_points()),
        "sample threads": cases("sample threads", read_samples()),
    }


def apart(data: Path) -> Mapping[str, Sequence[Case]]:
    """What no weight or bound was fitted on."""
    return {
        "ArgKP dev": cases("ArgKP dev", read_arguments(data / "argkp", "dev")),
        "Perspectrum dev": cases(
            "Perspectrum dev", [read_perspectives(data / "perspectrum", "dev")]
        ),
    }


def answered(rules: tuple[Rule, Rule], asked: Iterable[Case]) -> list[Answered]:
    return [(case, rules[int(case.evidence.crosses)].nearness(case.evidence)) for case in asked]


def by_folds(known: Mapping[str, Sequence[Case]]) -> list[Answered]:
    """The parallel points and the sample threads, each answered by a rule fitted without it."""
    found: list[Answered] = []
    everything = [case for some in known.values() for case in some]
    for source in ("parallel points", "sample threads"):
        folds = sorted({case.question.fold for case in known[source]})
        n = N_FOLDS if source == "parallel points" else len(folds)
        for number in range(n):
            out = set(folds[number::n])
            rest = [c for c in everything if c.source != source or c.question.fold not in out]
            found += answered(fitted(rest), (c for c in known[source] if c.question.fold in out))
    return found


def groups(found: Sequence[Answered]) -> Mapping[str, list[Answered]]:
    """The rows of the table: sources, pairs of languages, lengths."""
    rows: dict[str, list[Answered]] = defaultdict(list)
    for case, answer in found:
        asked, spoken = case.question.language, case.languages
        pair = f"{asked} → {'+'.join(spoken)}"
        if case.source == "parallel points" and len(spoken) > 1:
            pair = f"{'one of the' if asked in spoken else 'a third language →'} two spoken"
        if case.source == "sample threads":
            pair = "its language" if asked in spoken else "another language"
            rows[f"{case.source}: {case.discussion}, {pair}"].append((case, answer))
        elif case.source == "parallel points":
            rows[f"{case.source}: {pair}"].append((case, answer))
        else:
            rows[case.source].append((case, answer))
        n = len(case.question.text)
        length = "short" if n < SHORT else "middle" if n < LONG else "long"
        rows[f"all of these, {length} questions"].append((case, answer))
        rows["**all of these**"].append((case, answer))
    return rows


def table(found: Sequence[Answered]) -> list[str]:
    head = [
        "| asked | questions | nobody: given | right | right, with other topics | "
        "others said this: given | right | closest we found |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows = groups(found)
    first = sorted(name for name in rows if "all of these" not in name)
    last = sorted(name for name in rows if "all of these" in name)
    return head + [_row(name, rows[name]) for name in first + last]


def _row(name: str, found: Sequence[Answered]) -> str:
    held = [one for one in found if one[0].question.held is not Held.ELSEWHERE]
    nobody = [case for case, answer in held if answer is Nearness.NOBODY]
    beside = [case for case, answer in found if answer is Nearness.NOBODY]
    said = [case for case, answer in held if answer is Nearness.SEVERAL]
    rest = sum(answer is Nearness.SOME for _, answer in held)
    return (
        f"| {name} | {len(held):,} | {len(nobody)} | {_right(nobody, is_said=False)} | "
        f"{_right(beside, is_said=False)} of {len(beside)} | {len(said)} | "
        f"{_right(said, is_said=True)} | {100 * rest / max(len(held), 1):.0f} % |"
    )


def _right(found: Sequence[Case], *, is_said: bool) -> str:
    if not found:
        return "–"
    return f"{100 * sum(case.is_said == is_said for case in found) / len(found):.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    known = learned(chosen.data)
    if chosen.fit:
        print(fitted([case for some in known.values() for case in some]))
    new = [one for some in apart(chosen.data).values() for one in answered(RULES, some)]
    lines = table(new + by_folds(known))
    print("\n".join(lines))
    if chosen.write:
        write_between_marks(PAGE, MARK, "\n".join(["", *lines, ""]))


if __name__ == "__main__":
    main()
