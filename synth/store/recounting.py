"""Counts, levels and reading order of the stored ideas after a correction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from synth.outline import counts_under, members_under, path_up, reading_order
from synth.store.rewriting import Rewriting

if TYPE_CHECKING:
    from sqlite_utils import Database

_PLACED = """SELECT l.idea_id, p.message_id, coalesce(m.participant_id, -m.id), p.x, p.y
    FROM placements l JOIN passages p ON p.id = l.passage_id JOIN messages m ON m.id = p.message_id
    WHERE m.discussion_id = ? AND l.idea_id IS NOT NULL"""


def recount(db: Database, rows: Rewriting, discussion_id: int, touched: Collection[int]) -> None:
    """Bring the map up to date where ``touched`` ideas got, lost or moved something.

    Messages, voices (an anonymous message is one of its own) and the place on the map are
    counted anew for these ideas and those above them; levels and the reading order for all.
    """
    ideas = {
        row["id"]: row
        for row in db.query(
            """SELECT id, parent_id, level, rank, n_messages, n_authors FROM ideas
               WHERE discussion_id = ? ORDER BY rank, id""",
            [discussion_id],
        )
    }
    parents = {idea: row["parent_id"] for idea, row in ideas.items()}
    concerned = {above for idea in touched if idea in ideas for above in path_up(idea, parents)}
    placed = db.execute(_PLACED, [discussion_id]).fetchall()
    counts = counts_under(parents, (passage[:3] for passage in placed))
    places = members_under(parents, ((leaf, (x, y)) for leaf, *_, x, y in placed if x is not None))
    for idea in concerned:
        n_messages, n_authors = counts[idea]
        rows.put(
            "ideas", (idea,), n_messages=n_messages, n_authors=n_authors, **_middle(places[idea])
        )
    counts |= {i: (ideas[i]["n_messages"], ideas[i]["n_authors"]) for i in ideas.keys() - concerned}
    for rank, (idea, level) in enumerate(reading_order(parents, counts)):
        if (ideas[idea]["rank"], ideas[idea]["level"]) != (rank, level):
            rows.put("ideas", (idea,), rank=rank, level=level)


def _middle(places: Sequence[tuple[float, float]]) -> dict[str, float]:
    """The mean of some places on the map; nothing where there is none."""
    if not places:
        return {}
    return {
        "x": sum(x for x, _ in places) / len(places),
        "y": sum(y for _, y in places) / len(places),
    }
