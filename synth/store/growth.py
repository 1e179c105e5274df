"""What is added to a map that stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.records import Unplaced
from synth.store.values import json_text

if TYPE_CHECKING:
    from sqlite_utils import Database

_THESE = "IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A passage, and who says it."""

    passage_id: int
    message_id: int
    voice: int
    """The participant; an anonymous message is a voice of its own, numbered below zero."""
    idea_id: int | None
    """The leaf idea; None where the passage is unplaced."""


class Growth:
    def __init__(self, db: Database) -> None:
        self._db = db

    # -- reading ---------------------------------------------------------------------------

    def mapped(self, message_ids: Sequence[int]) -> set[int]:
        """Passages of these messages that a map has dealt with, placed or not."""
        rows = self._db.execute(
            f"""SELECT l.passage_id FROM placements l JOIN passages p ON p.id = l.passage_id
                WHERE p.message_id {_THESE}""",
            [json_text(list(message_ids))],
        )
        return {passage_id for (passage_id,) in rows.fetchall()}

    def carried(self, discussion_id: int) -> list[Carried]:
        """Every passage of the discussion, in order of id."""
        rows = self._db.execute(
            """SELECT p.id, m.id, coalesce(m.participant_id, -m.id), l.idea_id
               FROM messages m JOIN passages p ON p.message_id = m.id
               LEFT JOIN placements l ON l.passage_id = p.id
               WHERE m.discussion_id = ? ORDER BY p.id""",
            [discussion_id],
        )
        return [
            Carried(passage_id=passage, message_id=message, voice=voice, idea_id=idea)
            for passage, message, voice, idea in rows.fetchall()
        ]

    def places(self, passage_ids: Sequence[int]) -> dict[int, tuple[float, float]]:
        """Passage id → its place on the map, for those that have one."""
        rows = self._db.execute(
            f"SELECT id, x, y FROM passages WHERE id {_THESE} AND x IS NOT NULL",
            [json_text(list(passage_ids))],
        )
        return {passage_id: (x, y) for passage_id, x, y in rows.fetchall()}

    def of_people(self, passage_ids: Sequence[int]) -> set[int]:
        """Those of the passages that a person placed, linked or set apart."""
        rows = self._db.execute(
            f"""SELECT passage_id FROM placements
                WHERE passage_id {_THESE} AND origin = 'person'
                UNION SELECT one_id FROM passage_links WHERE one_id {_THESE}
                UNION SELECT other_id FROM passage_links WHERE other_id {_THESE}""",
            [json_text(list(passage_ids))] * 3,
        )
        return {passage_id for (passage_id,) in rows.fetchall()}

    def changed_by_people(self, discussion_id: int) -> set[int]:
        """Ideas that got or lost passages by a correction since the landmarks were kept.

        Corrections from the time that their run was going on count as well.
        """
        rows = self._db.execute(
            """WITH since AS (
                 SELECT e.before, e.after FROM events e
                 JOIN spaces s ON s.discussion_id = e.discussion_id AND s.part = 'landmarks'
                 JOIN runs r ON r.id = s.run_id
                 WHERE e.discussion_id = ? AND e.noun IN ('idea', 'passage', 'event')
                   AND e.at >= r.started_at),
               moved AS (
                 SELECT value FROM since, json_each(since.before, '$.placements')
                 UNION ALL SELECT value FROM since, json_each(since.after, '$.placements'))
               SELECT DISTINCT json_extract(value, '$.idea_id') AS idea_id FROM moved
               WHERE idea_id IS NOT NULL""",
            [discussion_id],
        )
        return {idea_id for (idea_id,) in rows.fetchall()}

    # -- writing ---------------------------------------------------------------------------

    def place(
        self,
        placements: Iterable[tuple[int, int | None, float, Unplaced | None]],
        *,
        run_id: int,
    ) -> None:
        """Write (passage id, leaf idea or None, weight, why not); what a person placed stays."""
        self._db.conn.executemany(
            """INSERT INTO placements (passage_id, idea_id, weight, reason, origin, run_id)
               VALUES (?, ?, ?, ?, 'machine', ?) ON CONFLICT (passage_id) DO UPDATE
               SET idea_id = excluded.idea_id, weight = excluded.weight,
                   reason = excluded.reason, run_id = excluded.run_id
               WHERE origin = 'machine'""",
            [(*placement, run_id) for placement in placements],
        )

    def count(self, counts: Mapping[int, tuple[int, int]]) -> None:
        """Idea id → its messages and voices."""
        self._db.conn.executemany(
            """UPDATE ideas SET n_messages = ?2, n_authors = ?3
               WHERE id = ?1 AND (n_messages <> ?2 OR n_authors <> ?3)""",
            [(idea_id, *both) for idea_id, both in counts.items()],
        )

    def order(self, idea_ids: Sequence[int]) -> None:
        """Put the ideas into this reading order."""
        self._db.conn.executemany(
            "UPDATE ideas SET rank = ?2 WHERE id = ?1 AND rank <> ?2",
            [(idea_id, rank) for rank, idea_id in enumerate(idea_ids)],
        )
