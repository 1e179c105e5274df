"""Find my point: where a sentence stands among what was said, and who said something like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from synth.store import Discussion
from web.http.store import current_store, find_discussion
from web.services.outline import outline_of
from web.services.point import MAX_LETTERS, PointResult, find_point, one_paragraph
from web.services.semantic_search import Trouble
from web.ui.templates import render

point = Blueprint("point", __name__)


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


@point.get("/d/<slug>/point")
def find(slug: str) -> Response:
    """Where ``?text=`` stands."""
    discussion, store = find_discussion(slug), current_store()
    text = one_paragraph(request.args.get("text", ""))
    found, trouble, problem = find_point(store, discussion, outline_of(store, discussion), text)
    context = PointContext(
        discussion=discussion,
        text=text,
        found=found,
        map_address="" if found is None else _on_map(discussion, found),
        trouble=trouble,
        problem=problem,
        max_letters=MAX_LETTERS,
    )
    page = make_response(render(context))
    if trouble == "loading":
        page.headers["Cache-Control"] = "no-store"
    return page


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
