"""A passage at its permanent address."""

from __future__ import annotations

from flask import abort
from flask_babel import gettext as _

from web.api.operations import operation
from web.api.shapes import WHY, Json, why_json
from web.http.store import current_store, find_discussion
from web.services.explanation import explain, passage_in
from web.services.outline import outline_of


@operation(
    "/d/<slug>/passages/<int:passage_id>",
    "A passage and why it stands where it stands",
    answer=WHY,
)
def passage(slug: str, passage_id: int) -> Json:
    found, store = find_discussion(slug), current_store()
    there = passage_in(store, found, passage_id)
    if there is None:
        abort(
            404,
            description=_("There is no such passage; its message may have been edited or erased."),
        )
    placement, message = there
    outline = outline_of(store, found)
    reasons = explain(store, found, outline, placement, message)
    return why_json(placement, message, outline, reasons)
