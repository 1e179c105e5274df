"""The history of the map: what people corrected, by idea and by person; each step can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _

from synth.permissions import Permission
from synth.store import Discussion
from web.http.permission import needs
from web.http.store import find_snapshot
from web.services.actors import name_of
from web.services.history import Step, ideas_of, told
from web.services.outline import Branch
from web.ui.query import Choice, Paging, asked_page, choices
from web.ui.templates import render

history = Blueprint("history", __name__)
PER_PAGE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryContext:
    template: ClassVar[str] = "history.html"
    discussion: Discussion
    steps: Sequence[Step]
    people: Sequence[Choice]
    """Who corrected anything, to choose from; empty where it was one person."""
    idea: Branch | None
    """The idea whose history is asked for, where readers see it."""
    idea_id: int | None
    """The same, also where it is gone."""
    paging: Paging


@history.get("/d/<slug>/history")
@needs(Permission.PROPOSE)
def listing(slug: str) -> str:
    """What was corrected; ``?idea=`` of one idea, ``?by=`` by one person. For members: it names
    them."""
    snapshot = find_snapshot(slug)
    store = snapshot.store
    made = store.corrections.history(snapshot.id)
    actors = sorted({one.actor for one in made})
    idea_id = request.args.get("idea", type=int)
    by = request.args.get("by", "")
    chosen = [
        one
        for one in made
        if (not by or one.actor == by) and (idea_id is None or idea_id in ideas_of(one))
    ]
    paging = asked_page(PER_PAGE).of(len(chosen))
    page = chosen[paging.offset : paging.offset + paging.size]
    names = {"": _("Everybody")} | {actor: name_of(store, actor) for actor in actors}
    return render(
        HistoryContext(
            discussion=snapshot.discussion,
            steps=told(store, snapshot.id, made, page),
            people=choices("by", names, by) if len(actors) > 1 else (),
            idea=snapshot.outline.get(idea_id),
            idea_id=idea_id,
            paging=paging,
        )
    )
