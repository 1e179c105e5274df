"""The idea map: its points and ideas for the browser, and a still picture of it."""

from __future__ import annotations

from web.map.data import Batch, MapIdea, batches_of, map_ideas, pack_points
from web.map.picture import MapBox, map_box, picture_png

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
