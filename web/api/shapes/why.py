"""A passage with what speaks for its place."""

from __future__ import annotations

from synth.records import Message, Placement
from web.api.schemas import (
    array,
    boolean,
    choice,
    count,
    maybe,
    named,
    number,
    record,
    row_id,
    share,
)  # fmt: skip
from web.api.shapes.lists import Json
from web.api.shapes.passage import PASSAGE_FIELDS, passage_json
from web.services.explanation import Explanation
from web.services.outline import Outline

WHY = named(
    "PassageWithReasons",
    record(
        {
            **PASSAGE_FIELDS,
            "path": array(row_id(), "Ideas from the top one down to its own."),
            "fits_better_than": maybe(share("Of the other passages of its idea; null for none.")),
            "because": maybe(
                choice(
                    ["pinned", "merged", "split", "status"],
                    "What a person did that keeps it where it is.",
                )
            ),
            "terms": array(
                record({"start": count("Offset in the text of the message."), "end": count()}),
                "Words of the passage that name its idea.",
            ),
            "basis": choice(
                ["vectors", "words"],
                "What nearness rests on: directions of a model that read the passages, or words.",
            ),
            "n_compared": count("Passages of the idea that it was compared with."),
            "near": array(
                record({"passage_id": row_id(), "likeness": number("The cosine.", minimum=0)}),
                "The nearest passages of its idea, the nearest first.",
            ),
            "near_ideas": array(
                record({"idea_id": row_id(), "likeness": number("The cosine.")}),
                "Ideas nearest to a passage under none, as far as that is known.",
            ),
            "thread": record(
                {
                    "id": row_id(),
                    "n_passages": count(),
                    "n_under_its_idea": count("This one among them."),
                }
            ),
            "answers": maybe(
                record(
                    {
                        "message_id": row_id(),
                        "idea_ids": array(row_id(), "What that message speaks about."),
                        "is_about_the_same": boolean(),
                    },
                    "The message that its own answers.",
                )
            ),
        }
    ),
)


def why_json(placement: Placement, message: Message, outline: Outline, why: Explanation) -> Json:
    return passage_json(placement, message, outline) | {
        "path": [branch.idea.id for branch in why.path],
        "fits_better_than": why.fits_better_than,
        "because": why.because,
        "terms": [{"start": span.start, "end": span.end} for span in why.terms],
        "basis": why.basis,
        "n_compared": why.n_compared,
        "near": [
            {"passage_id": one.quote.passage_id, "likeness": one.likeness} for one in why.near
        ],
        "near_ideas": [
            {"idea_id": one.branch.idea.id, "likeness": one.likeness} for one in why.near_ideas
        ],
        "thread": {
            "id": message.thread_id,
            "n_passages": why.n_in_thread,
            "n_under_its_idea": why.n_like_it,
        },
        "answers": None
        if why.answers is None
        else {
            "message_id": why.answers.id,
            "idea_ids": [branch.idea.id for branch in why.answers_ideas],
            "is_about_the_same": why.is_about_the_same,
        },
    }
