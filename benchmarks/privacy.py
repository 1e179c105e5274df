"""How much of what tells who somebody is gets masked, how much else, and how long it takes.

``python -m benchmarks.privacy`` scores the texts of ``privacy_texts.txt``; with ``--data FOLDER``
it also reads exports, counts what is masked in them, times it beside cleaning, and with ``--show``
prints so many of each kind to be judged by eye. A stretch counts as found when it overlaps with
what should be masked.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.languages import identify_together
from synth.clean import clean
from synth.importers import ReadOptions, read
from synth.masks import Finding, Masking, MaskKind
from synth.privacy import find_all
from synth.records import Problem, RawMessage

TEXTS = Path(__file__).with_name("privacy_texts.txt")
_MARK = re.compile(r"\[\[(\w+):(.*?)\]\]")
Stretch = tuple[int, int, MaskKind]


def made_up() -> Iterator[tuple[str, str, list[Stretch]]]:
    """Language, text, and what should be masked in it."""
    for line in TEXTS.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        language, marked = line.split(" | ", 1)
        text, wanted, done = "", [], 0
        for mark in _MARK.finditer(marked):
            text += marked[done : mark.start()]
            wanted.append((len(text), len(text) + len(mark[2]), MaskKind(mark[1])))
            text += mark[2]
            done = mark.end()
        yield language, text + marked[done:], wanted


def score() -> str:
    """A table of precision and recall by kind and language."""
    cases = list(made_up())
    found = find_all([(text, None, language) for language, text, _ in cases], Masking.NAMES)
    right: Counter[tuple[str, str]] = Counter()
    told: Counter[tuple[str, str]] = Counter()
    wanted_of: Counter[tuple[str, str]] = Counter()
    hit: Counter[tuple[str, str]] = Counter()
    for (language, text, wanted), findings in zip(cases, found, strict=True):
        for kind in MaskKind:
            key = (_group(kind), language)
            mine = [one for one in findings.text if one.kind is kind]
            theirs = [(start, end) for start, end, of in wanted if of is kind]
            told[key] += len(mine)
            wanted_of[key] += len(theirs)
            for one in mine:
                is_right = any(one.start < end and start < one.end for start, end in theirs)
                right[key] += is_right
                if not is_right:
                    print(f"  wrong: {kind} {text[one.start : one.end]!r}")
            for start, end in theirs:
                is_hit = any(one.start < end and start < one.end for one in mine)
                hit[key] += is_hit
                if not is_hit:
                    print(f"  missed: {kind} {text[start:end]!r}")
    lines = [
        "| | language | to be masked | masked | precision | recall |",
        "|---|---|---|---|---|---|",
    ]
    for key in sorted(wanted_of):
        precision, recall = right[key] / max(1, told[key]), hit[key] / max(1, wanted_of[key])
        shares = f"{precision:.2f} | {recall:.2f}"
        lines.append(f"| {key[0]} | {key[1]} | {wanted_of[key]} | {told[key]} | {shares} |")
    return "\n".join(lines)


def _group(kind: MaskKind) -> str:
    return "names" if kind is MaskKind.NAME else "addresses and numbers"


def messages_in(folder: Path) -> list[RawMessage]:
    return [
        message
        for reading in read([folder], options=ReadOptions())
        if not isinstance(reading, Problem)
        for message in reading.records
        if not isinstance(message, Problem)
    ]


def real(folder: Path, masking: Masking, n_shown: int, most: int) -> str:
    """A row of what is masked in an export; shows some of it."""
    raws = messages_in(folder)
    random.Random(0).shuffle(raws)
    raws = raws[:most]
    begun = time.perf_counter()
    texts = [clean(raw).text for raw in raws]
    cleaned = time.perf_counter() - begun
    languages = identify_together(texts)
    words = [
        (text, raw.subject, (raw.language or found or "")[:2] or None)
        for text, raw, found in zip(texts, raws, languages, strict=True)
    ]
    find_all(words[:20], masking)
    begun = time.perf_counter()
    found = [findings.text for findings in find_all(words, masking)]
    seconds = time.perf_counter() - begun
    _show(texts, found, n_shown)
    counts = Counter(str(one.kind) for several in found for one in several)
    told = ", ".join(f"{kind} {n}" for kind, n in sorted(counts.items())) or "nothing"
    return (
        f"| {folder.name} | {len(texts):,} | {sum(map(len, texts)):,} | {told} "
        f"| {cleaned:.2f} s | {seconds:.2f} s |"
    )


def _show(texts: Sequence[str], found: Sequence[Sequence[Finding]], n: int) -> None:
    pairs = [(text, one) for text, several in zip(texts, found, strict=True) for one in several]
    for kind in MaskKind:
        mine = [pair for pair in pairs if pair[1].kind is kind]
        for text, one in random.Random(1).sample(mine, min(n, len(mine))):
            before, after = text[max(0, one.start - 45) : one.start], text[one.end : one.end + 25]
            line = f"{before}⟦{text[one.start : one.end]}⟧{after}"
            print(f"  {kind}: {' '.join(line.split())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="*", default=())
    parser.add_argument("--names", action="store_true", help="mask names, too")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--most", type=int, default=20_000, help="messages of each export")
    told = parser.parse_args()
    masking = Masking.NAMES if told.names else Masking.CONTACTS
    print(score())
    if told.data:
        print("| export | messages | letters | masked | cleaning | masking |\n|---|" + "---|" * 5)
    for folder in told.data:
        print(real(folder, masking, told.show, told.most))


if __name__ == "__main__":
    main()
