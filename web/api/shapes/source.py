"""A file that was brought in, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from synth.records import Problem
from synth.store import Source
from web.api.schemas import array, count, named, record, row_id, string, time
from web.api.shapes.lists import Json, time_of

_PROBLEM = record(
    {
        "position": string("Where in the file."),
        "what": string(),
        "remedy": string("What to do about it."),
    }
)
SOURCE = named(
    "Source",
    record(
        {
            "id": row_id(),
            "name": string("Of the file, without its folder."),
            "format": string("As it was told by its content."),
            "state": string("`done` once all of it was read."),
            "imported_at": time(),
            "sha256": string("Of its bytes; empty while it is read."),
            "n_bytes": count(),
            "n_added": count("New messages."),
            "n_updated": count("Messages whose words had changed."),
            "n_unchanged": count("Messages that were there."),
            "n_problems": count(),
            "problems": array(_PROBLEM, "The first fifty."),
        }
    ),
)


def source_json(source: Source, problems: Sequence[Problem]) -> Json:
    return {
        "id": source.id,
        "name": source.name,
        "format": source.format,
        "state": source.state,
        "imported_at": time_of(source.imported_at),
        "sha256": source.sha256,
        "n_bytes": source.n_bytes,
        "n_added": source.n_added,
        "n_updated": source.n_updated,
        "n_unchanged": source.n_unchanged,
        "n_problems": source.n_problems,
        "problems": [
            {"position": p.position, "what": p.what, "remedy": p.remedy} for p in problems
        ],
    }
