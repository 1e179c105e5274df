"""What the map draws beside its points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from web.api.schemas import array, count, integer, maybe, named, record, row_id, share, string, time
from web.api.shapes.lists import Json, time_of
from web.map import Batch, MapIdea
from web.services.outline import N_HUES

_MAP_IDEA = named(
    "MapIdea",
    record(
        {
            "id": row_id(),
            "parent": maybe(integer("Place of its parent in this list, from 0.", minimum=0)),
            "number": string("Place in the outline, such as `2.1`."),
            "level": integer("1 for a top idea.", minimum=1),
            "title": string(),
            "language": maybe(string("Of the title.")),
            "hue": integer("A top idea and all below it share one.", minimum=0, maximum=N_HUES - 1),
            "x": share("Across the map."),
            "y": share("Down the map."),
            "n_messages": count("Sub-ideas included."),
            "n_authors": count("Distinct voices, sub-ideas included."),
            "n_for": count("Passages there that speak for what they answer."),
            "n_against": count("Passages there that speak against it."),
        }
    ),
)
MAP = named(
    "Map",
    record(
        {
            "ideas": array(_MAP_IDEA, "Parents before children."),
            "batches": array(string("When it came in.", format="date-time"), "Imports."),
            "synthesis_at": time("When the last synthesis was published; null before the first."),
        }
    ),
)


def map_json(
    ideas: Sequence[MapIdea], batches: Sequence[Batch], *, synthesis_at: datetime | None
) -> Json:
    return {
        "ideas": [_map_idea_json(one) for one in ideas],
        "batches": [time_of(batch.at) for batch in batches],
        "synthesis_at": time_of(synthesis_at),
    }


def _map_idea_json(one: MapIdea) -> Json:
    idea = one.branch.idea
    return {
        "id": idea.id,
        "parent": one.parent,
        "number": one.branch.number,
        "level": idea.level,
        "title": idea.title,
        "language": one.branch.language,
        "hue": int(one.branch.hue.removeprefix("hue-")),
        "x": min(max(idea.x, 0.0), 1.0),
        "y": min(max(idea.y, 0.0), 1.0),
        "n_messages": idea.n_messages,
        "n_authors": idea.n_authors,
        "n_for": one.n_for,
        "n_against": one.n_against,
    }
