"""What is told to be not about the question: in threads that people coded, and in all others.

    python -m benchmarks.relevance [--data FOLDER] [--list] [--write]

Recall is the share of the turns that people coded as off topic (or as greetings, non-answers, …)
that are set aside, the other figure the share of all other turns that are. In the discussions of
FOLDER nobody coded any: what is taken there is counted by its reason, and ``--list`` prints it to
be read. The sample threads were in view when examples and thresholds were chosen, those held out
were not used for it (docs/quality.md says how far).
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.ideas_data import read_argkp, read_cimt, vectors_of
from benchmarks.pages import DOCS, write_between_marks
from models import load
from models.embedders import ModelCard
from synth.pipeline import SAMPLES, import_files, sample_path
from synth.pipeline.corpus_reader import CorpusReader
from synth.records import Message, Unplaced
from synth.settings import QUIET
from synth.store import open_store

ROOT = Path(__file__).resolve().parent.parent
PAGE, MARK = DOCS / "quality.md", "relevance"
DRAWN, N_DRAWS = 40, 10
"""Texts of a small discussion, and how many of these."""
HELD_OUT = ROOT / "tests" / "synth" / "relevance" / "threads"
_MONTHS = ("2020", "2021q1", "2021q2")
Files = Sequence[Path]


class KeptEncoder:
    """The default encoder; what it has read is kept in ``benchmarks/results``."""

    is_fitted_per_discussion = False

    def __init__(self) -> None:
        self._model = load()

    @property
    def card(self) -> ModelCard:
        return self._model.card

    @property
    def fingerprint(self) -> str:
        return self._model.fingerprint

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return vectors_of(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The messages of a discussion, and why each is not about the question."""

    messages: Sequence[Message]
    reasons: Sequence[Unplaced | None]
    """Per message, where all its passages have one; that of the first."""

    @property
    def counts(self) -> Mapping[Unplaced, int]:
        return Counter(reason for reason in self.reasons if reason is not None)


def judge(files: Files, encoder: KeptEncoder) -> Judged:
    """Import, cut, read and judge, as a build does."""
    with TemporaryDirectory() as at, open_store(Path(at) / "judged.db") as store:
        found = store.discussions.add("judged")
        import_files(store, found.id, files)
        messages = list(store.messages.all(found.id))
        reader = CorpusReader(store=store, discussion_id=found.id, embedder=encoder, progress=QUIET)
        run = store.runs.begin(found.id, kind="build", seed=0, settings={}, versions={})
        fitted = reader.fit(messages, reader.cut(messages, run_id=run, is_whole=True))
    told: dict[int, list[Unplaced | None]] = {}
    for passage, reason in zip(fitted.corpus.passages, fitted.not_about, strict=True):
        told.setdefault(passage.message_id, []).append(reason)
    found_reasons = [told.get(message.id, [None]) for message in messages]
    return Judged(
        messages=messages, reasons=[some[0] if all(some) else None for some in found_reasons]
    )


def coded() -> Iterator[tuple[str, Files, Mapping[str, str]]]:
    """Name, files and codes of the threads in which people coded what is not about the question.

    Codes: source id → why, "" for what is about it.
    """
    for name in SAMPLES:
        ideas: dict[str, list[str]] = {}
        for row in _rows(ROOT / "sample_threads" / f"{name.split('.')[0]}.gold.csv"):
            ideas.setdefault(row["message_id"], []).append(row["idea"])
        codes = {i: "" if any(some) else "off_topic" for i, some in ideas.items()}
        yield name.split(".")[0], [sample_path(name)], codes
    for path in sorted(HELD_OUT.glob("*.gold.csv")):
        name = path.name.removesuffix(".gold.csv")
        codes = {row["message_id"]: row["code"] for row in _rows(path)}
        yield f"{name}, held out", [path.with_name(f"{name}.csv")], codes


def others(data: Path, folder: Path) -> Iterator[tuple[str, Files]]:
    """Name and files of discussions in which nobody coded it; tables are made in ``folder``."""
    for split in ("train", "dev"):
        for number, topic in enumerate(read_argkp(data / "argkp", split)):
            yield f"ArgKP {split}, {number}", [_table(folder, topic.texts)]
        whole = [text for topic in read_argkp(data / "argkp", split) for text in topic.texts]
        yield f"ArgKP {split}, as one", [_table(folder, whole)]
    yield from _draws(data, folder)
    for path in sorted((data / "polis").glob("*/comments.csv")):
        yield f"Polis, {path.parent.name.split('.')[-1]}", [path]
    (cimt,) = read_cimt(data / "cimt-de")
    yield "CIMT", [_table(folder, cimt.texts)]
    yield "Decidim Lille", [data / "decidim-lille-fr"]
    yield "République numérique", [data / "republique-numerique-fr"]
    mails = sorted((data / "r-package-devel").iterdir())
    yield "R mailing list", [path for path in mails if path.name.startswith(_MONTHS)]
    yield "Discourse", [data / "discourse"]
    yield "Slack", sorted((data / "slack-export").glob("*.zip"))
    for name in ("assembl_animfr_fixed_utf8_pseudo", "cscp", "designcommunity"):
        yield f"Assembl, {name.split('_')[0]}", [data / "catalyst-cif" / f"{name}.json"]
    for path in sorted((data / "irc-threads" / "dev").glob("*.ascii.txt")):
        yield f"IRC, {path.name.split('.')[0]}", [path]


def _draws(data: Path, folder: Path) -> Iterator[tuple[str, Files]]:
    """Small discussions, drawn at random from larger ones that speak of many things."""
    (cimt,) = read_cimt(data / "cimt-de")
    pools = {
        "ArgKP dev": [text for topic in read_argkp(data / "argkp", "dev") for text in topic.texts],
        "CIMT": cimt.texts,
    }
    for path in sorted((data / "polis").glob("*/comments.csv")):
        texts = [row["comment-body"] for row in _rows(path)]
        if len(texts) > 500:
            pools[f"Polis, {path.parent.name.split('.')[1]}"] = texts
    for name, texts in pools.items():
        for seed in range(N_DRAWS):
            drawn = random.Random(seed).sample(texts, DRAWN)
            yield f"{DRAWN} at a time, {name}", [_table(folder, drawn)]


def _table(folder: Path, texts: Sequence[str]) -> Path:
    path = folder / f"{len(list(folder.iterdir()))}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        writer.writerows(enumerate(texts))
    return path


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Turns coded as not about the question and others, and how many of each are set aside."""

    n_coded: int
    n_found: int
    n_others: int
    n_wrong: int

    @classmethod
    def of(cls, judged: Judged, codes: Mapping[str, str]) -> Tally:
        pairs = [
            (bool(codes.get(message.source_id)), reason is not None)
            for message, reason in zip(judged.messages, judged.reasons, strict=True)
        ]
        n_coded = sum(is_coded for is_coded, _ in pairs)
        return cls(
            n_coded=n_coded,
            n_found=sum(is_coded and is_set for is_coded, is_set in pairs),
            n_others=len(pairs) - n_coded,
            n_wrong=sum(is_set and not is_coded for is_coded, is_set in pairs),
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            n_coded=self.n_coded + other.n_coded,
            n_found=self.n_found + other.n_found,
            n_others=self.n_others + other.n_others,
            n_wrong=self.n_wrong + other.n_wrong,
        )

    def row(self, name: str) -> str:
        recall, wrong = self.n_found / max(1, self.n_coded), self.n_wrong / max(1, self.n_others)
        return (
            f"| {name} | {self.n_coded + self.n_others} | {self.n_found} of {self.n_coded} "
            f"({recall:.0%}) | {self.n_wrong} of {self.n_others} ({wrong:.1%}) |"
        )


def of_coded(encoder: KeptEncoder, *, is_listed: bool) -> list[str]:
    """The table of the coded threads, and that of each code in those held out."""
    lines = [
        "| thread | messages | coded turns set aside | other turns set aside |",
        "|---|---|---|---|",
    ]
    total = Tally(n_coded=0, n_found=0, n_others=0, n_wrong=0)
    by_code: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name, files, codes in coded():
        judged = judge(files, encoder)
        tally = Tally.of(judged, codes)
        if is_listed:
            _tell(name, judged, codes)
        if "held out" not in name:
            total += tally
        elif total.n_coded:
            lines.append(total.row("**the five samples**"))
            total = Tally(n_coded=0, n_found=0, n_others=0, n_wrong=0)
        lines.append(tally.row(name))
        if "held out" in name:
            for message, reason in zip(judged.messages, judged.reasons, strict=True):
                if code := codes.get(message.source_id):
                    by_code[code] += 1
                    right[code] += reason == code
    told = ", ".join(f"{code} {right[code]} of {n}" for code, n in sorted(by_code.items()))
    return [*lines, "", f"With the very reason, in the threads held out: {told}."]


def of_others(data: Path, encoder: KeptEncoder, *, is_listed: bool) -> list[str]:
    """The table of what is taken where nobody coded it."""
    lines = [
        "| discussion | messages | by words | off topic | all | reasons |",
        "|---|---|---|---|---|---|",
    ]
    counts: dict[str, list[Judged]] = {}
    with TemporaryDirectory() as folder:
        for name, files in others(data, Path(folder)):
            judged = judge(files, encoder)
            if is_listed:
                _tell(name, judged, {})
            # The topics of ArgKP, and the chats, make one line each.
            many = name.split(", ")[0] in ("ArgKP train", "ArgKP dev", "IRC")
            is_one = not many or name.endswith("as one")
            counts.setdefault(name if is_one else f"{name.split(', ')[0]}, each", []).append(judged)
    return lines + [_row(name, some) for name, some in counts.items()]


def _row(name: str, some: Sequence[Judged]) -> str:
    n = sum(len(judged.messages) for judged in some)
    reasons: Counter[Unplaced] = Counter()
    for judged in some:
        reasons.update(judged.counts)
    n_off = reasons[Unplaced.OFF_TOPIC]
    n_all = reasons.total()
    told = ", ".join(f"{reason} {k}" for reason, k in sorted(reasons.items()) if k)
    return (
        f"| {name} | {n} | {n_all - n_off} | {n_off} ({n_off / n:.1%}) | {n_all / n:.1%} | {told} |"
    )


def _tell(name: str, judged: Judged, codes: Mapping[str, str]) -> None:
    print(f"== {name}", file=sys.stderr)
    for message, reason in zip(judged.messages, judged.reasons, strict=True):
        code = codes.get(message.source_id, "")
        if reason is not None or code:
            mark = "  " if not codes else "= " if reason and code else "+ " if reason else "- "
            line = " ".join(message.text.split())[:110]
            print(f"  {mark}{reason or ''}: {line}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--list", action="store_true", help="print what is taken, on stderr")
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    encoder = KeptEncoder()
    lines = of_coded(encoder, is_listed=options.list)
    if options.data.is_dir():
        lines += ["", *of_others(options.data, encoder, is_listed=options.list)]
    else:
        print(f"{options.data}: is not there, left out", file=sys.stderr)
    print("\n".join(lines))
    if options.write:
        write_between_marks(PAGE, MARK, "\n".join(["", *lines, ""]))


if __name__ == "__main__":
    main()
