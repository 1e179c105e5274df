"""A stretch of a message: placed under an idea, or repeated in several messages."""

from __future__ import annotations

from synth.records import Message, Origin, Placement, RepeatedText, Stance, Unplaced
from web.api.schemas import (
    Schema,
    boolean,
    choice,
    count,
    maybe,
    named,
    record,
    row_id,
    share,
    string,
    time,
)  # fmt: skip
from web.api.shapes.lists import Json, time_of
from web.services.outline import Outline

SPAN = {
    "message_id": row_id(),
    "start": count("Offset in the text of the message."),
    "end": count(),
}
STANCE = maybe(choice(Stance, "Which side of what it answers it takes, where that is known."))
PASSAGE_FIELDS: dict[str, Schema] = {
    "id": row_id(),
    **SPAN,
    "text": string("`text[start:end]` of the message."),
    "language": maybe(string()),
    "author": maybe(string("Pseudonym; null for an anonymous message.")),
    "posted_at": time(),
    "stance": STANCE,
    "idea_id": maybe(row_id("The leaf idea; null where it stands under none.")),
    "weight": share("How well it fits its idea."),
    "origin": choice(Origin),
    "reason": maybe(choice(Unplaced, "Why the machine put it under no idea.")),
}
PASSAGE = named("Passage", record(PASSAGE_FIELDS))
REPEATED_TEXT = named(
    "RepeatedText",
    record(
        {
            **SPAN,
            "text": string("In its commonest wording, which stands in message_id."),
            "is_message": boolean("Whether whole messages repeat each other."),
            "n_messages": count(),
            "n_voices": count(),
            "first_message_id": row_id(),
            "first_at": time(),
        }
    ),
)


def passage_json(placement: Placement, message: Message, outline: Outline) -> Json:
    return {
        "id": placement.passage_id,
        "message_id": placement.message_id,
        "start": placement.start,
        "end": placement.end,
        "text": message.text[placement.start : placement.end],
        "language": message.language,
        "author": message.author,
        "posted_at": time_of(message.posted_at),
        "stance": None if message.stance is None else message.stance.value,
        "idea_id": placement.idea_id if placement.idea_id in outline else None,
        "weight": placement.weight,
        "origin": placement.origin.value,
        "reason": None if placement.reason is None else placement.reason.value,
    }


def repeated_json(text: RepeatedText, message: Message) -> Json:
    return {
        "message_id": text.message_id,
        "start": text.start,
        "end": text.end,
        "text": message.text[text.start : text.end],
        "is_message": text.is_message,
        "n_messages": text.n_messages,
        "n_voices": text.n_voices,
        "first_message_id": text.first_message_id,
        "first_at": time_of(text.first_at),
    }
