"""The front page, and one discussion as a whole: map and outline, overview, news, its making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint

from synth.records import ExtractState, Problem, Run
from synth.store import Discussion, Source
from web.http.permission import is_listed, open_to_all
from web.http.store import current_store, find_snapshot
from web.http.visits import current_visit
from web.map import MapBox, map_box
from web.pages.harvest import count_states
from web.pages.passages import QuotedRepetition, repeated_texts
from web.services.news import NewsReport, report_of
from web.services.outline import Branch
from web.services.overview import (
    Overview,
    first_problems,
    overview_of,
)
from web.services.quotes import Quoted, quote_extracts
from web.services.since import Since, usual_since
from web.services.snapshot import IdeaFacts
from web.services.trends import Timeline, timeline
from web.ui.query import asked_since
from web.ui.templates import render

discussions = Blueprint("discussions", __name__)
N_KEY = 3
"""Key passages shown beside the outline."""
N_REPEATED = 3
"""Repeated texts shown there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontContext:
    template: ClassVar[str] = "front.html"
    discussions: Sequence[Discussion]
    archived: Sequence[Discussion]
    going: Sequence[Discussion]
    """Those that are going to be deleted, for who may take that back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscussionContext:
    template: ClassVar[str] = "discussion.html"
    discussion: Discussion
    branches: Sequence[Branch]
    map: MapBox
    n_passages: int
    n_unplaced: int
    n_not_about: int
    key_passages: Sequence[Quoted]
    n_suggested: int
    n_taken: int
    repeated: Sequence[QuotedRepetition]
    n_repeated: int
    facts: Mapping[int, IdeaFacts]
    """What stands beside each idea, by its id."""
    run: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutContext:
    template: ClassVar[str] = "about.html"
    discussion: Discussion
    run: Run | None
    evidence: dict[str, int]
    sources: Sequence[tuple[Source, Sequence[Problem]]]
    """Each file with its first problems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewContext:
    template: ClassVar[str] = "overview.html"
    discussion: Discussion
    paragraphs: Sequence[str]
    """Of the introduction."""
    overview: Overview
    timeline: Timeline | None
    run: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceContext:
    template: ClassVar[str] = "since.html"
    discussion: Discussion
    since: Since
    report: NewsReport | None
    """None where there is no moment to count from."""
    has_visit: bool
    """Whether the reader was here before, as their browser remembers."""
    has_synthesis: bool


@discussions.get("/")
@open_to_all
def front() -> str:
    """Every discussion of this file that the reader may know of."""
    listed = [d for d in current_store().discussions.all() if is_listed(d)]
    return render(
        FrontContext(
            discussions=[d for d in listed if not d.is_read_only],
            archived=[d for d in listed if d.archived_at and not d.goes_at],
            going=[d for d in listed if d.goes_at],
        )
    )


@discussions.get("/d/<slug>/")
def discussion(slug: str) -> str:
    """Numbers, map and outline."""
    snapshot = find_snapshot(slug)
    n_of = count_states(snapshot.store.extracts.shown_counts(snapshot.id))
    repeated, n_repeated = snapshot.cached(
        "repeated",
        lambda: repeated_texts(snapshot, limit=N_REPEATED),
    )
    return render(
        DiscussionContext(
            discussion=snapshot.discussion,
            branches=snapshot.outline.roots,
            map=map_box(snapshot.discussion, snapshot.outline, "page"),
            n_passages=len(snapshot.activity.passages),
            n_unplaced=len(snapshot.unplaced()),
            n_not_about=len(snapshot.not_about()),
            key_passages=quote_extracts(
                snapshot, snapshot.store.extracts.best(snapshot.id, limit=N_KEY)
            ),
            n_suggested=n_of[ExtractState.SUGGESTED],
            n_taken=n_of[ExtractState.TAKEN],
            repeated=repeated,
            n_repeated=n_repeated,
            facts=snapshot.facts(asked_since(snapshot.discussion)),
            run=snapshot.store.runs.last(snapshot.id),
        )
    )


@discussions.get("/d/<slug>/overview")
def overview(slug: str) -> str:
    """Question, numbers, participation, lights and alerts, and how the map was made."""
    snapshot = find_snapshot(slug)
    seen = overview_of(snapshot)
    calendar = snapshot.calendar
    return render(
        OverviewContext(
            discussion=snapshot.discussion,
            paragraphs=paragraphs_of(snapshot.discussion.framing.introduction),
            overview=seen,
            timeline=timeline(calendar, seen.timeline, n_undated=seen.n_undated),
            run=snapshot.store.runs.last(snapshot.id),
        )
    )


@discussions.get("/d/<slug>/since")
def since(slug: str) -> str:
    """New messages and voices, ideas that came, grew, fell silent or were changed."""
    snapshot = find_snapshot(slug)
    found = snapshot.discussion
    visited_at = current_visit().previous_at
    chosen = asked_since(found) or usual_since(found, visited_at)
    return render(
        SinceContext(
            discussion=found,
            since=chosen,
            report=report_of(snapshot, chosen),
            has_visit=visited_at is not None,
            has_synthesis=found.synthesis_at is not None,
        )
    )


@discussions.get("/d/<slug>/about")
def about(slug: str) -> str:
    """How the map was made, from what, and what could not be read."""
    snapshot = find_snapshot(slug)
    found, store = snapshot.discussion, snapshot.store
    return render(
        AboutContext(
            discussion=found,
            run=store.runs.last(found.id),
            evidence=dict(store.evidence.counts(found.id)),
            sources=[(one, first_problems(store, one)) for one in store.sources.all(found.id)],
        )
    )


def paragraphs_of(text: str) -> list[str]:
    """What stands between empty lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]
