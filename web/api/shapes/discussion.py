"""A discussion, and the run that made its map."""

from __future__ import annotations

from synth.records import Run
from synth.store import Discussion
from web.api.schemas import (
    Schema,
    anything,
    array,
    count,
    integer,
    maybe,
    named,
    record,
    row_id,
    string,
    time,
)  # fmt: skip
from web.api.shapes.lists import Json, time_of

_DISCUSSION: dict[str, Schema] = {
    "slug": string("What its addresses are made with."),
    "title": string(),
    "created_at": time(),
    "n_messages": count(),
    "n_authors": count("Distinct voices; an anonymous message is one of its own."),
    "n_threads": count(),
    "n_ideas": count(),
    "first_at": time("Of the first message, ISO 8601 in UTC."),
    "last_at": time("Of the last message."),
    "languages": array(
        record({"language": string(), "n_messages": count()}), "Most frequent first."
    ),
}
_RUN = record(
    {
        "id": row_id(),
        "seed": integer(),
        "settings": anything("As executed."),
        "model": anything("What turned the words into vectors."),
        "outcome": anything("Counts, and what became of earlier ideas."),
        "timings": anything("Seconds by stage."),
    },
    "What produced the map.",
)
DISCUSSION = named("Discussion", record(_DISCUSSION))
DISCUSSION_WITH_RUN = named(
    "DiscussionWithRun",
    record(
        {
            **_DISCUSSION,
            "n_passages": count(),
            "n_unplaced": count("Passages under no idea."),
            "run": maybe(_RUN),
        }
    ),
)


def discussion_json(discussion: Discussion) -> Json:
    return {
        "slug": discussion.slug,
        "title": discussion.title,
        "created_at": time_of(discussion.created_at),
        "n_messages": discussion.n_messages,
        "n_authors": discussion.n_authors,
        "n_threads": discussion.n_threads,
        "n_ideas": discussion.n_ideas,
        "first_at": time_of(discussion.first_at),
        "last_at": time_of(discussion.last_at),
        "languages": [{"language": code, "n_messages": n} for code, n in discussion.languages],
    }


def run_json(run: Run) -> Json:
    return {
        "id": run.id,
        "seed": run.seed,
        "settings": dict(run.settings),
        "model": dict(run.model),
        "outcome": dict(run.outcome),
        "timings": dict(run.timings),
    }
