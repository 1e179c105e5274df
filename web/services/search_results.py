"""What is shown of a search: messages with the words that say why, and filters with counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import LazyString
from flask_babel import gettext as _

from models.text import fold
from synth.records import Message, Placement, Span
from synth.search.filters import count_ideas, count_values
from synth.store import Hit, Store
from web.services.outline import Branch, Outline
from web.services.quotes import pieces_of, shortened
from web.services.search import SearchQuery, SearchResult
from web.services.snapshot import Snapshot
from web.ui.i18n import language_name
from web.ui.query import Paging
from web.ui.words import NATURES, STATES

OPENING_LETTERS = 160
PASSAGE_LETTERS = 600
WHOLE_LETTERS = 320
TITLE_LETTERS = 60
N_BRANCHES = 3
"""Ideas named with a message."""
FITTING = 0.1
"""An idea is near enough to be named where at least so much of it is farther from its middle."""
MOST_OPTIONS = 15
"""Authors and threads that can be chosen, those of most messages found."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessage:
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


def found_messages(
    snapshot: Snapshot, query: SearchQuery, result: SearchResult, paging: Paging
) -> list[FoundMessage]:
    """The messages of one page with the words to show of them."""
    part = slice(paging.offset, paging.offset + paging.size)
    rows, nearest = result.found.rows[part].tolist(), result.found.passages[part].tolist()
    ids = result.columns.activity.messages[rows].tolist()
    messages, placements = snapshot.store.messages.many(ids), snapshot.store.ideas.of_messages(ids)
    hits = _hits(snapshot.store, query, result, dict(zip(ids, rows, strict=True)))
    wanted, found = words_of(query.words), []
    for message_id, row in zip(ids, nearest, strict=True):
        message, passages = messages[message_id], placements.get(message_id, [])
        hit, passage = hits.get(message_id), None
        if hit is None and row >= 0:
            passage_id = int(result.columns.activity.passages[row])
            passage = next((p for p in passages if p.passage_id == passage_id), None)
        shown = passages if passage is None else [passage]
        one = FoundMessage(
            message=message,
            pieces=_marked_words(message, passage, wanted) if hit is None else hit.snippet,
            opening="" if hit is None else _opening(message, hit),
            ideas=snapshot.outline.shown(p.idea_id for p in shown)[:N_BRANCHES],
            passage_id=None if passage is None else passage.passage_id,
        )
        found.append(one)
    return found


def _hits(
    store: Store, query: SearchQuery, result: SearchResult, row_of: Mapping[int, int]
) -> dict[int, Hit]:
    """The places of the words in those messages that hold all of them."""
    scores = result.scores.all_words
    if scores is None:
        return {}
    whole = [result.words[i] for i, row in row_of.items() if scores[row] > 0]
    return {hit.message_id: hit for hit in store.search.hits(query.words, whole)}


def _opening(message: Message, hit: Hit) -> str:
    """The first words of a message whose subject holds the words; else empty."""
    is_subject = "".join(text for text, _ in hit.snippet) == message.subject
    return _cut(" ".join(message.text.split()), OPENING_LETTERS) if is_subject else ""


def _marked_words(
    message: Message, passage: Placement | None, wanted: Collection[str]
) -> list[tuple[str, bool]]:
    """The passage, or how the message begins, with the wanted words marked."""
    if passage is None:
        return mark_words(_cut(message.text.strip(), WHOLE_LETTERS), wanted)
    text = message.text[passage.start : passage.end].strip()
    return mark_words(_cut(text, PASSAGE_LETTERS), wanted)


def mark_words(text: str, wanted: Collection[str]) -> list[tuple[str, bool]]:
    """The text in pieces; True marks words that are wanted, accents and case aside."""
    words = re.finditer(r"\w+", text)
    return pieces_of(
        text, (Span(start=w.start(), end=w.end()) for w in words if fold(w[0]) in wanted)
    )


def words_of(query: str) -> frozenset[str]:
    """The words of a query, folded; very short ones only where there are no others."""
    found = [fold(word) for word in re.findall(r"\w+", query)]
    long = frozenset(word for word in found if len(word) > 2)
    return long or frozenset(found)


def found_ideas(outline: Outline, query: SearchQuery, result: SearchResult) -> tuple[Branch, ...]:
    """Ideas whose title holds the words, then those that are near by meaning."""
    near = outline.shown(one.idea_id for one in result.ideas if one.fit >= FITTING)
    return tuple(dict.fromkeys((*ideas_named(outline, query.words), *near)))


def ideas_named(outline: Outline, query: str) -> tuple[Branch, ...]:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    text: str
    n: int
    """Messages that it would find."""
    depth: int = 0
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A choice among some values, or none."""

    name: str
    """Parameter of the address."""
    label: str
    options: Sequence[Option]
    chosen: str
    """Value of the option that is in force; empty for none."""


def facets_of(snapshot: Snapshot, query: SearchQuery, result: SearchResult) -> list[Facet]:
    """By what the search can be narrowed; only such as tell something apart here."""
    options = {
        "idea": (_("Idea"), _ideas(snapshot, query, result)),
        "author": (_("Author"), _authors(snapshot.store, query, result)),
        "thread": (_("Thread"), _threads(snapshot.store, query, result)),
        "language": (_("Language"), _languages(query, result)),
        "nature": (_("Key passage"), _kinds(query, result, "nature", NATURES)),
        "state": (_("State of the key passage"), _kinds(query, result, "state", STATES)),
    }
    chosen = query.address()
    return [
        Facet(name=name, label=label, options=found, chosen=chosen.get(name, ""))
        for name, (label, found) in options.items()
        if len(found) > 1 or any(option.value == chosen.get(name) for option in found)
    ]


def _ideas(snapshot: Snapshot, query: SearchQuery, result: SearchResult) -> list[Option]:
    """The top ideas, and those under the chosen one and beside it."""
    rows = result.rows_without("idea")
    open_ids = set()
    if snapshot.outline.get(query.idea) is not None and query.idea is not None:
        open_ids = {query.idea, *(b.idea.id for b in snapshot.outline.path(query.idea))}
    listed: list[tuple[int, Branch]] = []

    def walk(branches: Sequence[Branch], depth: int) -> None:
        for branch in branches:
            listed.append((depth, branch))
            if branch.idea.id in open_ids or len(snapshot.outline.in_order()) <= MOST_OPTIONS:
                walk(branch.children, depth + 1)

    walk(snapshot.outline.roots, 0)
    under = snapshot.messages_by_idea
    counts = count_ideas(rows, {b.idea.id: under[b.idea.id] for _depth, b in listed})
    return [
        Option(
            value=str(branch.idea.id),
            text=shortened(branch.idea.title, TITLE_LETTERS),
            n=counts[branch.idea.id],
            depth=depth,
            language=branch.language,
        )
        for depth, branch in listed
        if counts[branch.idea.id] or branch.idea.id == query.idea
    ]


def _authors(store: Store, query: SearchQuery, result: SearchResult) -> list[Option]:
    counts = count_values(result.columns.activity.voices, result.rows_without("author"))
    known = [(voice, n) for voice, n in counts if voice > 0]
    names = store.participants.pseudonyms([voice for voice, _n in known])
    found = [(names[voice], n) for voice, n in known if voice in names]
    return [Option(value=name, text=name, n=n) for name, n in _most(found, query.author)]


def _threads(store: Store, query: SearchQuery, result: SearchResult) -> list[Option]:
    counts = count_values(result.columns.activity.threads, result.rows_without("thread"))
    kept = _most(counts, query.thread)
    titles = store.threads.titles([thread for thread, _n in kept])
    return [
        Option(
            value=str(thread),
            text=shortened(titles[thread][0], TITLE_LETTERS),
            n=n,
            language=titles[thread][1],
        )
        for thread, n in kept
        if thread in titles
    ]


def _most(counts: list[tuple[T, int]], chosen: T | None) -> list[tuple[T, int]]:
    """The first ``MOST_OPTIONS``, and the chosen one."""
    return counts[:MOST_OPTIONS] + [one for one in counts[MOST_OPTIONS:] if one[0] == chosen]


def _languages(query: SearchQuery, result: SearchResult) -> list[Option]:
    tags = result.columns.tags
    counts = count_values(result.columns.languages, result.rows_without("language"))
    return [
        Option(
            value=tags[code],
            text=language_name(tags[code]),
            n=n,
        )
        for code, n in counts
        if code >= 0
    ]


def _kinds(
    query: SearchQuery, result: SearchResult, name: str, texts: Mapping[Any, LazyString]
) -> list[Option]:
    """Natures, or states, of the key passages in the messages found; ``name`` says which."""
    chosen, other = getattr(query, name), "state" if name == "nature" else "nature"
    wanted = getattr(query, other)
    found = frozenset(result.columns.activity.messages[result.rows_without(name)].tolist())
    pairs = {
        (getattr(mark, name), mark.message_id)
        for mark in result.marks
        if wanted in (None, getattr(mark, other)) and mark.message_id in found
    }
    counts = Counter(kind for kind, _message_id in pairs)
    return [
        Option(value=kind.value, text=str(text), n=counts[kind])
        for kind, text in texts.items()
        if counts[kind] or kind is chosen
    ]
