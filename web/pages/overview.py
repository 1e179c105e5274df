"""A discussion at a glance: what is asked, who takes part, what needs attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint

from synth.records import Run
from synth.store import Discussion
from web.http.store import current_store, find_discussion
from web.services.figures import figures_of
from web.services.outline import outline_of
from web.services.overview import Overview, ShownAlert, overview_of
from web.services.semantic_search import begin_reading
from web.services.trends import Timeline, timeline
from web.ui.templates import render

overview = Blueprint("overview", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewContext:
    template: ClassVar[str] = "overview.html"
    discussion: Discussion
    paragraphs: Sequence[str]
    """Of the introduction."""
    overview: Overview
    timeline: Timeline | None
    raised: Sequence[ShownAlert]
    """Alerts that have a case."""
    clear: Sequence[ShownAlert]
    """Those that were looked for and have none."""
    missing: Sequence[ShownAlert]
    """Those that the data cannot tell."""
    run: Run | None


@overview.get("/d/<slug>/overview")
def page(slug: str) -> str:
    """Question, numbers, participation, lights and alerts, and how the map was made."""
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    seen = overview_of(store, found, outline)
    if outline.roots:
        begin_reading(store, found)
    calendar = figures_of(store, found, outline).calendar
    return render(
        OverviewContext(
            discussion=found,
            paragraphs=paragraphs_of(found.framing.introduction),
            overview=seen,
            timeline=timeline(calendar, seen.timeline, n_undated=seen.n_undated),
            raised=[a for a in seen.alerts if a.alert.n],
            clear=[a for a in seen.alerts if not a.alert.n and a.alert.missing is None],
            missing=[a for a in seen.alerts if a.alert.missing is not None],
            run=store.runs.last(found.id),
        )
    )


def paragraphs_of(text: str) -> list[str]:
    """What stands between empty lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]
