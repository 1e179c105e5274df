"""The page of an idea with the words behind it, and what stands under no idea: passages that fit
none, and those that are not about the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, redirect, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug import Response

from synth.analytics.activity import Order, on_side, ordered, sides_of
from synth.records import Stance, Unplaced
from synth.store import Discussion
from web.http.store import find_snapshot
from web.services.corrections import ShownLink, links_of
from web.services.idea import IdeaProfile, profile_of
from web.services.outline import Branch, Outline
from web.services.quotes import Quoted, quote_placements
from web.services.snapshot import IdeaFacts
from web.ui import words
from web.ui.query import Choice, Paging, asked_choice, asked_page, asked_since, choices
from web.ui.templates import render

ideas = Blueprint("ideas", __name__)
PER_PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaContext:
    template: ClassVar[str] = "idea.html"
    discussion: Discussion
    branch: Branch
    above: Sequence[Branch]
    before: Branch | None
    after: Branch | None
    facts: Mapping[int, IdeaFacts]
    links: Sequence[ShownLink]
    """How people say that it stands to other ideas."""
    profile: IdeaProfile | None
    """None on the later pages of its passages."""
    orders: Sequence[Choice]
    sides: Sequence[Choice]
    """Empty where nobody takes a side."""
    passages: Sequence[Quoted]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedContext:
    template: ClassVar[str] = "unplaced.html"
    discussion: Discussion
    n_not_about: int
    passages: Sequence[Quoted]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAboutContext:
    template: ClassVar[str] = "not_about.html"
    discussion: Discussion
    reasons: Sequence[Choice]
    """Every reason that some passage has, with how many have it."""
    n_all: int
    n_unplaced: int
    passages: Sequence[Quoted]
    paging: Paging


@ideas.get("/d/<slug>/ideas/<int:idea_id>")
def idea(slug: str, idea_id: int) -> str | Response:
    """An idea: what it says, who speaks for it, every passage behind it."""
    snapshot = find_snapshot(slug)
    if (successor := snapshot.successor(idea_id)) is not None:
        return redirect(url_for("ideas.idea", slug=slug, idea_id=successor), code=301)
    branch = snapshot.outline.get(idea_id)
    if branch is None:
        abort(404, description=_("There is no such idea on this map; it may have changed."))
    rows = snapshot.rows(branch)
    has_likes = bool((snapshot.activity.likes[snapshot.activity.of_message[rows]] >= 0).any())
    by = orders(has_likes=has_likes)
    order, side = asked_choice("sort", by), asked_choice("side", sides())
    chosen = on_side(snapshot.activity, rows, Stance(side) if side else None)
    paging = asked_page(PER_PAGE).of(len(chosen))
    has_sides = bool(sides_of(snapshot.activity, rows))
    listed = ordered(snapshot.activity, chosen, Order(order))
    before, after = _neighbours(snapshot.outline, branch)
    return render(
        IdeaContext(
            discussion=snapshot.discussion,
            branch=branch,
            above=snapshot.outline.path(idea_id),
            before=before,
            after=after,
            facts=snapshot.facts(asked_since(snapshot.discussion)),
            links=links_of(snapshot, idea_id),
            profile=profile_of(snapshot, branch) if paging.page == 1 else None,
            orders=choices("sort", by, order, anchor="all"),
            sides=choices("side", sides(), side, anchor="all") if has_sides else (),
            passages=quote_placements(snapshot, snapshot.placements(listed, paging)),
            paging=paging,
        )
    )


@ideas.get("/d/<slug>/unplaced")
def unplaced(slug: str) -> str:
    """What stands under no idea."""
    snapshot = find_snapshot(slug)
    rows = snapshot.unplaced()
    paging = asked_page(PER_PAGE).of(len(rows))
    return render(
        UnplacedContext(
            discussion=snapshot.discussion,
            n_not_about=len(snapshot.not_about()),
            passages=quote_placements(snapshot, snapshot.placements(rows, paging)),
            paging=paging,
        )
    )


@ideas.get("/d/<slug>/not-about")
def not_about(slug: str) -> str:
    """What is not about the question; ``?reason=`` shows the passages of one reason."""
    snapshot = find_snapshot(slug)
    counts = snapshot.counts_of_reasons()
    texts = {"": _("All")} | {
        reason.value: f"{words.UNPLACED[reason]} ({format_decimal(n)})"
        for reason, n in counts.items()
    }
    chosen = asked_choice("reason", texts)
    rows = snapshot.not_about(Unplaced(chosen) if chosen else None)
    paging = asked_page(PER_PAGE).of(len(rows))
    return render(
        NotAboutContext(
            discussion=snapshot.discussion,
            reasons=choices("reason", texts, chosen),
            n_all=sum(counts.values()),
            n_unplaced=len(snapshot.unplaced()),
            passages=quote_placements(snapshot, snapshot.placements(rows, paging)),
            paging=paging,
        )
    )


def orders(*, has_likes: bool) -> dict[str, str]:
    """What ``?sort=`` may say, and how it is called."""
    found = {
        Order.CENTRAL.value: _("Best fit"),
        Order.NEWEST.value: _("Newest"),
        Order.OLDEST.value: _("Oldest"),
    }
    return found | ({Order.LIKED.value: _("Most liked")} if has_likes else {})


def sides() -> dict[str, str]:
    """What ``?side=`` may say."""
    return {"": _("All"), Stance.FOR.value: _("For"), Stance.AGAINST.value: _("Against")}


def _neighbours(outline: Outline, branch: Branch) -> tuple[Branch | None, Branch | None]:
    """The ideas before and after this one on its own level."""
    parent = outline.get(branch.idea.parent_id)
    beside = outline.roots if parent is None else parent.children
    at = beside.index(branch)
    return (beside[at - 1] if at else None), (beside[at + 1] if at + 1 < len(beside) else None)
