"""An idea of the map, and who carries it."""

from __future__ import annotations

from dataclasses import asdict

from synth.records import IdeaVoices, Origin
from web.api.schemas import (
    Schema,
    array,
    boolean,
    choice,
    count,
    integer,
    maybe,
    named,
    number,
    page_of,
    record,
    row_id,
    share,
    string,
)  # fmt: skip
from web.api.shapes.lists import Json
from web.api.shapes.passage import PASSAGE
from web.services.outline import Branch

_IDEA: dict[str, Schema] = {
    "id": row_id("Stays the same when the map is made anew and the idea lives on."),
    "parent_id": maybe(row_id("Null for a top idea.")),
    "number": string("Place in the outline, such as `2.1`; changes from map to map."),
    "level": integer("1 for a top idea.", minimum=1),
    "title": string(),
    "language": maybe(string("Of the title.")),
    "keyphrases": array(string()),
    "summary": string("One to three sentences, a line each; may be empty."),
    "n_messages": count("Sub-ideas included."),
    "n_authors": count("Distinct voices, sub-ideas included."),
    "stability": maybe(share("How much of it comes back in a resampled discussion.")),
    "is_tentative": boolean("Whether it is too unstable to rely on."),
    "status": choice(["machine", "confirmed"], "Whether a person confirmed it."),
    "origin": choice(Origin),
    "title_by": maybe(string("The language model that wrote title and summary, if one did.")),
    "x": number("Where it stands on the map, in the units of the layout."),
    "y": number(),
}
_VOICES = record(
    {
        "n_repeating": count("Messages that repeat a text of another one there."),
        "n_same": count("Messages with the text most repeated there."),
        "n_same_voices": count("Voices among these."),
        "top_share": share("Share of the passages by the most active voice."),
        "effective": number("Voices of equal share that would be as diverse.", minimum=0),
        "is_carried_by_few": boolean(),
    },
    "Who carries it; null where an earlier version built the map.",
)
IDEA = named("Idea", record(_IDEA))
IDEA_WITH_PASSAGES = named(
    "IdeaWithPassages",
    record(
        {
            **_IDEA,
            "children": array(row_id(), "In reading order."),
            "voices": maybe(_VOICES),
            "passages": page_of(PASSAGE),
        }
    ),
)


def idea_json(branch: Branch) -> Json:
    idea = branch.idea
    return {
        "id": idea.id,
        "parent_id": idea.parent_id,
        "number": branch.number,
        "level": idea.level,
        "title": idea.title,
        "language": branch.language,
        "keyphrases": list(idea.keyphrases),
        "summary": idea.summary,
        "n_messages": idea.n_messages,
        "n_authors": idea.n_authors,
        "stability": idea.stability,
        "is_tentative": idea.is_tentative,
        "status": idea.status.value,
        "origin": idea.origin.value,
        "title_by": idea.title_by,
        "x": idea.x,
        "y": idea.y,
    }


def voices_json(voices: IdeaVoices | None) -> Json | None:
    return None if voices is None else asdict(voices)
