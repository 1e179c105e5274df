"""A passage at its permanent address."""

from __future__ import annotations

from web.api.operations import operation
from web.api.shapes import WHY, Json, why_json
from web.http.store import current_store, find_discussion
from web.pages.passages import find_passage
from web.services.explanation import why
from web.services.outline import outline_of


@operation(
    "/d/<slug>/passages/<int:passage_id>",
    "A passage and why it stands where it stands",
    answer=WHY,
)
def passage(slug: str, passage_id: int) -> Json:
    found, store = find_discussion(slug), current_store()
    placement, message = find_passage(store, found, passage_id)
    outline = outline_of(store, found)
    reasons = why(store, found, outline, placement, message)
    return why_json(placement, message, outline, reasons)
