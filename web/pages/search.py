"""Search in the words of a discussion, and in the titles of its ideas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request

from synth.records import Message
from synth.store import Discussion, Hit
from web.outline import Branch, Outline, outline_of
from web.paging import Paging, asked_page
from web.rendering import render
from web.store import current_store, find_discussion

search = Blueprint("search", __name__)
PER_PAGE = 20
OPENING_LETTERS = 160
MAX_LETTERS = 300
"""Of a query; what is longer is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    message: Message
    pieces: Sequence[tuple[str, bool]]
    """True marks a word that was looked for."""
    opening: str
    """The first words of the message where ``pieces`` are its subject; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchContext:
    template: ClassVar[str] = "search.html"
    discussion: Discussion
    query: str
    ideas: Sequence[Branch]
    found: Sequence[Found]
    paging: Paging


@search.get("/d/<slug>/search")
def words(slug: str) -> str:
    """Messages that hold all the words of ``?q=``."""
    discussion, store = find_discussion(slug), current_store()
    query = asked_query()
    asked = asked_page(PER_PAGE)
    hits, total = store.search.words(discussion.id, query, limit=asked.size, offset=asked.offset)
    messages = store.messages.many([hit.message_id for hit in hits])
    return render(
        SearchContext(
            discussion=discussion,
            query=query,
            ideas=titled(outline_of(store, discussion), query) if asked.page == 1 else (),
            found=[_found(messages[hit.message_id], hit) for hit in hits],
            paging=asked.of(total),
        )
    )


def _found(message: Message, hit: Hit) -> Found:
    is_subject = "".join(text for text, _ in hit.snippet) == message.subject
    text = " ".join(message.text.split())
    opening = text if len(text) <= OPENING_LETTERS else text[:OPENING_LETTERS] + " …"
    return Found(message=message, pieces=hit.snippet, opening=opening if is_subject else "")


def asked_query() -> str:
    """``?q=``, trimmed to a sensible length."""
    return request.args.get("q", "").strip()[:MAX_LETTERS]


def titled(outline: Outline, query: str) -> tuple[Branch, ...]:
    """Ideas whose title or keyphrases hold every word looked for, accents and case aside."""
    wanted = re.findall(r"\w+", folded(query))
    if not wanted:
        return ()
    return tuple(
        branch
        for branch in outline.in_order()
        if _holds(folded(" ".join((branch.idea.title, *branch.idea.keyphrases))), wanted)
    )


def folded(text: str) -> str:
    """``Vélo`` → ``velo``."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


def _holds(text: str, wanted: Sequence[str]) -> bool:
    return all(re.search(rf"\b{re.escape(word)}", text) for word in wanted)
