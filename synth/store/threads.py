"""Threads as they are read: a page at a time, and where in them a message stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from synth.records import Placement
from synth.store.ideas import PLACED, placement_of
from synth.store.values import json_text

if TYPE_CHECKING:
    from sqlite_utils import Database


class Threads:
    def __init__(self, db: Database) -> None:
        self._db = db

    def counts(self, thread_id: int) -> tuple[int, int]:
        """How many messages, and of how many known authors."""
        n_messages, n_authors = self._db.execute(
            "SELECT count(*), count(DISTINCT participant_id) FROM messages WHERE thread_id = ?",
            [thread_id],
        ).fetchone()
        return int(n_messages), int(n_authors)

    def message_ids(self, thread_id: int) -> list[int]:
        """In reading order."""
        rows = self._db.execute(
            "SELECT id FROM messages WHERE thread_id = ? ORDER BY rank, id", [thread_id]
        )
        return [message_id for (message_id,) in rows.fetchall()]

    def placements(self, thread_id: int, *, within: int = -1) -> list[Placement]:
        """Its passages in reading order, with their ideas; those that begin in the first so many
        characters of their message where ``within`` says how many."""
        rows = self._db.query(
            f"""{PLACED} WHERE m.thread_id = ?1 AND (?2 < 0 OR p.start < ?2)
                ORDER BY m.rank, m.id, p.start""",
            [thread_id, within],
        )
        return [placement_of(row) for row in rows]

    def titles(self, thread_ids: Sequence[int]) -> Mapping[int, tuple[str, str | None]]:
        """Thread id → what it is called, or its first words, and their language."""
        rows = self._db.execute(
            """SELECT id, coalesce(subject, substr(text, 1, 200)), language FROM messages
               WHERE id IN (SELECT value FROM json_each(?))""",
            [json_text(list(thread_ids))],
        )
        return {thread_id: (title, language) for thread_id, title, language in rows.fetchall()}
