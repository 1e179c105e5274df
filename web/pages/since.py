"""What changed since a day, the last visit or the last synthesis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint

from synth.store import Discussion
from web.http.store import current_store, find_discussion
from web.http.visits import current_visit
from web.services.news import NewsReport, report_of
from web.services.outline import outline_of
from web.services.since import Since, usual_since
from web.ui.query import asked_since
from web.ui.templates import render

since = Blueprint("since", __name__)


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


@since.get("/d/<slug>/since")
def changes(slug: str) -> str:
    """New messages and voices, ideas that came, grew, fell silent or were changed."""
    found, store = find_discussion(slug), current_store()
    visited_at = current_visit().previous_at
    chosen = asked_since(found) or usual_since(found, visited_at)
    return render(
        SinceContext(
            discussion=found,
            since=chosen,
            report=report_of(store, found, outline_of(store, found), chosen),
            has_visit=visited_at is not None,
            has_synthesis=found.synthesis_at is not None,
        )
    )
