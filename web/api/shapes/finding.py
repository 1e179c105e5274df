"""What a search found, and where a sentence stands."""

from __future__ import annotations

from synth.records import ExtractState, Nature
from web.api.parameters import PAGED, QUERY, Parameter
from web.api.schemas import (
    Schema,
    array,
    boolean,
    choice,
    maybe,
    named,
    number,
    record,
    row_id,
    share,
    string,
    time,
)  # fmt: skip
from web.api.shapes.lists import Json, time_of
from web.services.point import MAX_LETTERS, CloseIdea, PointResult
from web.services.quotes import Quoted
from web.services.search import Mode, Sort
from web.services.search_results import FoundMessage
from web.services.semantic_search import Trouble

MEANING = choice(
    ["read", "loading", "unreadable", "not asked"],
    "Whether meaning was looked at: while it is loading, and where its model cannot be read, words "
    "alone count.",
)
_PIECE = record({"text": string(), "is_found": boolean("Whether it was looked for.")})
FOUND = named(
    "Found",
    record(
        {
            "message_id": row_id(),
            "thread_id": row_id(),
            "author": maybe(string("Pseudonym; null for an anonymous message.")),
            "posted_at": time(),
            "language": maybe(string()),
            "pieces": array(_PIECE, "The words that say why it was found."),
            "passage_id": maybe(row_id("Where the words are one passage.")),
            "idea_ids": array(row_id(), "What they stand under."),
        }
    ),
)
_QUOTED = record(
    {
        "passage_id": maybe(row_id()),
        "message_id": row_id(),
        "text": string(),
        "author": maybe(string("Pseudonym; null for an anonymous message.")),
        "posted_at": time(),
        "language": maybe(string()),
        "idea_id": maybe(row_id()),
    }
)
POINT = named(
    "Point",
    record(
        {
            "meaning": MEANING,
            "nearness": maybe(
                choice(
                    ["nobody", "some", "several"],
                    "How many said something like it; null where the model cannot tell.",
                )
            ),
            "ideas": array(
                record(
                    {
                        "idea_id": row_id(),
                        "fit": share("Of its own passages, those farther from its middle."),
                        "verdict": choice(["fits", "touches", "far"]),
                    }
                ),
                "The closest, nearest first.",
            ),
            "passages": array(_QUOTED, "The nearest, each of another voice."),
            "place": maybe(
                record({"x": number(), "y": number()}, "On the map, in the units of the layout.")
            ),
        }
    ),
)


def _day(description: str) -> Schema:
    return string(description, format="date")


SEARCHED = (
    QUERY,
    Parameter(name="mode", schema=choice(Mode), description="Default: both."),
    Parameter(name="sort", schema=choice(Sort), description="Default: relevance."),
    Parameter(name="idea", schema=row_id(), description="With its sub-ideas."),
    Parameter(name="unplaced", schema=choice(["0", "1"]), description="Under no idea."),
    Parameter(name="author", schema=string(maxLength=80), description="Pseudonym."),
    Parameter(name="thread", schema=row_id(), description="Id of its first message."),
    Parameter(name="language", schema=string(maxLength=20)),
    Parameter(name="nature", schema=choice(Nature), description="Of a key passage in it."),
    Parameter(name="state", schema=choice(ExtractState), description="Of a key passage in it."),
    Parameter(name="from", schema=_day("The first day.")),
    Parameter(name="to", schema=_day("The last day.")),
    *PAGED,
)
POINTED = (
    Parameter(
        name="text",
        schema=string(minLength=1, maxLength=MAX_LETTERS),
        description="A sentence or a paragraph, in any language.",
        is_required=True,
    ),
)


def found_json(found: FoundMessage) -> Json:
    message = found.message
    return {
        "message_id": message.id,
        "thread_id": message.thread_id,
        "author": message.author,
        "posted_at": time_of(message.posted_at),
        "language": message.language,
        "pieces": [{"text": text, "is_found": is_found} for text, is_found in found.pieces],
        "passage_id": found.passage_id,
        "idea_ids": [branch.idea.id for branch in found.ideas],
    }


def point_json(pointed: PointResult | None, trouble: Trouble) -> Json:
    if pointed is None:
        empty: Json = {"nearness": None, "ideas": [], "passages": [], "place": None}
        return {"meaning": trouble or "not asked"} | empty
    place, near = pointed.place, pointed.nearness
    return {
        "meaning": "read",
        "nearness": None if near is None else near.name.lower(),
        "ideas": [_close_json(one) for one in pointed.ideas],
        "passages": [_quoted_json(quote) for quote in pointed.quotes],
        "place": None if place is None else {"x": place[0], "y": place[1]},
    }


def _close_json(one: CloseIdea) -> Json:
    return {"idea_id": one.branch.idea.id, "fit": one.fit, "verdict": one.verdict}


def _quoted_json(quote: Quoted) -> Json:
    return {
        "passage_id": quote.passage_id,
        "message_id": quote.message_id,
        "text": quote.text,
        "author": quote.author,
        "posted_at": time_of(quote.posted_at),
        "language": quote.language,
        "idea_id": None if quote.idea is None else quote.idea.idea.id,
    }
