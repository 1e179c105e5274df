"""Records as JSON objects; ``openapi.json`` describes each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

from synth.records import Extract, Message, Placement, RepeatedText
from synth.store import Discussion
from web.jobs import JobState
from web.outline import Branch, Outline
from web.pages.threads import ThreadLine
from web.paging import Paging
from web.presentation import web_address

Json = dict[str, object]
Item = TypeVar("Item")


def time_of(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


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


def idea_json(branch: Branch) -> Json:
    idea = branch.idea
    return {
        "id": idea.id,
        "parent_id": idea.parent_id,
        "number": branch.number,
        "level": idea.level,
        "title": idea.title,
        "language": branch.language,
        "keyphrases": list(idea.keyphrases),
        "summary": idea.summary,
        "n_messages": idea.n_messages,
        "n_authors": idea.n_authors,
        "stability": idea.stability,
        "is_tentative": idea.is_tentative,
        "status": idea.status.value,
        "origin": idea.origin.value,
        "title_by": idea.title_by,
        "x": idea.x,
        "y": idea.y,
    }


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


def job_json(job: JobState) -> Json:
    stages = [
        asdict(stage) | {"rate": stage.rate, "seconds_left": stage.seconds_left}
        for stage in job.stages
    ]
    return {
        "id": job.id,
        "slug": job.slug,
        "title": job.title,
        "is_kept": job.is_kept,
        "state": job.state,
        "stages": stages,
        "imported": None if job.imported is None else asdict(job.imported),
        "built": None if job.built is None else asdict(job.built),
        "error": job.error,
        "problems": list(job.problems),
    }


def list_json(items: Iterable[Item], shape: Callable[[Item], Json], paging: Paging) -> Json:
    """A page of a list, with its place in the whole."""
    return {
        "items": [shape(item) for item in items],
        "page": paging.page,
        "n_pages": paging.n_pages,
        "total": paging.total,
    }
