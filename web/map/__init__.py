"""The idea map: its points and ideas for the browser, and a still picture of it."""

from __future__ import annotations

from web.map.batches import Batch, batches_of
from web.map.box import MapBox, map_box
from web.map.data import pack_points
from web.map.ideas import MapIdea, map_ideas
from web.map.picture import picture_png

__all__ = [
    "Batch",
    "MapBox",
    "MapIdea",
    "batches_of",
    "map_box",
    "map_ideas",
    "pack_points",
    "picture_png",
]
