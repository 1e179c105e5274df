"""The ideas as a map, in the whole window or in a frame of another site, and as a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, Response, make_response, request
from flask_babel import gettext as _
from markupsafe import Markup

from synth.permissions import Permission
from synth.records import Idea
from synth.store import Discussion, Embed
from web.http.permission import may_here
from web.http.proxy import public_address
from web.http.security import content_policy
from web.http.store import find_snapshot
from web.map import MapBox, map_box, map_ideas, pack_points, picture_png
from web.services.corrections import hidden_ideas
from web.services.outline import Branch
from web.services.snapshot import IdeaFacts, Snapshot
from web.ui.query import asked_since
from web.ui.templates import render

maps = Blueprint("maps", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapContext:
    template: ClassVar[str] = "map.html"
    discussion: Discussion
    map: MapBox
    embed_code: str
    """HTML that shows the map on another site; empty where no site may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedContext:
    template: ClassVar[str] = "embed.html"
    discussion: Discussion
    map: MapBox


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineContext:
    template: ClassVar[str] = "outline.html"
    discussion: Discussion
    branches: Sequence[Branch]
    facts: Mapping[int, IdeaFacts]
    n_unplaced: int
    n_not_about: int
    is_open: bool
    """Whether the address asks for all levels at once."""
    hidden: Sequence[Idea]
    """Ideas that a person hid, for those who may show them again."""
    n_proposals: int
    """Corrections that are asked for, for those who may answer."""
    signed_off_at: datetime | None
    """Since when all ideas are signed off."""


@maps.get("/d/<slug>/map")
def full(slug: str) -> str:
    """The map, as large as the window."""
    snapshot = find_snapshot(slug)
    found = snapshot.discussion
    box = map_box(found, snapshot.outline, "full")
    return render(MapContext(discussion=found, map=box, embed_code=_embed_code(found)))


@maps.get("/d/<slug>/map.png")
def picture(slug: str) -> Response:
    """The map as a small picture, for sites that show what a link leads to."""
    snapshot = find_snapshot(slug)

    png = snapshot.cached(
        "picture", lambda: picture_png(pack_points(snapshot), map_ideas(snapshot))
    )
    response = Response(png, mimetype="image/png")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@maps.get("/embed/<slug>")
def embed(slug: str) -> Response:
    """The map for a frame; which sites may show it is the facilitator's to say."""
    snapshot = find_snapshot(slug)
    found = snapshot.discussion
    box = map_box(found, snapshot.outline, "embed")
    response = make_response(render(EmbedContext(discussion=found, map=box)))
    policy = content_policy(frame_ancestors=found.shown_by.frame_ancestors)
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@maps.get("/d/<slug>/outline")
def outline(slug: str) -> str:
    """Every idea with its counts and its time; ``?open=all`` shows all levels, ``?since=`` marks
    what is new."""
    snapshot = find_snapshot(slug)
    ideas = snapshot.outline
    return render(
        OutlineContext(
            discussion=snapshot.discussion,
            branches=ideas.roots,
            facts=snapshot.facts(asked_since(snapshot.discussion)),
            n_unplaced=len(snapshot.unplaced()),
            n_not_about=len(snapshot.not_about()),
            is_open=request.args.get("open") == "all",
            n_proposals=_n_proposals(snapshot),
            signed_off_at=snapshot.store.corrections.signed_off_at(snapshot.id),
            hidden=hidden_ideas(snapshot) if may_here(Permission.CORRECT) else (),
        )
    )


def _n_proposals(snapshot: Snapshot) -> int:
    if not may_here(Permission.CORRECT):
        return 0
    return snapshot.store.correction_proposals.count_open(snapshot.id)


def _embed_code(discussion: Discussion) -> str:
    if discussion.shown_by == Embed():
        return ""
    frame = Markup('<iframe src="{}" title="{}" width="100%" height="600" loading="lazy"></iframe>')
    address = public_address("maps.embed", slug=discussion.slug)
    return str(frame.format(address, _("The map of “%(title)s”", title=discussion.title)))
