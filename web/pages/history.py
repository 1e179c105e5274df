"""The history of the map: what people corrected, by idea and by person; each step can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _

from synth.permissions import Permission
from synth.store import Discussion
from web.http.permission import current_actor, may_here, needs
from web.http.store import find_snapshot
from web.services.actors import ActorNames
from web.services.history import Step, ideas_of, told, without_hidden
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
    them.

    Who may not correct reads nothing of hidden ideas, and not who else had asked for a step.
    """
    snapshot = find_snapshot(slug)
    store = snapshot.store
    made, asker = store.corrections.history(snapshot.id), None
    if not may_here(Permission.CORRECT):
        made, asker = without_hidden(store, snapshot.id, made, snapshot.outline), current_actor()
    names = ActorNames(store)
    people = {one: names.of(one) for one in sorted({one.actor for one in made})}
    idea_id = request.args.get("idea", type=int)
    by = _actor(request.args.get("by", ""), people)
    chosen = [
        one
        for one in made
        if (not by or one.actor == by) and (idea_id is None or idea_id in ideas_of(one))
    ]
    paging = asked_page(PER_PAGE).of(len(chosen))
    page = chosen[paging.offset : paging.offset + paging.size]
    return render(
        HistoryContext(
            discussion=snapshot.discussion,
            steps=told(store, snapshot.id, made, page, names=names, asker=asker),
            people=choices("by", {"": _("Everybody")} | people, by) if len(people) > 1 else (),
            idea=snapshot.outline.get(idea_id),
            idea_id=idea_id,
            paging=paging,
        )
    )


def _actor(asked: str, people: Mapping[str, str]) -> str:
    """Whom ``?by=`` means: an actor, or one of these people by name."""
    if asked in people:
        return asked
    by_name = (one for one, name in people.items() if name.casefold() == asked.casefold())
    return next(by_name, asked)
