"""The outline, an idea with its passages, what stands under no idea and why, and the map of all."""

from __future__ import annotations

from flask import Response, abort, redirect, request, url_for
from numpy import intp
from numpy.typing import NDArray
from werkzeug.wrappers import Response as WerkzeugResponse

from synth.analytics.activity import Order, ordered
from synth.records import Unplaced
from web.api.answers import (
    Idea,
    IdeaLink,
    IdeaWithPassages,
    Items,
    Map,
    MapIdea,
    Page,
    Passage,
    Voices,
)
from web.api.openapi import BYTES, operation
from web.api.parameters import PAGED, QUERY, Parameter, asked_paging
from web.http.store import find_snapshot
from web.map import batches_of, map_ideas, pack_points
from web.services.corrections import shown_links
from web.services.search_results import ideas_named
from web.services.snapshot import Snapshot

REASON = Parameter(
    name="reason",
    schema={"type": "string", "enum": [why.value for why in Unplaced if not why.is_about]},
    description="Only those of this reason.",
)


@operation(
    "/d/<slug>/ideas",
    "The outline in reading order, parents before children; q looks in titles and keyphrases",
    query=(QUERY,),
)
def ideas(slug: str) -> Items[Idea]:
    outline = find_snapshot(slug).outline
    query = request.args.get("q", "").strip()
    branches = ideas_named(outline, query) if query else outline.in_order()
    return Items(items=[Idea.of_branch(branch) for branch in branches])


@operation(
    "/d/<slug>/ideas/<int:idea_id>",
    "An idea and the passages under it, best fit first; a merged one leads to what it lives on in",
    query=PAGED,
)
def idea(slug: str, idea_id: int) -> IdeaWithPassages | WerkzeugResponse:
    snapshot = find_snapshot(slug)
    if (successor := snapshot.successor(idea_id)) is not None:
        return redirect(url_for("api.idea", slug=slug, idea_id=successor), code=301)
    branch = snapshot.outline.get(idea_id)
    if branch is None:
        abort(404, description="There is no such idea on this map.")
    rows = ordered(snapshot.activity, snapshot.rows(branch), Order.CENTRAL)
    voices = snapshot.store.repetitions.voices(snapshot.id).get(idea_id)
    return IdeaWithPassages.of_branch(
        branch,
        voices=None if voices is None else Voices.of(voices),
        links=[
            IdeaLink.of(link)
            for link in shown_links(snapshot)
            if idea_id in (link.one_id, link.other_id)
        ],
        children=[child.idea.id for child in branch.children],
        passages=_passages(snapshot, rows),
    )


@operation("/d/<slug>/unplaced", "Passages about the question that are under no idea", query=PAGED)
def unplaced(slug: str) -> Page[Passage]:
    snapshot = find_snapshot(slug)
    return _passages(snapshot, snapshot.unplaced())


@operation(
    "/d/<slug>/not-about",
    "Passages that are not about the question, with the reason of each",
    query=(REASON, *PAGED),
)
def not_about(slug: str) -> Page[Passage]:
    snapshot = find_snapshot(slug)
    asked = request.args.get("reason")
    return _passages(snapshot, snapshot.not_about(Unplaced(asked) if asked else None))


@operation("/d/<slug>/map", "What the map draws beside its points")
def map_facts(slug: str) -> Map:
    snapshot = find_snapshot(slug)
    return Map.of(
        snapshot.discussion,
        ideas=[MapIdea.of_idea(one) for one in map_ideas(snapshot)],
        links=[IdeaLink.of(link) for link in shown_links(snapshot)],
        batches=[
            batch.at.isoformat() for batch in batches_of(snapshot.store.sources.all(snapshot.id))
        ],
    )


@operation(
    "/d/<slug>/points",
    "Every passage on the map, 16 bytes each, little-endian: x and y (unsigned 16 bit, 0..65535 "
    "across the map, y downwards), idea (unsigned 16 bit, its place in the list of ideas of /map "
    "counted from 0; 65535 is unplaced), stance (8 bit: 0 none, 1 for, 2 "
    "against as the platform says, 3 for, 4 against as the words tell), batch (8 bit, "
    "its place in the list of batches of /map), time (unsigned 32 bit, seconds since 1970; 0 is "
    "unknown), passage id (unsigned 32 bit)",
)
def points(slug: str) -> Response:
    snapshot = find_snapshot(slug)
    return Response(pack_points(snapshot), mimetype=BYTES)


def _passages(snapshot: Snapshot, rows: NDArray[intp]) -> Page[Passage]:
    paging = asked_paging().of(len(rows))
    placements = snapshot.placements(rows, paging)
    messages = snapshot.store.messages.many(sorted({p.message_id for p in placements}))
    items = [Passage.of_placement(p, messages[p.message_id], snapshot.outline) for p in placements]
    return Page[Passage].of_items(items, paging)
