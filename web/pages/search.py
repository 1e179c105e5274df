"""Search a discussion by words, by meaning or both, and narrow what was found."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from models.text import fold
from synth.records import Message, Placement
from synth.store import Discussion, Hit, Store
from web.http.store import current_store, find_discussion
from web.services.facets import Chip, Facet, address_of, chips_of, facets_of, without_filters
from web.services.outline import Branch, Outline, outline_of
from web.services.search import Answer, answer, explain_trouble
from web.services.search_query import MAX_LETTERS, Ask, Mode, asked
from web.services.semantic_search import begin_reading
from web.ui.query import Paging, asked_page
from web.ui.templates import render

search = Blueprint("search", __name__)
PER_PAGE = 20
OPENING_LETTERS = 160
PASSAGE_LETTERS = 600
WHOLE_LETTERS = 320
N_BRANCHES = 3
"""Ideas named with a message."""
FITTING = 0.1
"""An idea is near enough to be named where at least so much of it is farther from its middle."""
SHORT = 3
"""Letters of a word that is too short to be looked for in other spellings."""
N_TERMS = 8
"""Words that are tried alone and in other spellings, the longest: each is a search of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A message that was found, with the words that say why."""

    message: Message
    pieces: Sequence[tuple[str, bool]]
    """True marks a word that was looked for."""
    opening: str
    """The first words of the message where ``pieces`` are its subject; else empty."""
    ideas: Sequence[Branch]
    """What the words stand under, or the whole message where that is not known."""
    passage_id: int | None
    """The passage that is shown, where it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Another search that finds something."""

    text: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What to do where nothing was found."""

    spellings: Sequence[Try]
    fewer: Sequence[Try]
    """One of the words alone."""
    by_meaning: str
    """Address; empty where meaning was looked at, or there are no words."""
    without_filters: str
    """Address; empty where nothing was narrowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchContext:
    template: ClassVar[str] = "search.html"
    discussion: Discussion
    ask: Ask
    notice: str
    """What to say where meaning could not be looked at."""
    ideas: Sequence[Branch]
    found: Sequence[Found]
    facets: Sequence[Facet]
    chips: Sequence[Chip]
    clear: str
    """Address of the same words without any wish; empty where there is none."""
    help: Help | None
    paging: Paging


@search.get("/d/<slug>/search")
def words(slug: str) -> Response:
    """Messages found by ``?q=`` in a mode, narrowed by the rest of the address."""
    discussion, store = find_discussion(slug), current_store()
    outline, ask, place = outline_of(store, discussion), asked(request.args), asked_page(PER_PAGE)
    if ask.is_empty:
        begin_reading(store, discussion)
        return make_response(render(_blank(discussion, ask, place)))
    came = answer(store, discussion, outline, ask)
    paging = place.of(len(came.found.rows))
    facets = facets_of(store, discussion, outline, ask, came)
    page = make_response(
        render(
            SearchContext(
                discussion=discussion,
                ask=ask,
                notice=explain_trouble(came.trouble, came.why),
                ideas=_ideas(outline, ask, came) if paging.page == 1 else (),
                found=shown(store, outline, ask, came, paging),
                facets=facets,
                chips=chips_of(discussion, ask, facets),
                clear=without_filters(discussion, ask) if ask.is_sifting else "",
                help=None if paging.total else _help(store, discussion, ask, came),
                paging=paging,
            )
        )
    )
    if came.trouble == "loading":
        page.headers["Cache-Control"] = "no-store"
    return page


def _blank(discussion: Discussion, ask: Ask, place: Paging) -> SearchContext:
    return SearchContext(
        discussion=discussion, ask=ask, notice="", ideas=(), found=(), facets=(), chips=(),
        clear="", help=None, paging=place.of(0) if place.page == 1 else Paging(page=1, size=1),
    )  # fmt: skip


def shown(store: Store, outline: Outline, ask: Ask, came: Answer, paging: Paging) -> list[Found]:
    """The messages of one page with the words to show of them."""
    part = slice(paging.offset, paging.offset + paging.size)
    rows, nearest = came.found.rows[part].tolist(), came.found.passages[part].tolist()
    ids = came.columns.activity.messages[rows].tolist()
    messages, placements = store.messages.many(ids), store.ideas.of_messages(ids)
    hits = _hits(store, ask, came, dict(zip(ids, rows, strict=True)))
    wanted, found = words_of(ask.query), []
    for message_id, row in zip(ids, nearest, strict=True):
        message, passages = messages[message_id], placements.get(message_id, [])
        passage_id = int(came.columns.activity.passages[row]) if row >= 0 else None
        passage = next((p for p in passages if p.passage_id == passage_id), None)
        if message_id in hits:
            found.append(_by_words(message, hits[message_id], passages, outline))
        else:
            found.append(_by_meaning(message, passage, passages, outline, wanted=wanted))
    return found


def _hits(store: Store, ask: Ask, came: Answer, row_of: Mapping[int, int]) -> dict[int, Hit]:
    """The places of the words in those messages that hold all of them."""
    scores = came.scores.all_words
    if scores is None:
        return {}
    whole = [came.words[i] for i, row in row_of.items() if scores[row] > 0]
    return {hit.message_id: hit for hit in store.search.hits(ask.query, whole)}


def _by_words(message: Message, hit: Hit, passages: Sequence[Placement], outline: Outline) -> Found:
    is_subject = "".join(text for text, _ in hit.snippet) == message.subject
    return Found(
        message=message,
        pieces=hit.snippet,
        opening=_cut(" ".join(message.text.split()), OPENING_LETTERS) if is_subject else "",
        ideas=_branches(passages, outline),
        passage_id=None,
    )


def _by_meaning(
    message: Message,
    passage: Placement | None,
    passages: Sequence[Placement],
    outline: Outline,
    *,
    wanted: Collection[str],
) -> Found:
    whole = passage is None
    text = message.text if passage is None else message.text[passage.start : passage.end]
    return Found(
        message=message,
        pieces=marked(_cut(text.strip(), WHOLE_LETTERS if whole else PASSAGE_LETTERS), wanted),
        opening="",
        ideas=_branches(passages if passage is None else [passage], outline),
        passage_id=None if passage is None else passage.passage_id,
    )


def _branches(passages: Sequence[Placement], outline: Outline) -> list[Branch]:
    found = (outline.get(passage.idea_id) for passage in passages)
    return list(dict.fromkeys(branch for branch in found if branch is not None))[:N_BRANCHES]


def marked(text: str, wanted: Collection[str]) -> list[tuple[str, bool]]:
    """The text in pieces; True marks words that are wanted, accents and case aside."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for word in re.finditer(r"\w+", text):
        if fold(word[0]) in wanted:
            pieces += [(text[at : word.start()], False), (word[0], True)]
            at = word.end()
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]


def words_of(query: str) -> frozenset[str]:
    """The words of a query, folded; very short ones only where there are no others."""
    found = [fold(word) for word in re.findall(r"\w+", query)]
    long = frozenset(word for word in found if len(word) > 2)
    return long or frozenset(found)


def _ideas(outline: Outline, ask: Ask, came: Answer) -> tuple[Branch, ...]:
    """Ideas whose title holds the words, then those that are near by meaning."""
    near = [b for n in came.ideas if n.fit >= FITTING and (b := outline.get(n.idea_id))]
    return tuple(dict.fromkeys((*titled(outline, ask.query), *near)))


def _help(store: Store, discussion: Discussion, ask: Ask, came: Answer) -> Help:
    terms = sorted(sorted(words_of(ask.query)), key=len, reverse=True)[:N_TERMS]
    there = store.search.present(discussion.id, terms)
    unknown = [term for term in terms if term not in there and len(term) > SHORT]
    likely = store.search.words_like(discussion.id, unknown)
    plain = Ask(mode=ask.mode)

    def other(text: str) -> Try:
        again = Ask(query=text, mode=Mode.WORDS if ask.mode is Mode.WORDS else plain.mode)
        return Try(text=text, address=address_of(discussion, again))

    by_meaning = ask.without("mode") if ask.mode is Mode.WORDS and ask.query else None
    return Help(
        spellings=[other(like) for term in unknown for like in likely[term]],
        fewer=[other(t) for t in terms if t in there] if len(terms) > 1 else [],
        by_meaning=address_of(discussion, by_meaning) if by_meaning else "",
        without_filters=without_filters(discussion, ask) if ask.is_sifting else "",
    )


def asked_query() -> str:
    """``?q=``, trimmed to a sensible length."""
    return request.args.get("q", "").strip()[:MAX_LETTERS]


def titled(outline: Outline, query: str) -> tuple[Branch, ...]:
    """Ideas whose title or keyphrases hold every word looked for, accents and case aside."""
    wanted = re.findall(r"\w+", fold(query))
    if not wanted:
        return ()
    return tuple(
        branch
        for branch in outline.in_order()
        if _holds(fold(" ".join((branch.idea.title, *branch.idea.keyphrases))), wanted)
    )


def _holds(text: str, wanted: Sequence[str]) -> bool:
    return all(re.search(rf"\b{re.escape(word)}", text) for word in wanted)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[:letters].rstrip() + " …"
