"""What becomes of a map when its discussion grows: what stays, where the new goes, how long.

    python -m benchmarks.growth [--stores DISCUSSION.db ...] [--argkp FOLDER]
        [--archive MAIL_ARCHIVE] [--write]

Each DISCUSSION.db holds one discussion and the vectors of its passages. A tenth of its messages,
the latest in time, is taken away, the map built, the tenth brought back, and the map built again
twice: as ``synth build`` does it, which lets it grow, and whole (``--force``). FOLDER is the data
of ArgKP-2021, each topic a discussion, whose arguments people coded. MAIL_ARCHIVE is a folder of
monthly mbox files: all but the last hundred messages are mapped, and these come then.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import fmean

from benchmarks.ideas_data import Coded, read_argkp
from benchmarks.main_job import first_messages
from benchmarks.pages import DOCS, write_between_marks
from synth.evaluate import PlacedPassage, idea_per_message, score_labels
from synth.pipeline import BuildReport, build, import_files
from synth.pipeline.build import embedder_of
from synth.settings import Quality, Settings
from synth.store import Store, open_store

PAGE = DOCS / "quality.md"
MARK = "growth"
HELD_OUT = 0.1
N_LAST = 100
COLUMNS = (
    "discussion",
    "way",
    "ideas kept",
    "new ideas",
    "placements unmoved",
    "new placed",
    "ARI of the new",
    "ARI / B³ with people",
    "s",
)

Labels = Mapping[int, int | None]
"""Passage id → leaf idea or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A map as it came out of a build."""

    ideas: frozenset[int]
    labels: Labels
    of_message: Mapping[str, int | None]
    """Source id → leaf idea of the message."""
    report: BuildReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one way of going on compares with the map before, and with people."""

    kept: float
    born: float
    unmoved: float
    placed: float
    agreement: float
    gold: tuple[float, float] | None
    seconds: float


def read_map(store: Store, discussion_id: int, report: BuildReport) -> Map:
    source = {message.id: message.source_id for message in store.messages.all(discussion_id)}
    placements = store.ideas.placements(discussion_id)
    found = idea_per_message(
        PlacedPassage(
            message_id=source[p.message_id],
            source_id="",
            idea_id=None if p.idea_id is None else str(p.idea_id),
            weight=p.weight,
        )
        for p in placements
    )
    return Map(
        ideas=frozenset(idea.id for idea in store.ideas.outline(discussion_id)),
        labels={p.passage_id: p.idea_id for p in placements},
        of_message={key: None if idea is None else int(idea) for key, idea in found.items()},
        report=report,
    )


def compare(before: Map, after: Map, whole: Map, gold: Mapping[str, str]) -> Row:
    """``whole``: the map built from all messages, with which the places of the new are compared."""
    new = [i for i in after.labels if i not in before.labels]
    placed = [i for i, idea in before.labels.items() if idea is not None and i in after.labels]
    codes: list[str | None] = [gold.get(key) for key in after.of_message]
    scores = score_labels(list(after.of_message.values()), codes) if gold else None
    return Row(
        kept=len(before.ideas & after.ideas) / len(before.ideas),
        born=len(after.ideas - before.ideas),
        unmoved=fmean(after.labels[i] == before.labels[i] for i in placed),
        placed=fmean(after.labels[i] is not None for i in new),
        agreement=score_labels(
            [after.labels[i] for i in new], [_or_alone(whole, i) for i in new]
        ).ari,
        gold=None if scores is None else (scores.ari, scores.bcubed_f1),
        seconds=sum(after.report.timings.values()),
    )


def _or_alone(found: Map, passage_id: int) -> str:
    """The idea of a passage; one that is unplaced is alone."""
    idea = found.labels[passage_id]
    return f"alone {passage_id}" if idea is None else str(idea)


@contextmanager
def held_out(path: Path, db: Path) -> Iterator[tuple[Path, list[int]]]:
    """A copy of the discussion at ``path`` without its latest messages and without a map."""
    shutil.copy(path, db)
    with sqlite3.connect(db) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        ids = [i for (i,) in raw.execute("SELECT id FROM messages ORDER BY posted_at, id")]
        held = ids[-int(HELD_OUT * len(ids)) :]
        _take_away(raw, held)
    raw.close()
    yield db, held


def _take_away(raw: sqlite3.Connection, held: Sequence[int]) -> None:
    marks = [(i,) for i in held]
    made = ("spaces", "idea_voices", "repetitions", "proposals", "ideas", "placements")
    for table in (*made, "passages", "extracts", "events", "runs"):
        raw.execute(f"DELETE FROM {table}")
    raw.executemany("UPDATE messages SET parent_id = NULL WHERE parent_id = ?", marks)
    raw.executemany("UPDATE messages SET thread_id = NULL WHERE thread_id = ?", marks)
    raw.executemany("DELETE FROM messages WHERE id = ?", marks)


def bring_back(path: Path, db: Path, held: Sequence[int]) -> None:
    """Put messages of the discussion at ``path`` back, with the threads they made."""
    with sqlite3.connect(db) as raw:
        raw.execute("ATTACH ? AS source", [str(path)])
        for table, key in (
            ("messages", "id"),
            ("message_evidence", "message_id"),
            ("quotes", "message_id"),
        ):
            raw.execute(
                f"INSERT INTO {table} SELECT * FROM source.{table} "
                f"WHERE {key} IN (SELECT value FROM json_each(?))",
                [json.dumps(list(held))],
            )
        raw.execute(
            """UPDATE messages SET parent_id = s.parent_id, thread_id = s.thread_id
               FROM source.messages s WHERE s.id = messages.id"""
        )
    raw.close()


def grow_both_ways(
    path: Path, *, quality: Quality, gold: Mapping[str, str] | None = None
) -> dict[str, Row]:
    """Way → what came of it, for the only discussion at ``path``."""
    settings = Settings(quality=quality)
    with (
        tempfile.TemporaryDirectory() as scratch,
        held_out(path, Path(scratch) / "a.db") as (db, held),
    ):
        with open_store(db) as store:
            here = store.discussions.all()[0].id
            before = read_map(store, here, build(store, here, settings, force=True))
        maps = {}
        for way in ("grown", "built whole"):
            copy = Path(scratch) / f"{way}.db"
            shutil.copy(db, copy)
            bring_back(path, copy, held)
            with open_store(copy) as store:
                report = build(store, here, settings, force=way == "built whole")
                maps[way] = read_map(store, here, report)
    return {
        way: compare(before, found, maps["built whole"], gold or {}) for way, found in maps.items()
    }


def argkp(
    folder: Path, *, splits: Sequence[str], vectors: Path | None, quality: Quality
) -> Iterator[dict[str, Row]]:
    """Each topic of ArgKP as a discussion of its own; ``vectors``: a file that holds them."""
    for split in splits:
        for topic in read_argkp(folder, split):
            with tempfile.TemporaryDirectory() as scratch:
                db = Path(scratch) / "topic.db"
                gold = _import_topic(topic, db, Path(scratch) / "topic.csv")
                if vectors is not None:
                    _lend_vectors(vectors, db)
                yield grow_both_ways(db, quality=quality, gold=gold)


def _import_topic(topic: Coded, db: Path, path: Path) -> dict[str, str]:
    """Import a topic; returns the gold idea of the arguments that have one, by source id."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text"))
        writer.writerows(enumerate(topic.texts))
    with open_store(db) as store:
        import_files(store, store.discussions.add("topic").id, [path])
    return {str(n): gold for n, gold in enumerate(topic.gold) if gold is not None}


def _lend_vectors(source: Path, db: Path) -> None:
    with sqlite3.connect(db) as raw:
        raw.execute("ATTACH ? AS source", [str(source)])
        raw.execute("INSERT OR IGNORE INTO vectors SELECT * FROM source.vectors")
    raw.close()


def mean(rows: Sequence[Row]) -> Row:
    golds = [row.gold for row in rows if row.gold is not None]
    return Row(
        kept=fmean(row.kept for row in rows),
        born=fmean(row.born for row in rows),
        unmoved=fmean(row.unmoved for row in rows),
        placed=fmean(row.placed for row in rows),
        agreement=fmean(row.agreement for row in rows),
        gold=(fmean(a for a, _ in golds), fmean(b for _, b in golds)) if golds else None,
        seconds=fmean(row.seconds for row in rows),
    )


def line(name: str, way: str, row: Row) -> str:
    gold = "" if row.gold is None else f"{row.gold[0]:.3f} / {row.gold[1]:.3f}"
    cells = [name, way, f"{row.kept:.1%}", f"{row.born:.1f}", f"{row.unmoved:.1%}"]
    cells += [f"{row.placed:.1%}", f"{row.agreement:.2f}", gold, f"{row.seconds:.1f}"]
    return "| " + " | ".join(cells) + " |"


def last_hundred(archive: Path, *, quality: Quality) -> list[str]:
    """The stages of import and build when a hundred messages come to a large mailing list."""
    messages = list(first_messages(archive, 0))
    with tempfile.TemporaryDirectory() as scratch:
        db = f"{scratch}/list.db"
        parts = {"most": messages[:-N_LAST], "last": messages[-N_LAST:]}
        for name, part in parts.items():
            Path(scratch, f"{name}.mbox").write_bytes(b"".join(part))
        _synth("import", f"{scratch}/most.mbox", "--db", db)
        _synth("build", "--db", db, "--quality", quality)
        return hundred(Path(scratch, "last.mbox"), Path(db), quality=quality)


def hundred(last: Path, db: Path, *, quality: Quality) -> list[str]:
    """Import and build ``last`` into the map at ``db`` in one process, once the model is warm."""
    model = embedder_of(Settings(quality=quality))
    model.encode(["one", "and another one"])
    with open_store(db) as store:
        here = store.discussions.all()[0].id
        begun = time.perf_counter()
        imported = import_files(store, here, [last])
        took = time.perf_counter() - begun
        begun = time.perf_counter()
        built = build(store, here, Settings(quality=quality), embedder=model)
        whole = time.perf_counter() - begun
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in built.timings.items())
    other = whole - sum(built.timings.values())
    return [
        f"{imported.n_added} messages into {imported.n_threads} threads, {quality} quality: "
        f"import {took:.1f} s, build {whole:.1f} s ({stages}, other {other:.1f})."
    ]


def _synth(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "synth", *words], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=Path, nargs="*", default=[])
    parser.add_argument("--argkp", type=Path)
    parser.add_argument("--splits", nargs="+", default=["train", "dev"])
    parser.add_argument("--vectors", type=Path, help="a discussion file with vectors for ArgKP")
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--quality", choices=["draft", "full"], default="full")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    chosen = parser.parse_args()
    if not (chosen.stores or chosen.argkp or chosen.archive):
        parser.error("name --stores, --argkp or --archive to measure on")
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    for path in chosen.stores:
        for way, row in grow_both_ways(path, quality=chosen.quality).items():
            lines.append(line(path.parent.name, way, row))
            print(lines[-1], flush=True)
    if chosen.argkp:
        # A topic has some two hundred arguments: grown here, though the program builds it whole.
        vars(import_module("synth.pipeline.build"))["SMALL"] = 0
        found: list[dict[str, Row]] = []
        for rows in argkp(
            chosen.argkp,
            splits=chosen.splits,
            vectors=chosen.vectors,
            quality=chosen.quality,
        ):
            found.append(rows)
            print(len(found), *(line("", way, row) for way, row in rows.items()), sep="\n")
        for way in found[0]:
            lines.append(
                line(f"ArgKP, {len(found)} topics", way, mean([rows[way] for rows in found]))
            )
            print(lines[-1], flush=True)
    if chosen.archive:
        lines += ["", *last_hundred(chosen.archive, quality=chosen.quality)]
        print(lines[-1], flush=True)
    if chosen.write:
        write_between_marks(PAGE, MARK, "\n".join(lines))


if __name__ == "__main__":
    main()
