"""Search a discussion by words, by meaning or both; and find where a point of one's own stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.store import Discussion
from web.http.rate_limits import searches
from web.http.store import find_snapshot
from web.services.outline import Branch
from web.services.point import MAX_LETTERS, PointResult, find_point, one_paragraph
from web.services.search import FILTERS, Mode, SearchQuery, parse_query, run_search
from web.services.search_results import (
    Facet,
    FoundMessage,
    facets_of,
    found_ideas,
    found_messages,
    words_of,
)
from web.services.semantic_search import Trouble, begin_reading
from web.services.snapshot import Snapshot
from web.ui.i18n import day
from web.ui.query import Paging, asked_page
from web.ui.templates import render

search = Blueprint("search", __name__)
PER_PAGE = 20
SHORT = 3
"""Letters of a word that is too short to be looked for in other spellings."""
N_TERMS = 8
"""Words that are tried alone and in other spellings: the longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another search: without a filter, or one that finds something."""

    text: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What to do where nothing was found."""

    spellings: Sequence[Link]
    fewer: Sequence[Link]
    """One of the words alone."""
    by_meaning: str
    """Address; empty where meaning was looked at, or there are no words."""
    without_filters: str
    """Address; empty where nothing was narrowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchContext:
    template: ClassVar[str] = "search.html"
    discussion: Discussion
    query: SearchQuery
    paging: Paging
    notice: str = ""
    """What to say where meaning could not be looked at."""
    ideas: Sequence[Branch] = ()
    found: Sequence[FoundMessage] = ()
    facets: Sequence[Facet] = ()
    chips: Sequence[Link] = ()
    """By filter, the same search without it."""
    clear: str = ""
    """Address of the same words without any filter; empty where there is none."""
    help: Help | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointContext:
    template: ClassVar[str] = "point.html"
    discussion: Discussion
    text: str
    found: PointResult | None
    map_address: str
    """The map with the place marked; empty without one."""
    trouble: Trouble
    problem: str
    max_letters: int


@search.get("/d/<slug>/search")
@searches()
def words(slug: str) -> Response:
    """Messages found by ``?q=`` in a mode, narrowed by the rest of the address."""
    snapshot = find_snapshot(slug)
    discussion = snapshot.discussion
    query, place = parse_query(request.args), asked_page(PER_PAGE)
    if query.is_empty:
        begin_reading(snapshot)
        paging = place.of(0) if place.page == 1 else Paging(page=1, size=1)
        context = SearchContext(discussion=discussion, query=query, paging=paging)
        return make_response(render(context))
    result = run_search(snapshot, query)
    paging = place.of(len(result.found.rows))
    facets = facets_of(snapshot, query, result)
    without_filters = _address(discussion, query.without(*FILTERS)) if query.has_filters else ""
    context = SearchContext(
        discussion=discussion,
        query=query,
        paging=paging,
        notice=explain_trouble(result.trouble, result.problem),
        ideas=found_ideas(snapshot.outline, query, result) if paging.page == 1 else (),
        found=found_messages(snapshot, query, result, paging),
        facets=facets,
        chips=_chips(discussion, query, facets),
        clear=without_filters,
        help=None if paging.total else _help(snapshot, query, without_filters),
    )
    return _page(context, result.trouble)


@search.get("/d/<slug>/point")
@searches()
def point(slug: str) -> Response:
    """Where ``?text=`` stands."""
    snapshot = find_snapshot(slug)
    text = one_paragraph(request.args.get("text", ""))
    found, trouble, problem = find_point(snapshot, text)
    context = PointContext(
        discussion=snapshot.discussion,
        text=text,
        found=found,
        map_address="" if found is None else _on_map(snapshot.discussion, found),
        trouble=trouble,
        problem=problem,
        max_letters=MAX_LETTERS,
    )
    return _page(context, trouble)


def _page(context: SearchContext | PointContext, trouble: Trouble) -> Response:
    page = make_response(render(context))
    if trouble == "loading":  # the same question has another answer in a few seconds
        page.headers["Cache-Control"] = "no-store"
    return page


def explain_trouble(trouble: Trouble, problem: str) -> str:
    """What to say to a reader who asked for meaning and got words."""
    if trouble == "loading":
        return _(
            "The meaning of this discussion is still being read: these were found by their words. "
            "Try again in a few seconds."
        )
    if trouble == "unreadable":
        return _(
            "Meaning could not be looked at (%(why)s): these were found by their words.",
            why=problem,
        )
    return ""


def _address(discussion: Discussion, query: SearchQuery) -> str:
    values: dict[str, Any] = {"slug": discussion.slug, **query.address()}
    return url_for("search.words", **values)


def _chips(discussion: Discussion, query: SearchQuery, facets: Sequence[Facet]) -> list[Link]:
    """Every filter that is in force."""
    chosen = {f.name: o.text for f in facets for o in f.options if o.value == f.chosen}
    texts = [
        (name, chosen.get(name) or str(getattr(query, name)))
        for name in ("idea", "author", "thread", "language", "nature", "state")
        if getattr(query, name) is not None
    ]
    if query.is_unplaced:
        texts.append(("is_unplaced", _("under no idea")))
    if query.first is not None:
        texts.append(("first", _("from %(day)s", day=day(query.first))))
    if query.last is not None:
        texts.append(("last", _("until %(day)s", day=day(query.last))))
    return [
        Link(text=text, address=_address(discussion, query.without(name))) for name, text in texts
    ]


def _help(snapshot: Snapshot, query: SearchQuery, without_filters: str) -> Help:
    terms = sorted(sorted(words_of(query.words)), key=len, reverse=True)[:N_TERMS]
    there = snapshot.store.search.present(snapshot.id, terms)
    unknown = [term for term in terms if term not in there and len(term) > SHORT]
    likely = snapshot.store.search.words_like(snapshot.id, unknown)

    def other(text: str) -> Link:
        address = _address(snapshot.discussion, SearchQuery(words=text, mode=query.mode))
        return Link(text=text, address=address)

    by_meaning = query.without("mode") if query.mode is Mode.WORDS and query.words else None
    return Help(
        spellings=[other(like) for term in unknown for like in likely[term]],
        fewer=[other(t) for t in terms if t in there] if len(terms) > 1 else [],
        by_meaning=_address(snapshot.discussion, by_meaning) if by_meaning else "",
        without_filters=without_filters,
    )


def _on_map(discussion: Discussion, found: PointResult) -> str:
    """The address that the map understands: a mark, and the ideas near it."""
    if found.place is None:
        return ""
    x, y = found.place
    values: dict[str, Any] = {"slug": discussion.slug, "mark": f"{x:.4f},{y:.4f}"}
    near = [str(one.branch.idea.id) for one in found.ideas if one.verdict != "far"]
    if near:
        values["ideas"] = ",".join(near)
    return url_for("maps.full", **values)
