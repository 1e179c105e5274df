"""The ideas as a tree: first on a phone, and without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request

from synth.store import Discussion
from web.http.store import current_store, find_discussion
from web.services.figures import Facts, facts_of, figures_of
from web.services.outline import Branch, outline_of
from web.services.since import asked_since
from web.ui.templates import render

outlines = Blueprint("outlines", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineContext:
    template: ClassVar[str] = "outline.html"
    discussion: Discussion
    branches: Sequence[Branch]
    facts: Mapping[int, Facts]
    n_unplaced: int
    is_open: bool
    """Whether the address asks for all levels at once."""


@outlines.get("/d/<slug>/outline")
def tree(slug: str) -> str:
    """Every idea with its counts and its time; ``?open=all`` shows all levels, ``?since=`` marks
    what is new."""
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    figures = figures_of(store, found, outline)
    return render(
        OutlineContext(
            discussion=found,
            branches=outline.roots,
            facts=facts_of(store, found, outline, since=asked_since(found)),
            n_unplaced=len(figures.unplaced(outline)),
            is_open=request.args.get("open") == "all",
        )
    )
