"""The page of an idea with the words behind it, and the passages under no idea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, redirect, url_for
from werkzeug import Response

from synth.readers import summary_beside
from synth.records import IdeaVoices, Placement
from synth.store import Discussion, Store
from web.outline import Branch, Outline, outline_of
from web.paging import Paging, asked_page
from web.quoting import Quoted, quote_placements
from web.rendering import render
from web.store import current_store, find_discussion

ideas = Blueprint("ideas", __name__)
PER_PAGE = 30
N_VOICES = 5
"""Quotes at the top of an idea, each from another voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaContext:
    template: ClassVar[str] = "idea.html"
    discussion: Discussion
    branch: Branch
    above: Sequence[Branch]
    before: Branch | None
    after: Branch | None
    carriers: IdeaVoices | None
    """None where the map was built by an earlier version."""
    summary: str
    """Empty where the first quote says the same."""
    voices: Sequence[Quoted]
    passages: Sequence[Quoted]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedContext:
    template: ClassVar[str] = "unplaced.html"
    discussion: Discussion
    passages: Sequence[Quoted]
    paging: Paging


@ideas.get("/d/<slug>/ideas/<int:idea_id>")
def idea(slug: str, idea_id: int) -> str | Response:
    """An idea: what it says, who speaks for it, every passage behind it."""
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    branch = outline.get(idea_id)
    lives_on_in = store.corrections.merged_into(idea_id) if branch is None else None
    if lives_on_in is not None and outline.get(lives_on_in) is not None:
        return redirect(url_for("ideas.idea", slug=slug, idea_id=lives_on_in), code=301)
    if branch is None:
        abort(404, description="There is no such idea on this map; it may have changed.")
    asked = asked_page(PER_PAGE)
    placements, total = store.ideas.placements_under(idea_id, limit=asked.size, offset=asked.offset)
    before, after = _neighbours(outline, branch)
    telling = voices(store, found, outline, idea_id) if asked.page == 1 else ()
    return render(
        IdeaContext(
            discussion=found,
            branch=branch,
            above=outline.path(idea_id),
            before=before,
            after=after,
            carriers=store.repetitions.voices(found.id).get(idea_id),
            summary=summary_beside(branch.idea.summary, (one.text for one in telling)),
            voices=telling,
            passages=quote_placements(store, outline, placements),
            paging=asked.of(total),
        )
    )


@ideas.get("/d/<slug>/unplaced")
def unplaced(slug: str) -> str:
    """What stands under no idea."""
    found, store = find_discussion(slug), current_store()
    asked = asked_page(PER_PAGE)
    placements, total = store.ideas.unplaced(found.id, limit=asked.size, offset=asked.offset)
    return render(
        UnplacedContext(
            discussion=found,
            passages=quote_placements(store, Outline([], {}), placements),
            paging=asked.of(total),
        )
    )


def voices(
    store: Store, discussion: Discussion, outline: Outline, idea_id: int
) -> tuple[Quoted, ...]:
    """The most telling passages, one for each author; anonymous ones count as different."""
    ids = store.ideas.representatives(discussion.id).get(idea_id, ())
    there = store.ideas.passages(ids)
    placed: list[Placement] = [there[i] for i in ids if i in there]
    seen: set[str] = set()
    chosen: list[Quoted] = []
    for quoted in quote_placements(store, outline, placed):
        if quoted.author is None or quoted.author not in seen:
            chosen.append(quoted)
            seen.add(quoted.author or "")
    return tuple(chosen[:N_VOICES])


def _neighbours(outline: Outline, branch: Branch) -> tuple[Branch | None, Branch | None]:
    """The ideas before and after this one on its own level."""
    parent = outline.get(branch.idea.parent_id)
    beside = outline.roots if parent is None else parent.children
    at = beside.index(branch)
    return (beside[at - 1] if at else None), (beside[at + 1] if at + 1 < len(beside) else None)
