"""Counts, levels and reading order of the stored ideas after a correction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

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
            """SELECT id, parent_id, level, rank, n_messages, n_authors, x, y FROM ideas
               WHERE discussion_id = ? ORDER BY rank, id""",
            [discussion_id],
        )
    }
    parents = {idea: row["parent_id"] for idea, row in ideas.items()}
    concerned = {above for idea in touched if idea in ideas for above in _up(idea, parents)}
    for idea, counted in _counts(db, discussion_id, concerned, parents).items():
        ideas[idea] |= counted
        rows.put("ideas", (idea,), **counted)
    for rank, (idea, level) in enumerate(_reading_order(ideas)):
        if (ideas[idea]["rank"], ideas[idea]["level"]) != (rank, level):
            rows.put("ideas", (idea,), rank=rank, level=level)


def _up(idea: int, parents: Mapping[int, int | None]) -> Iterable[int]:
    """The idea, its parent, and so on up."""
    at: int | None = idea
    while at is not None:
        yield at
        at = parents[at]


def _counts(
    db: Database,
    discussion_id: int,
    concerned: Collection[int],
    parents: Mapping[int, int | None],
) -> dict[int, dict[str, Any]]:
    messages: dict[int, set[int]] = {idea: set() for idea in concerned}
    voices: dict[int, set[int]] = {idea: set() for idea in concerned}
    places: dict[int, list[tuple[float, float]]] = {idea: [] for idea in concerned}
    for leaf, message, voice, x, y in db.execute(_PLACED, [discussion_id]):
        for idea in _up(leaf, parents):
            if idea in messages:
                messages[idea].add(message)
                voices[idea].add(voice)
                if x is not None and y is not None:
                    places[idea].append((x, y))
    found: dict[int, dict[str, Any]] = {}
    for idea in concerned:
        found[idea] = {"n_messages": len(messages[idea]), "n_authors": len(voices[idea])}
        at = places[idea]
        if at:
            found[idea] |= {
                "x": sum(x for x, _ in at) / len(at),
                "y": sum(y for _, y in at) / len(at),
            }
    return found


def _reading_order(ideas: Mapping[int, Mapping[str, Any]]) -> Iterable[tuple[int, int]]:
    """(idea, level), depth first; among siblings the most voices, then messages, first."""
    below: dict[int | None, list[int]] = {}
    for idea, row in ideas.items():
        below.setdefault(row["parent_id"], []).append(idea)
    waiting = [(idea, 1) for idea in reversed(_sorted(below.get(None, []), ideas))]
    while waiting:
        idea, level = waiting.pop()
        yield idea, level
        waiting += [(child, level + 1) for child in reversed(_sorted(below.get(idea, []), ideas))]


def _sorted(siblings: list[int], ideas: Mapping[int, Mapping[str, Any]]) -> list[int]:
    """Equals keep the order they had."""
    return sorted(
        siblings,
        key=lambda i: (-ideas[i]["n_authors"], -ideas[i]["n_messages"], ideas[i]["rank"], i),
    )
