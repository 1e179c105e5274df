"""A message, and a thread."""

from __future__ import annotations

from synth.records import Message, ParentEvidence
from web.api.schemas import (
    Schema,
    array,
    boolean,
    choice,
    count,
    integer,
    maybe,
    named,
    record,
    row_id,
    string,
    time,
)  # fmt: skip
from web.api.shapes.extract import EXTRACT
from web.api.shapes.lists import Json, time_of
from web.api.shapes.passage import PASSAGE, STANCE
from web.services.threads import ThreadLine
from web.ui.templates import web_address

_MESSAGE: dict[str, Schema] = {
    "id": row_id(),
    "source_id": string("The id it had in the import."),
    "thread_id": row_id("The id of the first message of its thread."),
    "parent_id": maybe(row_id("The message it answers.")),
    "parent_evidence": choice(ParentEvidence, "What the reply link rests on."),
    "depth": count("0 for the first message of a thread."),
    "rank": count("Reading order inside the thread."),
    "author": maybe(string("Pseudonym; null for an anonymous message.")),
    "posted_at": time(),
    "subject": maybe(string()),
    "language": maybe(string()),
    "text": string("Own words, without quotes and signature."),
    "url": maybe(string("On the platform it came from; http or https.")),
    "category": maybe(string()),
    "stance": STANCE,
    "n_likes": maybe(integer()),
    "n_for": maybe(integer()),
    "n_against": maybe(integer()),
    "is_accepted": boolean("Whether the platform marks it as the answer."),
}
MESSAGE = named("Message", record(_MESSAGE))
MESSAGE_WITH_PASSAGES = named(
    "MessageWithPassages",
    record({**_MESSAGE, "passages": array(PASSAGE), "extracts": array(EXTRACT)}),
)
THREAD = named(
    "Thread",
    record(
        {
            "id": row_id("The id of its first message."),
            "title": string(),
            "n_messages": count(),
            "n_authors": count(),
            "first_at": time(),
            "last_at": time(),
        }
    ),
)


def message_json(message: Message) -> Json:
    return {
        "id": message.id,
        "source_id": message.source_id,
        "thread_id": message.thread_id,
        "parent_id": message.parent_id,
        "parent_evidence": message.parent_evidence.value,
        "depth": message.depth,
        "rank": message.rank,
        "author": message.author,
        "posted_at": time_of(message.posted_at),
        "subject": message.subject,
        "language": message.language,
        "text": message.text,
        "url": web_address(message.url),
        "category": message.category,
        "stance": None if message.stance is None else message.stance.value,
        "n_likes": message.n_likes,
        "n_for": message.n_for,
        "n_against": message.n_against,
        "is_accepted": message.is_accepted,
    }


def thread_json(line: ThreadLine) -> Json:
    return {
        "id": line.id,
        "title": line.title,
        "n_messages": line.n_messages,
        "n_authors": line.n_authors,
        "first_at": time_of(line.first_at),
        "last_at": time_of(line.last_at),
    }
