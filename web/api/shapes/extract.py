"""A key passage: suggested by the machine, taken or rejected by a person."""

from __future__ import annotations

from synth.records import Extract, ExtractState, Nature, Origin
from web.api.schemas import array, choice, named, number, record, row_id, string
from web.api.shapes.lists import Json
from web.api.shapes.passage import SPAN
from web.services.outline import Outline

EXTRACT = named(
    "Extract",
    record(
        {
            "id": row_id(),
            **SPAN,
            "quote": string("Verbatim: `text[start:end]` of the message."),
            "nature": choice(Nature),
            "score": number("How strongly the machine suggests it."),
            "state": choice(ExtractState),
            "origin": choice(Origin),
            "idea_ids": array(row_id()),
            "tags": array(string()),
            "note": string(),
        }
    ),
)


def extract_json(extract: Extract, outline: Outline) -> Json:
    return {
        "id": extract.id,
        "message_id": extract.message_id,
        "start": extract.start,
        "end": extract.end,
        "quote": extract.quote,
        "nature": extract.nature.value,
        "score": extract.score,
        "state": extract.state.value,
        "origin": extract.origin.value,
        "idea_ids": [i for i in extract.idea_ids if i in outline],
        "tags": list(extract.tags),
        "note": extract.note,
    }
