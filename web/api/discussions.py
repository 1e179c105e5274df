"""Discussions as wholes: numbers, sources, the overview, what is new."""

from __future__ import annotations

from web.api.answers import (
    Discussion,
    DiscussionWithRun,
    Items,
    Page,
    Run,
    Source,
    SourceProblem,
)
from web.api.openapi import operation
from web.api.parameters import PAGED, Parameter, asked_paging
from web.api.report_answers import News, Overview
from web.http.permission import is_listed
from web.http.store import current_store, find_snapshot
from web.http.visits import current_visit
from web.services.news import report_of
from web.services.overview import first_problems, overview_of
from web.services.since import usual_since
from web.ui.query import asked_since

SINCE = Parameter(
    name="since",
    schema={"type": "string", "pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|visit|synthesis)$"},
    description=(
        "A day, `synthesis` for the last one, or `visit` for the last visit, as the cookie `seen` "
        "tells it. Default: the visit, else the synthesis, else the last 30 days."
    ),
)


@operation("/discussions", "Every discussion", is_open=True)
def discussions() -> Items[Discussion]:
    listed = [one for one in current_store().discussions.all() if is_listed(one)]
    return Items(items=[Discussion.of_discussion(one) for one in listed])


@operation("/d/<slug>", "A discussion and its last run")
def discussion(slug: str) -> DiscussionWithRun:
    snapshot = find_snapshot(slug)
    run = snapshot.store.runs.last(snapshot.id)
    return DiscussionWithRun.of_discussion(
        snapshot.discussion,
        n_passages=len(snapshot.activity.passages),
        n_unplaced=len(snapshot.unplaced()),
        n_not_about=len(snapshot.not_about()),
        run=None if run is None else Run.of(run),
    )


@operation("/d/<slug>/sources", "The files that were brought in, the newest first", query=PAGED)
def sources(slug: str) -> Page[Source]:
    snapshot = find_snapshot(slug)
    store = snapshot.store
    everything = store.sources.all(snapshot.id)
    asked = asked_paging().of(len(everything))
    page = everything[asked.offset : asked.offset + asked.size]
    items = [
        Source.of(source, problems=[SourceProblem.of(p) for p in first_problems(store, source)])
        for source in page
    ]
    return Page[Source].of_items(items, asked)


@operation("/d/<slug>/overview", "Question, participation, lights, alerts and coverage")
def overview(slug: str) -> Overview:
    snapshot = find_snapshot(slug)
    return Overview.of_overview(snapshot.discussion.framing, overview_of(snapshot))


@operation(
    "/d/<slug>/since",
    "What is new since a day, the last visit or the last synthesis",
    query=(SINCE,),
)
def since(slug: str) -> News:
    snapshot = find_snapshot(slug)
    chosen = asked_since(snapshot.discussion) or usual_since(
        snapshot.discussion, current_visit().previous_at
    )
    return News.of_report(chosen, report_of(snapshot, chosen))
