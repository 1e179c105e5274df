"""The map for a browser: its points as bytes, its ideas as JSON."""

from __future__ import annotations

from flask import Response

from web.api.operations import BYTES, operation
from web.api.shapes import MAP, Json, map_json
from web.http.store import current_store, find_discussion
from web.map import batches_of, map_ideas, pack_points
from web.services.outline import outline_of


@operation(
    "/d/<slug>/points",
    "Every passage on the map, 16 bytes each, little-endian: x and y (unsigned 16 bit, 0..65535 "
    "across the map, y downwards), idea (unsigned 16 bit, its place in the list of ideas of /map "
    "counted from 0; 65535 is unplaced), stance (8 bit: 0 none, 1 for, 2 against), batch (8 bit, "
    "its place in the list of batches of /map), time (unsigned 32 bit, seconds since 1970; 0 is "
    "unknown), passage id (unsigned 32 bit)",
    answer={},
    media=BYTES,
)
def points(slug: str) -> Response:
    found, store = find_discussion(slug), current_store()
    return Response(pack_points(store, found, outline_of(store, found)), mimetype=BYTES)


@operation("/d/<slug>/map", "What the map draws beside its points", answer=MAP)
def map_facts(slug: str) -> Json:
    found, store = find_discussion(slug), current_store()
    ideas = map_ideas(store, found, outline_of(store, found))
    batches = batches_of(store.sources.all(found.id))
    return map_json(ideas, batches, synthesis_at=found.synthesis_at)
