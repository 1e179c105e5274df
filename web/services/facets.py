"""By what a search can be narrowed: choices with how much each would find, and what is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from synth.records import ExtractState, Nature
from synth.search.filters import count_ideas, count_values
from synth.store import Discussion, Store
from web.services.figures import messages_by_idea
from web.services.outline import Branch, Outline
from web.services.search import Answer
from web.services.search_query import FILTERS, Ask
from web.ui.i18n import day, language_name
from web.ui.words import NATURES, STATES

MOST = 15
"""Authors and threads that can be chosen, those of most messages found."""
TITLE_LETTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    text: str
    n: int
    """Messages that it would find."""
    is_chosen: bool
    depth: int = 0
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A choice among some values, or none."""

    name: str
    """Parameter of the address."""
    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A wish, and the address of the same search without it."""

    text: str
    address: str


def facets_of(
    store: Store, discussion: Discussion, outline: Outline, ask: Ask, answer: Answer
) -> list[Facet]:
    """Only such as tell something apart here."""
    found = [
        Facet(
            name="idea", label=_("Idea"), options=_ideas(store, discussion, outline, ask, answer)
        ),
        Facet(name="author", label=_("Author"), options=_authors(store, ask, answer)),
        Facet(name="thread", label=_("Thread"), options=_threads(store, ask, answer)),
        Facet(name="language", label=_("Language"), options=_languages(ask, answer)),
        Facet(name="nature", label=_("Key passage"), options=_natures(ask, answer)),
        Facet(name="state", label=_("State of the key passage"), options=_states(ask, answer)),
    ]
    return [f for f in found if len(f.options) > 1 or any(o.is_chosen for o in f.options)]


def chips_of(discussion: Discussion, ask: Ask, facets: Sequence[Facet]) -> list[Chip]:
    """Every wish that is in force."""
    texts = [
        (name, _chosen(facets, name) or str(getattr(ask, name)))
        for name in ("idea", "author", "thread", "language", "nature", "state")
        if getattr(ask, name) is not None
    ]
    if ask.is_unplaced:
        texts.append(("is_unplaced", _("under no idea")))
    if ask.first is not None:
        texts.append(("first", _("from %(day)s", day=day(ask.first))))
    if ask.last is not None:
        texts.append(("last", _("until %(day)s", day=day(ask.last))))
    return [
        Chip(text=text, address=address_of(discussion, ask.without(name))) for name, text in texts
    ]


def address_of(discussion: Discussion, ask: Ask) -> str:
    values: dict[str, Any] = {"slug": discussion.slug, **ask.address()}
    return url_for("search.words", **values)


def without_filters(discussion: Discussion, ask: Ask) -> str:
    return address_of(discussion, ask.without(*FILTERS))


def _chosen(facets: Sequence[Facet], name: str) -> str:
    options = next((f.options for f in facets if f.name == name), ())
    return next((option.text for option in options if option.is_chosen), "")


def _ideas(
    store: Store, discussion: Discussion, outline: Outline, ask: Ask, answer: Answer
) -> list[Option]:
    """The top ideas, and those under the chosen one and beside it."""
    rows = answer.rows_without("idea")
    open_ids = set()
    if outline.get(ask.idea) is not None and ask.idea is not None:
        open_ids = {ask.idea, *(b.idea.id for b in outline.path(ask.idea))}
    listed: list[tuple[int, Branch]] = []

    def walk(branches: Sequence[Branch], depth: int) -> None:
        for branch in branches:
            listed.append((depth, branch))
            if branch.idea.id in open_ids or len(outline.in_order()) <= MOST:
                walk(branch.children, depth + 1)

    walk(outline.roots, 0)
    under = messages_by_idea(store, discussion, outline)
    counts = count_ideas(rows, {b.idea.id: under[b.idea.id] for _depth, b in listed})
    return [
        Option(
            value=str(branch.idea.id),
            text=_short(branch.idea.title),
            n=counts[branch.idea.id],
            is_chosen=branch.idea.id == ask.idea,
            depth=depth,
            language=branch.language,
        )
        for depth, branch in listed
        if counts[branch.idea.id] or branch.idea.id == ask.idea
    ]


def _authors(store: Store, ask: Ask, answer: Answer) -> list[Option]:
    counts = count_values(answer.columns.activity.voices, answer.rows_without("author"))
    known = [(voice, n) for voice, n in counts if voice > 0]
    names = store.participants.pseudonyms([voice for voice, _n in known])
    found = [(names[voice], n) for voice, n in known if voice in names]
    kept = found[:MOST] + [one for one in found[MOST:] if one[0] == ask.author]
    return [Option(value=v, text=v, n=n, is_chosen=v == ask.author) for v, n in kept]


def _threads(store: Store, ask: Ask, answer: Answer) -> list[Option]:
    counts = count_values(answer.columns.activity.threads, answer.rows_without("thread"))
    kept = counts[:MOST] + [one for one in counts[MOST:] if one[0] == ask.thread]
    titles = store.threads.titles([thread for thread, _n in kept])
    return [
        Option(
            value=str(thread),
            text=_short(titles[thread][0]),
            n=n,
            is_chosen=thread == ask.thread,
            language=titles[thread][1],
        )
        for thread, n in kept
        if thread in titles
    ]


def _languages(ask: Ask, answer: Answer) -> list[Option]:
    tags = answer.columns.tags
    counts = count_values(answer.columns.languages, answer.rows_without("language"))
    return [
        Option(
            value=tags[code],
            text=language_name(tags[code]),
            n=n,
            is_chosen=tags[code] == ask.language,
        )
        for code, n in counts
        if code >= 0
    ]


def _natures(ask: Ask, answer: Answer) -> list[Option]:
    fits = [e for e in answer.marks if ask.state in (None, e.state)]
    counts = _messages_with(answer, "nature", [(e.nature, e.message_id) for e in fits])
    return [
        Option(value=n.value, text=str(NATURES[n]), n=counts[n], is_chosen=n is ask.nature)
        for n in Nature
        if counts[n] or n is ask.nature
    ]


def _states(ask: Ask, answer: Answer) -> list[Option]:
    fits = [e for e in answer.marks if ask.nature in (None, e.nature)]
    counts = _messages_with(answer, "state", [(e.state, e.message_id) for e in fits])
    return [
        Option(value=s.value, text=str(STATES[s]), n=counts[s], is_chosen=s is ask.state)
        for s in ExtractState
        if counts[s] or s is ask.state
    ]


def _messages_with(answer: Answer, but: str, pairs: Sequence[tuple[str, int]]) -> Counter[str]:
    """How many of the messages found have each of the values."""
    rows = answer.rows_without(but)
    found = frozenset(answer.columns.activity.messages[rows].tolist())
    return Counter(value for value, message_id in set(pairs) if message_id in found)


def _short(title: str) -> str:
    words = " ".join(title.split())
    return words if len(words) <= TITLE_LETTERS else words[: TITLE_LETTERS - 1].rstrip() + "…"
