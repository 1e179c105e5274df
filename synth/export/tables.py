"""The tables of a discussion: UTF-8 CSV with a header row, and the run's provenance."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from synth.records import Idea, Message
from synth.store import Store
from synth.store.values import time_text

MESSAGES = (
    "message_id",
    "source_id",
    "thread_id",
    "parent_id",
    "author",
    "posted_at",
    "language",
    "text",
)
IDEAS = (
    "idea_id",
    "parent_id",
    "level",
    "title",
    "keyphrases",
    "n_messages",
    "n_authors",
    "stability",
    "status",
)
PLACEMENTS = ("message_id", "source_id", "start", "end", "idea_id", "weight", "origin")
EXTRACTS = ("message_id", "source_id", "start", "end", "quote", "nature", "score", "state")

REPETITIONS = ("text_id", "kind", "message_id", "source_id", "start", "end", "is_typical")


def write_tables(
    store: Store, discussion_id: int, folder: Path, *, names: Mapping[str, str] | None = None
) -> list[Path]:
    """Write ``messages.csv``, ``ideas.csv``, ``placements.csv``, ``extracts.csv``,
    ``repetitions.csv``, ``run.json``.

    ``names`` (pseudonym → real name) is given only when a person chose to show names.
    Each file is replaced whole, never left half-written. Returns the paths.
    Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    messages = list(store.messages.all(discussion_id))
    source_ids = {message.id: message.source_id for message in messages}
    tables = (
        ("messages.csv", MESSAGES, _messages(messages, names or {})),
        ("ideas.csv", IDEAS, _ideas(store.ideas.outline(discussion_id))),
        ("placements.csv", PLACEMENTS, _placements(store, discussion_id, source_ids)),
        ("extracts.csv", EXTRACTS, _extracts(store, discussion_id, source_ids)),
        ("repetitions.csv", REPETITIONS, _repetitions(store, discussion_id, source_ids)),
    )
    paths = [_write_csv(folder / name, columns, rows) for name, columns, rows in tables]
    run = store.runs.last(discussion_id)
    provenance = {} if run is None else store.runs.provenance(run.id)
    provenance["sources"] = [
        {"name": s.name, "format": s.format, "sha256": s.sha256, "n_problems": s.n_problems}
        for s in store.sources.all(discussion_id)
    ]
    text = json.dumps(provenance, ensure_ascii=False, indent=2, sort_keys=True)
    paths.append(replace_file(folder / "run.json", text + "\n"))
    return paths


def replace_file(path: Path, text: str) -> Path:
    """Write ``text`` beside ``path`` and move it there in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)
    return path


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    draft.replace(path)
    return path


def _messages(messages: Sequence[Message], names: Mapping[str, str]) -> Iterator[Sequence[object]]:
    for m in messages:
        author = names.get(m.author or "", m.author)
        yield (
            m.id,
            m.source_id,
            m.thread_id,
            m.parent_id,
            author,
            time_text(m.posted_at),
            m.language,
            m.text,
        )


def _ideas(ideas: Sequence[Idea]) -> Iterator[Sequence[object]]:
    for idea in ideas:
        yield (
            idea.id,
            idea.parent_id,
            idea.level,
            idea.title,
            "; ".join(idea.keyphrases),
            idea.n_messages,
            idea.n_authors,
            None if idea.stability is None else f"{idea.stability:.3f}",
            idea.status,
        )


def _placements(
    store: Store, discussion_id: int, source_ids: Mapping[int, str]
) -> Iterator[Sequence[object]]:
    for p in store.ideas.placements(discussion_id):
        yield (
            p.message_id,
            source_ids[p.message_id],
            p.start,
            p.end,
            p.idea_id,
            f"{p.weight:.4f}",
            p.origin,
        )


def _extracts(
    store: Store, discussion_id: int, source_ids: Mapping[int, str]
) -> Iterator[Sequence[object]]:
    for e in store.extracts.all(discussion_id):
        yield (
            e.message_id,
            source_ids[e.message_id],
            e.start,
            e.end,
            e.quote,
            e.nature,
            f"{e.score:.4f}",
            e.state,
        )


def _repetitions(
    store: Store, discussion_id: int, source_ids: Mapping[int, str]
) -> Iterator[Sequence[object]]:
    """One row for each message or passage that holds a repeated text."""
    numbers: dict[int, int] = {}
    for member in store.repetitions.members(discussion_id):
        yield (
            numbers.setdefault(member.repetition_id, len(numbers) + 1),
            "message" if member.is_message else "passage",
            member.message_id,
            source_ids[member.message_id],
            member.start,
            member.end,
            int(member.is_typical),
        )
