"""Discussions as wholes: numbers, sources, the overview, what is new, and jobs on their way."""

from __future__ import annotations

from flask import abort
from flask_babel import gettext as _

from web.api.answers import (
    Discussion,
    DiscussionWithRun,
    Items,
    Job,
    Page,
    Run,
    Source,
    SourceProblem,
)
from web.api.openapi import operation
from web.api.parameters import PAGED, Parameter, asked_paging
from web.api.report_answers import News, Overview
from web.http.security import writers_only
from web.http.store import current_store, find_discussion
from web.http.visits import current_visit
from web.jobs import current_jobs
from web.services.figures import figures_of
from web.services.news import report_of
from web.services.outline import outline_of
from web.services.overview import overview_of, with_problems
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


@operation("/discussions", "Every discussion")
def discussions() -> Items[Discussion]:
    return Items(items=[Discussion.of_discussion(d) for d in current_store().discussions.all()])


@operation("/d/<slug>", "A discussion and its last run")
def discussion(slug: str) -> DiscussionWithRun:
    found, store = find_discussion(slug), current_store()
    run = store.runs.last(found.id)
    outline = outline_of(store, found)
    figures = figures_of(store, found, outline)
    return DiscussionWithRun.of_discussion(
        found,
        n_passages=len(figures.activity.passages),
        n_unplaced=len(figures.unplaced(outline)),
        run=None if run is None else Run.of(run),
    )


@operation("/d/<slug>/sources", "The files that were brought in, the newest first", query=PAGED)
def sources(slug: str) -> Page[Source]:
    found, store = find_discussion(slug), current_store()
    everything = store.sources.all(found.id)
    asked = asked_paging().of(len(everything))
    page = everything[asked.offset : asked.offset + asked.size]
    items = [
        Source.of(source, problems=[SourceProblem.of(one) for one in told.problems])
        for source in page
        if (told := with_problems(store, source))
    ]
    return Page[Source].of_items(items, asked)


@operation("/d/<slug>/overview", "Question, participation, lights, alerts and coverage")
def overview(slug: str) -> Overview:
    found, store = find_discussion(slug), current_store()
    return Overview.of_overview(found, overview_of(store, found, outline_of(store, found)))


@operation(
    "/d/<slug>/since",
    "What is new since a day, the last visit or the last synthesis",
    query=(SINCE,),
)
def since(slug: str) -> News:
    found, store = find_discussion(slug), current_store()
    chosen = asked_since(found) or usual_since(found, current_visit().previous_at)
    return News.of_report(chosen, report_of(store, found, outline_of(store, found), chosen))


@operation("/jobs/<int:number>", "How far a job is", is_for_writers=True)
@writers_only
def job(number: int) -> Job:
    state = current_jobs().get(number)
    if state is None:
        abort(404, description=_("There is no such job; the viewer may have been started anew."))
    return Job.of_job(state)
