"""Find my point: where a sentence stands among what was said, and who said something like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from flask import Blueprint, make_response, request, url_for
from numpy.typing import NDArray
from werkzeug.wrappers import Response

from synth.search.filters import MessageColumns
from synth.search.semantic import Nearness, SemanticIndex, near_ideas, place_among
from synth.store import Discussion, Store
from web.http.answer_cache import do_not_cache
from web.http.discussion_cache import cached
from web.http.store import current_store, find_discussion
from web.services.outline import Branch, Outline, outline_of
from web.services.quotes import Quoted, quote_placements
from web.services.search import Trouble, bearings, columns_of, language_of
from web.services.semantic_search import NotReady, Unreadable, begin_reading, meaning_of
from web.ui.templates import render

point = Blueprint("point", __name__)
MAX_LETTERS = 2_000
"""Of the text; a model reads a paragraph at once."""
N_IDEAS = 4
N_VOICES = 6
LOOKED_AT = 100
"""Nearest passages among which other voices are looked for."""
LEAST_LETTERS = 40
"""Shorter passages say too little to show that somebody said the same."""
FITS, TOUCHES = 0.3, 0.03
"""Share of an idea's own passages that are farther from its middle than the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIdea:
    """An idea near the text."""

    branch: Branch
    above: Sequence[Branch]
    fit: float
    """0..1: share of its own passages that are farther from its middle."""
    verdict: str
    """``fits``, ``touches`` or ``far``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """What was found for a text."""

    nearness: Nearness | None
    """None where the model knows words alone and cannot tell."""
    ideas: Sequence[CloseIdea]
    quotes: Sequence[Quoted]
    """The nearest passages, each of another voice."""
    place: tuple[float, float] | None
    """Where it would stand, in the coordinates of the layout."""
    map_address: str
    """The map with the place marked; empty without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointContext:
    template: ClassVar[str] = "point.html"
    discussion: Discussion
    text: str
    pointed: Pointed | None
    trouble: Trouble
    why: str
    max_letters: int


@point.get("/d/<slug>/point")
def find(slug: str) -> Response:
    """Where ``?text=`` stands."""
    discussion, store = find_discussion(slug), current_store()
    text = asked_text()
    pointed, trouble, why = look(store, discussion, text)
    context = PointContext(
        discussion=discussion,
        text=text,
        pointed=pointed,
        trouble=trouble,
        why=why,
        max_letters=MAX_LETTERS,
    )
    page = make_response(render(context))
    if trouble == "loading":
        page.headers["Cache-Control"] = "no-store"
    return page


def asked_text() -> str:
    """``?text=``, as one paragraph of a sensible length."""
    return " ".join(request.args.get("text", "").replace("\0", " ").split())[:MAX_LETTERS]


def look(store: Store, discussion: Discussion, text: str) -> tuple[Pointed | None, Trouble, str]:
    """Where the text stands, or why that cannot be told; nothing where there is no text."""
    if not text:
        begin_reading(store, discussion)
        return None, "", ""
    try:
        meaning = meaning_of(store, discussion)
    except NotReady:
        do_not_cache()
        return None, "loading", ""
    except Unreadable as problem:
        do_not_cache()
        return None, "unreadable", str(problem)
    outline, columns = outline_of(store, discussion), columns_of(store, discussion)
    known = bearings(store, discussion, columns, meaning)
    vector = meaning.vector(text, language_of(text, columns))
    own = meaning.cosines(vector)
    cosines = known.cosines(own)
    ideas = [
        _close(outline, branch, near.fit)
        for near in near_ideas(vector, own, known.centroids, most=2 * N_IDEAS)
        if (branch := outline.get(near.idea_id)) is not None
    ][:N_IDEAS]
    place = place_among(cosines, _places(store, discussion), columns.activity.leaves)
    return (
        Pointed(
            nearness=_nearness(meaning, cosines),
            ideas=ideas,
            quotes=_voices(store, outline, columns, cosines),
            place=place,
            map_address=_on_map(discussion, place, ideas),
        ),
        "",
        "",
    )


def _nearness(meaning: SemanticIndex, cosines: NDArray[np.float32]) -> Nearness | None:
    """By the passages that still stand: what was taken away says nothing any more."""
    if meaning.is_of_words:
        return None
    return meaning.nearness(float(cosines.max())) if len(cosines) else Nearness.NOBODY


def _close(outline: Outline, branch: Branch, fit: float) -> CloseIdea:
    verdict = "fits" if fit >= FITS else "touches" if fit >= TOUCHES else "far"
    return CloseIdea(branch=branch, above=outline.path(branch.idea.id), fit=fit, verdict=verdict)


def _voices(
    store: Store, outline: Outline, columns: MessageColumns, cosines: NDArray[np.float32]
) -> Sequence[Quoted]:
    """The nearest passages of different voices, the nearest first."""
    order = np.argsort(-cosines, kind="stable")[:LOOKED_AT].tolist()
    chosen: dict[int, int] = {}
    for row in order:
        voice = int(columns.activity.voices[columns.activity.of_message[row]])
        chosen.setdefault(voice, int(columns.activity.passages[row]))
    there = store.ideas.passages(list(chosen.values()))
    nearest = [there[i] for i in chosen.values() if i in there]
    telling = [p for p in nearest if p.end - p.start >= LEAST_LETTERS] or nearest
    return quote_placements(store, outline, telling[:N_VOICES])


def _places(store: Store, discussion: Discussion) -> NDArray[np.float32]:
    """(n_passages, 2) places in the order of the columns, NaN where not laid out."""

    def read() -> NDArray[np.float32]:
        rows = store.passages.positions(discussion.id)
        return np.array(rows, dtype=np.float32).reshape(len(rows), 2)

    return cached(store, discussion, "places", read)


def _on_map(
    discussion: Discussion, place: tuple[float, float] | None, ideas: Sequence[CloseIdea]
) -> str:
    """The address that the map understands: a mark, and the ideas near it."""
    if place is None:
        return ""
    values: dict[str, Any] = {"slug": discussion.slug, "mark": f"{place[0]:.4f},{place[1]:.4f}"}
    near = [str(one.branch.idea.id) for one in ideas if one.verdict != "far"]
    if near:
        values["ideas"] = ",".join(near)
    return url_for("maps.full", **values)
