"""The description of the API (OpenAPI 3.1), written by hand and held to by tests."""

from __future__ import annotations

from collections.abc import Mapping

from synth.records import Unplaced

Schema = dict[str, object]


def _of(kind: str, description: str = "", **more: object) -> Schema:
    return {"type": kind, **({"description": description} if description else {}), **more}


def _maybe(kind: str, description: str = "", **more: object) -> Schema:
    return {
        "type": [kind, "null"], **({"description": description} if description else {}), **more
    }  # fmt: skip


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(
    properties: Mapping[str, Schema], *, also: Mapping[str, Schema] | None = None
) -> Schema:
    """An object that has all these keys and no others."""
    keys = {**properties, **(also or {})}
    return {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
    }


def _or_null(properties: Mapping[str, Schema]) -> Schema:
    return _object(properties) | {"type": ["object", "null"]}


def _page_of(name: str) -> Schema:
    return _object(
        {
            "items": _list(_ref(name)),
            "page": _of("integer", "Counted from 1."),
            "n_pages": _of("integer"),
            "total": _of("integer", "Items in the whole list."),
        }
    )


def _items_of(name: str) -> Schema:
    return _object({"items": _list(_ref(name))})


_TIME: Schema = _maybe("string", "ISO 8601 in UTC.", format="date-time")
_STANCE: Schema = _maybe("string", "``for`` or ``against`` its parent.")
_ANY: Schema = _of("object", additionalProperties=True)

_DISCUSSION: dict[str, Schema] = {
    "slug": _of("string", "What its addresses are made with."),
    "title": _of("string"),
    "created_at": _TIME,
    "n_messages": _of("integer"),
    "n_authors": _of("integer"),
    "n_threads": _of("integer"),
    "n_ideas": _of("integer"),
    "first_at": _TIME,
    "last_at": _TIME,
    "languages": _list(_object({"language": _of("string"), "n_messages": _of("integer")})),
}
_IDEA: dict[str, Schema] = {
    "id": _of("integer", "Stays the same when the map is made anew and the idea lives on."),
    "parent_id": _maybe("integer"),
    "number": _of("string", "Place in the outline, such as ``2.1``."),
    "level": _of("integer", "1 for a top idea."),
    "title": _of("string"),
    "language": _maybe("string"),
    "keyphrases": _list(_of("string")),
    "summary": _of("string"),
    "n_messages": _of("integer"),
    "n_authors": _of("integer"),
    "stability": _maybe("number", "0..1: how much of it comes back in a resampled discussion."),
    "is_tentative": _of("boolean", "Whether it is too unstable to rely on."),
    "status": _of("string", enum=["machine", "confirmed"]),
    "origin": _of("string", enum=["machine", "person"]),
    "title_by": _maybe("string", "The language model that wrote title and summary, if one did."),
    "x": _of("number"),
    "y": _of("number"),
}
_VOICES: Schema = {
    "type": ["object", "null"],
    "description": "Who carries it; null where an earlier version built the map.",
    "properties": {
        "n_repeating": _of("integer", "Messages that repeat a text of another one there."),
        "n_same": _of("integer", "Messages with the text most repeated there."),
        "n_same_voices": _of("integer", "Voices among these."),
        "top_share": _of("number", "0..1: share of the passages by the most active voice."),
        "effective": _of("number", "Voices of equal share that would be as diverse."),
        "is_carried_by_few": _of("boolean"),
    },
    "required": [
        *("n_repeating", "n_same", "n_same_voices", "top_share", "effective"),
        "is_carried_by_few",
    ],
    "additionalProperties": False,
}
_MESSAGE: dict[str, Schema] = {
    "id": _of("integer"),
    "source_id": _of("string", "The id it had in the import."),
    "thread_id": _of("integer"),
    "parent_id": _maybe("integer"),
    "parent_evidence": _of("string", "What the reply link rests on."),
    "depth": _of("integer"),
    "rank": _of("integer", "Reading order inside the thread."),
    "author": _maybe("string", "Pseudonym."),
    "posted_at": _TIME,
    "subject": _maybe("string"),
    "language": _maybe("string"),
    "text": _of("string", "Own words, without quotes and signature; offsets count its characters."),
    "url": _maybe("string", "On the platform it came from."),
    "category": _maybe("string"),
    "stance": _STANCE,
    "n_likes": _maybe("integer"),
    "n_for": _maybe("integer"),
    "n_against": _maybe("integer"),
    "is_accepted": _of("boolean"),
}

_SCHEMAS: dict[str, Schema] = {
    "Problem": _object(
        {
            "type": _of("string"),
            "title": _of("string"),
            "status": _of("integer"),
            "detail": _of("string"),
        }
    ),
    "Discussion": _object(_DISCUSSION),
    "DiscussionWithRun": _object(
        _DISCUSSION,
        also={
            "n_passages": _of("integer"),
            "n_unplaced": _of("integer"),
            "run": {
                "type": ["object", "null"],
                "description": "What produced the map.",
                "properties": {
                    "id": _of("integer"),
                    "seed": _of("integer"),
                    "settings": _ANY,
                    "model": _ANY,
                    "outcome": _ANY,
                    "timings": _ANY,
                },
                "required": ["id", "seed", "settings", "model", "outcome", "timings"],
                "additionalProperties": False,
            },
        },
    ),
    "Idea": _object(_IDEA),
    "IdeaWithPassages": _object(
        _IDEA,
        also={
            "children": _list(_of("integer")),
            "voices": _VOICES,
            "passages": _page_of("Passage"),
        },
    ),
    "Passage": _object(
        {
            "id": _of("integer"),
            "message_id": _of("integer"),
            "start": _of("integer"),
            "end": _of("integer"),
            "text": _of("string"),
            "language": _maybe("string"),
            "author": _maybe("string", "Pseudonym."),
            "posted_at": _TIME,
            "stance": _STANCE,
            "idea_id": _maybe("integer", "The leaf idea; null where it stands under none."),
            "weight": _of("number", "0..1: how well it fits its idea."),
            "origin": _of("string", enum=["machine", "person"]),
            "reason": _maybe(
                "string",
                "Why the machine put it under no idea.",
                enum=[*(reason.value for reason in Unplaced), None],
            ),
        }
    ),
    "Message": _object(_MESSAGE),
    "MessageWithPassages": _object(
        _MESSAGE, also={"passages": _list(_ref("Passage")), "extracts": _list(_ref("Extract"))}
    ),
    "Thread": _object(
        {
            "id": _of("integer", "The id of its first message."),
            "title": _of("string"),
            "n_messages": _of("integer"),
            "n_authors": _of("integer"),
            "first_at": _TIME,
            "last_at": _TIME,
        }
    ),
    "Extract": _object(
        {
            "id": _of("integer"),
            "message_id": _of("integer"),
            "start": _of("integer"),
            "end": _of("integer"),
            "quote": _of("string"),
            "nature": _of("string"),
            "score": _of("number"),
            "state": _of("string", enum=["suggested", "taken", "rejected"]),
            "origin": _of("string", enum=["machine", "person"]),
            "idea_ids": _list(_of("integer")),
            "tags": _list(_of("string")),
            "note": _of("string"),
        }
    ),
    "RepeatedText": _object(
        {
            "message_id": _of("integer", "Where its commonest wording stands."),
            "start": _of("integer"),
            "end": _of("integer"),
            "text": _of("string"),
            "is_message": _of("boolean", "Whether whole messages repeat each other."),
            "n_messages": _of("integer"),
            "n_voices": _of("integer"),
            "first_message_id": _of("integer"),
            "first_at": _TIME,
        }
    ),
    "Hit": _object(
        {
            "message_id": _of("integer"),
            "snippet": _list(_object({"text": _of("string"), "is_found": _of("boolean")})),
        }
    ),
    "Job": _object(
        {
            "id": _of("integer"),
            "slug": _of("string"),
            "title": _of("string"),
            "is_kept": _of("boolean", "False once a failed upload left nothing behind."),
            "state": _of("string", enum=["waiting", "running", "done", "failed"]),
            "stages": _list(
                _object(
                    {
                        "name": _of("string"),
                        "unit": _of("string"),
                        "done": _of("integer"),
                        "total": _maybe("integer"),
                        "seconds": _of("number"),
                        "rate": _of("number", "Units a second."),
                        "seconds_left": _maybe("number"),
                    }
                )
            ),
            "imported": _or_null(
                {
                    "n_added": _of("integer"),
                    "n_updated": _of("integer"),
                    "n_unchanged": _of("integer"),
                }
            ),
            "built": _or_null(
                {
                    "n_ideas": _of("integer"),
                    "n_passages": _of("integer"),
                    "is_unchanged": _of("boolean", "The map was up to date before."),
                }
            ),
            "error": _of("string"),
            "problems": _list(_of("string")),
        }
    ),
}

_SLUG: Schema = {"name": "slug", "in": "path", "required": True, "schema": _of("string")}
_PAGE: Schema = {"name": "page", "in": "query", "schema": _of("integer", minimum=1, default=1)}
_QUERY: Schema = {"name": "q", "in": "query", "schema": _of("string", maxLength=300)}


def _id(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": _of("integer", minimum=0)}


def _get(
    summary: str, answer: Schema, *parameters: Schema, media: str = "application/json"
) -> Schema:
    """A GET operation; with parameters it may also find nothing."""
    responses: dict[str, object] = {
        "200": {"description": summary, "content": {media: {"schema": answer}}}
    }
    if parameters:
        responses["404"] = {
            "description": "There is no such thing here.",
            "content": {"application/problem+json": {"schema": _ref("Problem")}},
        }
    return {"get": {"summary": summary, "parameters": list(parameters), "responses": responses}}


DOCUMENT: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "Discussions, their ideas and the words behind them",
        "version": "1",
        "description": "Read-only. Authors are pseudonyms. Errors are application/problem+json.",
    },
    "paths": {
        "/api/discussions": _get("Every discussion", _items_of("Discussion")),
        "/api/d/{slug}": _get("A discussion and its last run", _ref("DiscussionWithRun"), _SLUG),
        "/api/d/{slug}/ideas": _get("The outline", _items_of("Idea"), _SLUG, _QUERY),
        "/api/d/{slug}/ideas/{idea_id}": _get(
            "An idea and the passages under it, best fit first",
            _ref("IdeaWithPassages"),
            _SLUG,
            _id("idea_id"),
            _PAGE,
        ),
        "/api/d/{slug}/unplaced": _get("Passages under no idea", _page_of("Passage"), _SLUG, _PAGE),
        "/api/d/{slug}/repeated": _get(
            "Texts in several messages, those of the most voices first",
            _page_of("RepeatedText"),
            _SLUG,
            _PAGE,
        ),
        "/api/d/{slug}/points": _get(
            "Every passage on the map, 12 bytes each, little-endian: x and y (unsigned 16 bit, "
            "0..65535 across the drawing), colour (unsigned 16 bit; 0 is unplaced), 2 bytes "
            "reserved, message id (unsigned 32 bit). Has an ETag.",
            {},
            _SLUG,
            media="application/octet-stream",
        ),
        "/api/d/{slug}/messages": _get("Messages", _page_of("Message"), _SLUG, _PAGE),
        "/api/d/{slug}/messages/{message_id}": _get(
            "A message, its passages and key passages",
            _ref("MessageWithPassages"),
            _SLUG,
            _id("message_id"),
        ),
        "/api/d/{slug}/threads": _get(
            "Threads, the longest first", _page_of("Thread"), _SLUG, _PAGE
        ),
        "/api/d/{slug}/threads/{thread_id}": _get(
            "Messages of a thread in reading order",
            _page_of("Message"),
            _SLUG,
            _id("thread_id"),
            _PAGE,
        ),
        "/api/d/{slug}/search": _get(
            "Messages that hold all the words of q", _page_of("Hit"), _SLUG, _QUERY, _PAGE
        ),
        "/api/d/{slug}/extracts": _get(
            "Key passages, suggested and decided", _page_of("Extract"), _SLUG, _PAGE
        ),
        "/api/jobs/{number}": _get("How far a job is", _ref("Job"), _id("number")),
        "/api/openapi.json": _get("This document", _of("object", additionalProperties=True)),
    },
    "components": {"schemas": _SCHEMAS},
}
