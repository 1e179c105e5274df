"""Records as JSON objects, each beside its description: a function ``…_json`` and its schema."""

from __future__ import annotations

from web.api.shapes.discussion import DISCUSSION, DISCUSSION_WITH_RUN, discussion_json, run_json
from web.api.shapes.extract import EXTRACT, extract_json
from web.api.shapes.idea import IDEA, IDEA_WITH_PASSAGES, idea_json, voices_json
from web.api.shapes.job import JOB, job_json
from web.api.shapes.lists import Json, list_json, time_of
from web.api.shapes.map import MAP, map_json
from web.api.shapes.message import (
    MESSAGE,
    MESSAGE_WITH_PASSAGES,
    THREAD,
    message_json,
    thread_json,
)
from web.api.shapes.passage import PASSAGE, REPEATED_TEXT, passage_json, repeated_json
from web.api.shapes.why import WHY, why_json

__all__ = [
    "DISCUSSION",
    "DISCUSSION_WITH_RUN",
    "EXTRACT",
    "IDEA",
    "IDEA_WITH_PASSAGES",
    "JOB",
    "MAP",
    "MESSAGE",
    "MESSAGE_WITH_PASSAGES",
    "PASSAGE",
    "REPEATED_TEXT",
    "THREAD",
    "WHY",
    "Json",
    "discussion_json",
    "extract_json",
    "idea_json",
    "job_json",
    "list_json",
    "map_json",
    "message_json",
    "passage_json",
    "repeated_json",
    "run_json",
    "thread_json",
    "time_of",
    "voices_json",
    "why_json",
]
