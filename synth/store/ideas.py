"""Ideas, and what is placed under them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synth.records import Idea, IdeaStatus, Origin, Placement, Unplaced
from synth.store.values import json_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaRow:
    """An idea to write. ``key`` is its id where it lives on, else a negative number."""

    key: int
    parent_key: int | None
    level: int
    title: str
    keyphrases: tuple[str, ...]
    summary: str
    language: str | None
    n_messages: int
    n_authors: int
    stability: float | None
    x: float
    y: float
    representatives: tuple[int, ...]
    """Passage ids, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRow:
    passage_id: int
    idea_key: int | None
    weight: float
    reason: Unplaced | None = None


class Ideas:
    def __init__(self, db: Database) -> None:
        self._db = db

    # -- writing ---------------------------------------------------------------------------

    def replace_machine(
        self,
        discussion_id: int,
        ideas: Sequence[IdeaRow],
        placements: Sequence[PlacementRow],
        *,
        run_id: int,
    ) -> dict[int, int]:
        """Put a new map in place of the machine's last one; returns key → idea id.

        ``ideas`` in reading order, parents before children. An idea with a positive key keeps
        that id; ideas and placements whose origin is a person are left as they are.
        """
        with self._db.atomic():
            ids: dict[int, int] = {}
            for rank, idea in enumerate(ideas):
                parent_id = None if idea.parent_key is None else ids[idea.parent_key]
                ids[idea.key] = self._put(discussion_id, idea, rank, parent_id, run_id)
            self._db.execute(
                """DELETE FROM ideas WHERE discussion_id = ? AND origin = 'machine'
                   AND run_id <> ?""",
                [discussion_id, run_id],
            )
            self._put_representatives(ideas, ids)
            self._place(discussion_id, placements, ids, run_id)
        return ids

    def add(self, discussion_id: int, ideas: Sequence[IdeaRow], *, run_id: int) -> dict[int, int]:
        """Add new ideas after those that are there; returns key → idea id.

        ``parent_key`` is the id of an idea that is there.
        """
        with self._db.atomic():
            (last,) = self._db.execute(
                "SELECT coalesce(max(rank), 0) FROM ideas WHERE discussion_id = ?", [discussion_id]
            ).fetchone()
            ids = {
                idea.key: self._put(discussion_id, idea, rank, idea.parent_key, run_id)
                for rank, idea in enumerate(ideas, start=last + 1)
            }
            self._put_representatives(ideas, ids)
        return ids

    def _put(
        self, discussion_id: int, idea: IdeaRow, rank: int, parent_id: int | None, run_id: int
    ) -> int:
        values: dict[str, object] = {
            "discussion_id": discussion_id,
            "parent_id": parent_id,
            "level": idea.level,
            "rank": rank,
            "title": idea.title,
            "keyphrases": json_text(list(idea.keyphrases)),
            "summary": idea.summary,
            "language": idea.language,
            "n_messages": idea.n_messages,
            "n_authors": idea.n_authors,
            "stability": idea.stability,
            "x": idea.x,
            "y": idea.y,
            "origin": Origin.MACHINE,
            "run_id": run_id,
            **_OWN_TITLE,
        }
        if idea.key > 0:
            sets = ", ".join(f"{name} = {_KEPT.get(name, '?')}" for name in values)
            self._db.execute(f"UPDATE ideas SET {sets} WHERE id = ?", [*values.values(), idea.key])
            return idea.key
        (values["id"],) = self._db.execute(_NEXT_ID).fetchone()
        marks = ", ".join("?" * len(values))
        cursor = self._db.execute(
            f"INSERT INTO ideas ({', '.join(values)}) VALUES ({marks})", list(values.values())
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _put_representatives(self, ideas: Sequence[IdeaRow], ids: dict[int, int]) -> None:
        self._db.conn.executemany(
            "DELETE FROM representatives WHERE idea_id = ?", [(i,) for i in ids.values()]
        )
        self._db.conn.executemany(
            "INSERT INTO representatives VALUES (?, ?, ?)",
            [
                (ids[idea.key], rank, passage_id)
                for idea in ideas
                for rank, passage_id in enumerate(idea.representatives)
            ],
        )

    def _place(
        self,
        discussion_id: int,
        placements: Sequence[PlacementRow],
        ids: dict[int, int],
        run_id: int,
    ) -> None:
        self._db.execute(
            """DELETE FROM placements WHERE origin = 'machine' AND passage_id IN (
               SELECT p.id FROM passages p JOIN messages m ON m.id = p.message_id
               WHERE m.discussion_id = ?)""",
            [discussion_id],
        )
        self._db.conn.executemany(
            """INSERT OR IGNORE INTO placements
               (passage_id, idea_id, weight, origin, run_id, reason)
               VALUES (?, ?, ?, 'machine', ?, ?)""",
            [
                (
                    p.passage_id,
                    None if p.idea_key is None else ids[p.idea_key],
                    p.weight,
                    run_id,
                    p.reason,
                )
                for p in placements
            ],
        )

    def retitle(self, idea_id: int, *, title: str, summary: str, by: str) -> None:
        """Give a machine's idea the title and summary of a language model, named in ``by``."""
        self._db.execute(
            """UPDATE ideas SET own_title = coalesce(own_title, title),
               own_summary = coalesce(own_summary, summary), title = ?, summary = ?, title_by = ?
               WHERE id = ? AND title_origin = 'machine' AND summary_origin = 'machine'""",
            [title, summary, by, idea_id],
        )

    def take_title_back(self, idea_id: int) -> None:
        """Give an idea that bears a language model's title its own again."""
        self._db.execute(
            """UPDATE ideas SET title = own_title, summary = own_summary,
               title_by = NULL, own_title = NULL, own_summary = NULL
               WHERE id = ? AND title_by IS NOT NULL""",
            [idea_id],
        )

    # -- reading ---------------------------------------------------------------------------

    def own_titles(self, discussion_id: int) -> dict[int, str]:
        """Idea id → the title it has without any language model's."""
        rows = self._db.execute(
            "SELECT id, coalesce(own_title, title) FROM ideas WHERE discussion_id = ?",
            [discussion_id],
        )
        return dict(rows.fetchall())

    def outline(self, discussion_id: int) -> list[Idea]:
        """Every idea, parents before children, in reading order."""
        rows = self._db.query(
            "SELECT * FROM ideas WHERE discussion_id = ? ORDER BY rank, id", [discussion_id]
        )
        return [_idea(row) for row in rows]

    def get(self, idea_id: int) -> Idea | None:
        rows = self._db.query("SELECT * FROM ideas WHERE id = ?", [idea_id])
        return next(map(_idea, rows), None)

    def discussion_of(self, idea_id: int) -> int | None:
        row = self._db.execute("SELECT discussion_id FROM ideas WHERE id = ?", [idea_id]).fetchone()
        return None if row is None else int(row[0])

    def languages(self, discussion_id: int) -> dict[int, str]:
        """Idea id → the language of its title, where that is known."""
        rows = self._db.execute(
            "SELECT id, language FROM ideas WHERE discussion_id = ? AND language IS NOT NULL",
            [discussion_id],
        )
        return dict(rows.fetchall())

    def representatives(self, discussion_id: int) -> dict[int, tuple[int, ...]]:
        """Idea id → passage ids of its most telling passages, best first."""
        found: dict[int, list[int]] = {}
        for idea_id, passage_id in self._db.execute(
            """SELECT r.idea_id, r.passage_id FROM representatives r
               JOIN ideas i ON i.id = r.idea_id WHERE i.discussion_id = ?
               ORDER BY r.idea_id, r.rank""",
            [discussion_id],
        ):
            found.setdefault(idea_id, []).append(passage_id)
        return {idea_id: tuple(ids) for idea_id, ids in found.items()}

    def representatives_of(self, idea_id: int) -> list[int]:
        """The same for one idea."""
        rows = self._db.execute(
            "SELECT passage_id FROM representatives WHERE idea_id = ? ORDER BY rank", [idea_id]
        )
        return [passage_id for (passage_id,) in rows.fetchall()]

    def placements(self, discussion_id: int) -> list[Placement]:
        """Every passage with its leaf idea or None, in order of message and place."""
        rows = self._db.query(f"{PLACED} WHERE m.discussion_id = ? {_IN_ORDER}", [discussion_id])
        return [placement_of(row) for row in rows]

    def stances(self, discussion_id: int) -> dict[int, tuple[int, int]]:
        """Leaf idea id → its passages that speak for and against their parent, where any do."""
        rows = self._db.execute(
            """SELECT l.idea_id, sum(m.stance = 'for'), sum(m.stance = 'against')
               FROM messages m JOIN passages p ON p.message_id = m.id
               JOIN placements l ON l.passage_id = p.id
               WHERE m.discussion_id = ? AND m.stance IS NOT NULL AND l.idea_id IS NOT NULL
               GROUP BY l.idea_id""",
            [discussion_id],
        )
        return {idea_id: (n_for, n_against) for idea_id, n_for, n_against in rows.fetchall()}

    def placements_under(
        self, idea_id: int, *, limit: int, offset: int = 0
    ) -> tuple[list[Placement], int]:
        """Passages under an idea and its sub-ideas, best fit first, and how many there are.

        What stands under hidden sub-ideas is left out.
        """
        below = """WITH RECURSIVE below(id) AS (
            SELECT ?1 UNION SELECT i.id FROM ideas i JOIN below ON i.parent_id = below.id
            WHERE i.status <> 'hidden')"""
        (total,) = self._db.execute(
            f"{below} SELECT count(*) FROM placements WHERE idea_id IN (SELECT id FROM below)",
            [idea_id],
        ).fetchone()
        rows = self._db.query(
            f"""{below} {PLACED} WHERE l.idea_id IN (SELECT id FROM below)
                ORDER BY l.weight DESC, p.id LIMIT ?2 OFFSET ?3""",
            [idea_id, limit, offset],
        )
        return [placement_of(row) for row in rows], total

    def of_messages(self, message_ids: Sequence[int]) -> dict[int, list[Placement]]:
        """Message id → its passages in order of place."""
        found: dict[int, list[Placement]] = {}
        rows = self._db.query(
            f"{PLACED} WHERE m.id IN (SELECT value FROM json_each(?)) {_IN_ORDER}",
            [json_text(message_ids)],
        )
        for row in rows:
            found.setdefault(row["message_id"], []).append(placement_of(row))
        return found

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Placement]:
        """Passage id → its placement."""
        rows = self._db.query(
            f"{PLACED} WHERE p.id IN (SELECT value FROM json_each(?))", [json_text(passage_ids)]
        )
        return {row["passage_id"]: placement_of(row) for row in rows}


_OWN_TITLE: dict[str, object] = {"title_by": None, "own_title": None, "own_summary": None}
"""A new map begins with the program's own titles."""
PLACED = """SELECT p.id AS passage_id, p.message_id, p.start, p."end", l.idea_id,
    coalesce(l.weight, 0) AS weight, coalesce(l.origin, 'machine') AS origin, l.reason
    FROM passages p JOIN messages m ON m.id = p.message_id
    LEFT JOIN placements l ON l.passage_id = p.id"""
_IN_ORDER = "ORDER BY p.message_id, p.start"
_KEPT = {
    column: f"CASE WHEN {origin} = 'person' THEN {column} ELSE ? END"
    for column, origin in (
        ("title", "title_origin"),
        ("language", "title_origin"),
        ("summary", "summary_origin"),
        ("origin", "origin"),
    )
}
"""What a rebuild leaves as it is where a person wrote it."""
_NEXT_ID = """SELECT 1 + max(coalesce((SELECT max(id) FROM ideas), 0),
    coalesce((SELECT max(idea_id) FROM retired_ideas), 0))"""


def placement_of(row: dict[str, Any]) -> Placement:
    reason = None if row["reason"] is None else Unplaced(row["reason"])
    return Placement(**{**row, "origin": Origin(row["origin"]), "reason": reason})


def _idea(row: dict[str, Any]) -> Idea:
    return Idea(
        id=row["id"],
        parent_id=row["parent_id"],
        level=row["level"],
        title=row["title"],
        keyphrases=tuple(json.loads(row["keyphrases"])),
        summary=row["summary"],
        n_messages=row["n_messages"],
        n_authors=row["n_authors"],
        stability=row["stability"],
        status=IdeaStatus(row["status"]),
        origin=Origin(row["origin"]),
        title_origin=Origin(row["title_origin"]),
        parent_origin=Origin(row["parent_origin"]),
        title_by=row["title_by"],
        x=row["x"],
        y=row["y"],
    )
