"""A sheet of titles to be read by somebody who did not make them.

    python -m benchmarks.title_reading [--data FOLDER] [--out FOLDER] [--seed N]
    python -m benchmarks.title_reading --count SHEET.csv [--key KEY.csv] [--write]
    python -m benchmarks.title_reading --samples [--write]

Six discussions are built, three in English and three in French. Sixty ideas bear the title that the
program gave them, thirty others their first three keyphrases; each stands beside three quotes, in
an order drawn at random. Two questions are asked of each: do I know what this is about, and is it a
broken sentence? The sheet (CSV, and Markdown to read on paper) does not say which title is which:
that stands in the key. It holds people's words and is not part of the project. ``--count`` counts
the answers of a sheet that was read, ``--samples`` lists the titles of our own sample threads; with
``--write`` they go into ``docs/quality.md``.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ideas_data import RESULTS  # noqa: E402
from benchmarks.pages import DOCS, write_between_marks  # noqa: E402
from synth.pipeline import SAMPLES, build, import_files  # noqa: E402
from synth.records import Idea  # noqa: E402
from synth.settings import Settings  # noqa: E402
from synth.store import Store, open_store  # noqa: E402

N_OURS, N_KEYPHRASES = 10, 5
"""Ideas of each discussion with the one kind of title and with the other."""
N_QUOTES = 3
QUOTE_CHARS = 260
OURS, KEYPHRASES = "ours", "keyphrases"
QUESTIONS = ("I know what this is about (y/n)", "broken sentence (y/n)")
OUT = RESULTS / "title_reading"
PAGE, COUNTS, OWN = DOCS / "quality.md", "title reading", "sample titles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One title of the sheet, and what the key says of it."""

    title: str
    quotes: tuple[str, ...]
    discussion: str
    idea_id: int
    level: int
    n_messages: int
    kind: str


def discussions(data: Path, folder: Path) -> Mapping[str, Sequence[Path]]:
    """Name → files of the six; ArgKP's debates of the dev split are written to ``folder``."""
    samples = ROOT / "sample_threads"
    debates = folder / "debates.csv"
    _write_debates(data / "argkp" / "arguments_dev.csv", debates)
    mails = data / "r-package-devel"
    return {
        "riverside market (mail, en)": [samples / "riverside_market.mbox"],
        "debates (en)": [debates],
        "package developers (mail, en)": [mails / "2021q1.txt", mails / "2021q2.txt"],
        "vélo école (fr)": [samples / "velo_ecole.csv"],
        "débats (fr)": [data / "decidim-lille-fr" / "commentaires_debats.csv"],
        "république numérique (fr)": [data / "republique-numerique-fr"],
    }


def _write_debates(arguments: Path, to: Path) -> None:
    with (
        arguments.open(encoding="utf-8", newline="") as rows,
        to.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        writer.writerows([row["arg_id"], row["argument"]] for row in csv.DictReader(rows))


def lines_of(name: str, files: Sequence[Path], folder: Path, draw: random.Random) -> Iterator[Line]:
    """The ideas of one discussion that were drawn, with their titles and quotes."""
    with open_store(folder / "read.db") as store:
        discussion = store.discussions.add(name)
        import_files(store, discussion.id, files)
        build(store, discussion.id, Settings(quality="full"))
        ideas = store.ideas.outline(discussion.id)
        draw.shuffle(ideas)
        named = ideas[:N_OURS]
        # Others where there are enough, else the same ones again.
        listed = (ideas[N_OURS:] + draw.sample(named, len(named)))[:N_KEYPHRASES]
        quotes = _quotes(store, discussion.id)
        for kind, some in ((OURS, named), (KEYPHRASES, listed)):
            for idea in some:
                yield Line(
                    title=_title(idea, kind),
                    quotes=quotes.get(idea.id, ())[:N_QUOTES],
                    discussion=name,
                    idea_id=idea.id,
                    level=idea.level,
                    n_messages=idea.n_messages,
                    kind=kind,
                )


def _title(idea: Idea, kind: str) -> str:
    return idea.title if kind == OURS else ", ".join(idea.keyphrases[:3]).capitalize()


def _quotes(store: Store, discussion_id: int) -> dict[int, tuple[str, ...]]:
    """Idea id → what its representatives say, cut to a length that is read at a glance."""
    messages = {message.id: message for message in store.messages.all(discussion_id)}
    texts = {
        placed.passage_id: messages[placed.message_id].text[placed.start : placed.end]
        for placed in store.ideas.placements(discussion_id)
    }
    return {
        idea: tuple(_short(texts[passage]) for passage in passages if passage in texts)
        for idea, passages in store.ideas.representatives(discussion_id).items()
    }


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= QUOTE_CHARS else f"{flat[:QUOTE_CHARS].rsplit(' ', 1)[0]} …"


def write_sheet(lines: Sequence[Line], out: Path) -> None:
    """``sheet.csv``, ``sheet.md`` and, apart from them, ``key.csv``."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        quotes = [f"quote {n}" for n in range(1, N_QUOTES + 1)]
        sheet.writerow(["number", "title", *quotes, *QUESTIONS])
        for number, line in enumerate(lines, 1):
            padded = (*line.quotes, *[""] * N_QUOTES)[:N_QUOTES]
            sheet.writerow([number, line.title, *padded, "", ""])
    with (out / "key.csv").open("w", encoding="utf-8", newline="") as file:
        names = [field.name for field in fields(Line) if field.name != "quotes"]
        key = csv.DictWriter(file, ["number", *names], extrasaction="ignore")
        key.writeheader()
        key.writerows({"number": number, **asdict(line)} for number, line in enumerate(lines, 1))
    parts = ["# Titles to read", "", *(f"- {question}" for question in QUESTIONS)]
    for number, line in enumerate(lines, 1):
        parts += ["", f"## {number}. {line.title}", "", *(f"> {q}\n" for q in line.quotes)]
    (out / "sheet.md").write_text("\n".join(parts) + "\n", encoding="utf-8")


def counted(sheet: Path, key: Path) -> list[str]:
    """A table of the answers, by kind of title. A line without an answer counts as read badly."""
    with key.open(encoding="utf-8", newline="") as file:
        kinds = {row["number"]: row["kind"] for row in csv.DictReader(file)}
    n: Counter[str] = Counter()
    known: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    with sheet.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind = kinds[row["number"]]
            knows, breaks = (row[question].strip().casefold() for question in QUESTIONS)
            n[kind] += 1
            known[kind] += knows.startswith(("y", "o", "1"))
            broken[kind] += not breaks.startswith(("n", "0"))
    lines = ["| title | read | I know what this is about | broken |", "|---|---|---|---|"]
    return lines + [
        f"| {kind} | {n[kind]} | {known[kind]} ({known[kind] / n[kind]:.0%}) | {broken[kind]} |"
        for kind in (OURS, KEYPHRASES)
        if n[kind]
    ]


def sample_titles(folder: Path) -> Iterator[str]:
    """The outline of each of our own sample threads, as a list in Markdown."""
    for name in SAMPLES:
        with TemporaryDirectory() as apart, open_store(Path(apart) / "sample.db") as store:
            discussion = store.discussions.add(name)
            import_files(store, discussion.id, [folder / name])
            build(store, discussion.id, Settings(quality="full"))
            yield from (f"**{name.split('.')[0]}**", "")
            for idea in store.ideas.outline(discussion.id):
                yield f"{'  ' * (idea.level - 1)}- {idea.title} ({idea.n_messages})"
            yield ""


def make_sheet(data: Path, out: Path, seed: int) -> int:
    """Build the six discussions and write the sheet; returns how many titles are on it."""
    draw = random.Random(seed)
    lines: list[Line] = []
    with TemporaryDirectory() as folder:
        for name, files in discussions(data, Path(folder)).items():
            print(name, file=sys.stderr, flush=True)
            with TemporaryDirectory() as apart:
                lines += lines_of(name, files, Path(apart), draw)
    draw.shuffle(lines)
    write_sheet(lines, out)
    return len(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the sheet and its key")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=Path, metavar="SHEET", help="count the answers of a sheet")
    parser.add_argument("--key", type=Path, help="of the sheet; beside it by default")
    parser.add_argument("--samples", action="store_true", help="list the titles of our samples")
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    if not (options.count or options.samples):
        n = make_sheet(options.data, options.out, options.seed)
        print(f"{n} titles: {options.out / 'sheet.csv'} and sheet.md; key.csv apart")
        return
    if options.count:
        mark = COUNTS
        found = counted(options.count, options.key or options.count.with_name("key.csv"))
    else:
        mark, found = OWN, list(sample_titles(ROOT / "sample_threads"))
    print("\n".join(found))
    if options.write:
        write_between_marks(PAGE, mark, "\n".join(["", "", *found, ""]))


if __name__ == "__main__":
    main()
