"""A passage by itself, as JSON."""

from __future__ import annotations

from web.api.operations import operation
from web.api.shapes import PASSAGE, Json, passage_json
from web.outline import outline_of
from web.pages.passages import find_passage
from web.store import current_store, find_discussion


@operation("/d/<slug>/passages/<int:passage_id>", "A passage", answer=PASSAGE)
def passage(slug: str, passage_id: int) -> Json:
    found, store = find_discussion(slug), current_store()
    placement, message = find_passage(store, found, passage_id)
    return passage_json(placement, message, outline_of(store, found))
