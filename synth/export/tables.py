"""The tables of a discussion: UTF-8 CSV with a header row, and the run's provenance."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from synth.records import Extract, Idea, IdeaLink, Message, Placement
from synth.store import Store
from synth.store.repetitions import Member
from synth.store.rows import time_text

T = TypeVar("T")
Columns = Mapping[str, Callable[[T], object]]
"""Name of a column → its value in the row of a record, in the order of the table."""


def write_tables(
    store: Store, discussion_id: int, folder: Path, *, names: Mapping[str, str] | None = None
) -> list[Path]:
    """Write ``messages.csv``, ``ideas.csv``, ``placements.csv``, ``extracts.csv``,
    ``repetitions.csv``, ``run.json``, and ``idea_links.csv`` where people linked ideas.

    ``names`` (pseudonym → real name) is given only when a person chose to show names.
    Each file is replaced whole, never left half-written. Returns the paths.
    Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    messages = list(store.messages.all(discussion_id))
    sources = {message.id: message.source_id for message in messages}
    placements = store.ideas.placements(discussion_id)
    extracts = store.extracts.all(discussion_id)
    members = list(store.repetitions.members(discussion_id))
    links = store.corrections.idea_links(discussion_id)
    return [
        _write_csv(folder / "messages.csv", _messages(names or {}), messages),
        _write_csv(folder / "ideas.csv", IDEAS, store.ideas.outline(discussion_id)),
        _write_csv(folder / "placements.csv", _placements(sources), placements),
        _write_csv(folder / "extracts.csv", _extracts(sources), extracts),
        _write_csv(folder / "repetitions.csv", _repetitions(sources, members), members),
        *([_write_csv(folder / "idea_links.csv", IDEA_LINKS, links)] if links else ()),
        replace_file(folder / "run.json", _provenance(store, discussion_id)),
    ]


def _messages(names: Mapping[str, str]) -> Columns[Message]:
    return {
        "message_id": lambda m: m.id,
        "source_id": lambda m: m.source_id,
        "thread_id": lambda m: m.thread_id,
        "parent_id": lambda m: m.parent_id,
        "author": lambda m: names.get(m.author or "", m.author),
        "posted_at": lambda m: time_text(m.posted_at),
        "language": lambda m: m.language,
        "text": lambda m: m.text,
    }


IDEAS: Columns[Idea] = {
    "idea_id": lambda idea: idea.id,
    "parent_id": lambda idea: idea.parent_id,
    "level": lambda idea: idea.level,
    "title": lambda idea: idea.title,
    "keyphrases": lambda idea: "; ".join(idea.keyphrases),
    "n_messages": lambda idea: idea.n_messages,
    "n_authors": lambda idea: idea.n_authors,
    "stability": lambda idea: None if idea.stability is None else f"{idea.stability:.3f}",
    "status": lambda idea: idea.status,
}


IDEA_LINKS: Columns[IdeaLink] = {
    "idea_id": lambda link: link.one_id,
    "kind": lambda link: link.kind,
    "other_idea_id": lambda link: link.other_id,
}


def _placements(sources: Mapping[int, str]) -> Columns[Placement]:
    return {
        "message_id": lambda p: p.message_id,
        "source_id": lambda p: sources[p.message_id],
        "start": lambda p: p.start,
        "end": lambda p: p.end,
        "idea_id": lambda p: p.idea_id,
        "weight": lambda p: f"{p.weight:.4f}",
        "origin": lambda p: p.origin,
    }


def _extracts(sources: Mapping[int, str]) -> Columns[Extract]:
    return {
        "message_id": lambda e: e.message_id,
        "source_id": lambda e: sources[e.message_id],
        "start": lambda e: e.start,
        "end": lambda e: e.end,
        "quote": lambda e: e.quote,
        "nature": lambda e: e.nature,
        "score": lambda e: f"{e.score:.4f}",
        "state": lambda e: e.state,
    }


def _repetitions(sources: Mapping[int, str], members: Iterable[Member]) -> Columns[Member]:
    """One row for each message or passage that holds a repeated text."""
    numbers: dict[int, int] = {}
    for member in members:
        numbers.setdefault(member.repetition_id, len(numbers) + 1)
    return {
        "text_id": lambda m: numbers[m.repetition_id],
        "kind": lambda m: "message" if m.is_message else "passage",
        "message_id": lambda m: m.message_id,
        "source_id": lambda m: sources[m.message_id],
        "start": lambda m: m.start,
        "end": lambda m: m.end,
        "is_typical": lambda m: int(m.is_typical),
    }


def _provenance(store: Store, discussion_id: int) -> str:
    """The last run and the files it is made of, as JSON."""
    run = store.runs.last(discussion_id)
    provenance = {} if run is None else store.runs.provenance(run.id)
    provenance["sources"] = [
        {"name": s.name, "format": s.format, "sha256": s.sha256, "n_problems": s.n_problems}
        for s in store.sources.all(discussion_id)
    ]
    return json.dumps(provenance, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def replace_file(path: Path, text: str) -> Path:
    """Write ``text`` beside ``path`` and move it there in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)
    return path


def _write_csv(path: Path, columns: Columns[T], records: Iterable[T]) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([value(record) for value in columns.values()] for record in records)
    draft.replace(path)
    return path
