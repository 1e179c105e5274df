"""The log of what was left out, and why: as a page with figures that add up, and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response

from synth.records import HiddenReason, Unplaced
from synth.store import Discussion
from synth.store.left_out import COLUMNS, LeftOut
from web.http.csv_answer import csv_answer
from web.http.store import find_snapshot
from web.services.csv_text import csv_of
from web.ui.templates import render

left_out = Blueprint("left_out", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutContext:
    template: ClassVar[str] = "left_out.html"
    discussion: Discussion
    left_out: LeftOut
    hidden: Mapping[HiddenReason, int]
    unplaced: Mapping[Unplaced, int]
    """Why passages about the question stand under no idea → how many."""
    not_about: Mapping[Unplaced, int]


@left_out.get("/d/<slug>/left-out")
def page(slug: str) -> str:
    """What was read, and what became of it."""
    snapshot = find_snapshot(slug)
    found = snapshot.store.left_out.of(snapshot.id)
    reasons = {one: found.passages.get(one, 0) for one in Unplaced}
    return render(
        LeftOutContext(
            discussion=snapshot.discussion,
            left_out=found,
            hidden=snapshot.store.hidden.counts(snapshot.id),
            unplaced={one: n for one, n in reasons.items() if n and one.is_about},
            not_about={one: n for one, n in reasons.items() if n and not one.is_about},
        )
    )


@left_out.get("/d/<slug>/left-out.csv")
def table(slug: str) -> Response:
    """Each record, message and passage that was left out, and why; no words of anybody."""
    snapshot = find_snapshot(slug)
    rows = snapshot.store.left_out.rows(snapshot.id)
    text = csv_of(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
    return csv_answer(text, f"{slug}-left-out.csv")
