"""The map by itself: in the whole window, and in a frame of another site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint

from synth.store import Discussion
from web.map import MapBox, map_box
from web.outline import outline_of
from web.rendering import render
from web.store import current_store, find_discussion

maps = Blueprint("maps", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapContext:
    template: ClassVar[str] = "map.html"
    discussion: Discussion
    map: MapBox


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedContext:
    template: ClassVar[str] = "embed.html"
    discussion: Discussion
    map: MapBox


@maps.get("/d/<slug>/map")
def full(slug: str) -> str:
    """The map, as large as the window."""
    found, store = find_discussion(slug), current_store()
    return render(
        MapContext(discussion=found, map=map_box(found, outline_of(store, found), "full"))
    )


@maps.get("/embed/<slug>")
def embed(slug: str) -> str:
    """The map for a frame; which sites may show it is the facilitator's to say."""
    found, store = find_discussion(slug), current_store()
    outline = outline_of(store, found)
    return render(EmbedContext(discussion=found, map=map_box(found, outline, "embed")))
