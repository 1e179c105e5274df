"""Sides that messages take of what they answer, from the words alone or set by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.records import Stance
from synth.store.rows import Collection, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A message that answers another and does not say on which side."""

    message_id: int
    parent_id: int
    text: str
    """Its beginning."""
    target: str
    """The beginning of what it answers."""
    subject: str | None
    """Of what it answers, where that has a subject of its own."""
    language: str | None
    """Of what it answers."""
    is_to_first: bool
    """Whether it answers the first message of its thread."""
    format: str
    """Of the file it came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideRow:
    """What the machine read to write."""

    message_id: int
    side: Stance | None
    confidence: float
    read_sha256: str
    """Hash of the model and of both texts."""


class Sides(Collection):
    def answers(self, discussion_id: int, *, n_letters: int) -> list[Answer]:
        """Every message whose side may be read, in order of id.

        Left out are those with a side that the platform gave, those that continue what the same
        voice said, and those whose parent was guessed from the subject line.
        """
        rows = self._rows(
            """SELECT m.id AS message_id, p.id AS parent_id, substr(m.text, 1, ?2) AS text,
               substr(p.text, 1, ?2) AS target,
               CASE WHEN p.parent_id IS NULL THEN p.subject END AS subject, p.language,
               p.parent_id IS NULL AS is_to_first, f.format
               FROM messages m JOIN messages p ON p.id = m.parent_id
               JOIN sources f ON f.id = m.source_file
               WHERE m.discussion_id = ?1 AND m.stance IS NULL AND m.parent_evidence <> 'subject'
                 AND (m.participant_id IS NULL OR m.participant_id IS NOT p.participant_id)
               ORDER BY m.id""",
            *(discussion_id, n_letters),
        )
        return [record(Answer, row) for row in rows]

    def kept(self, discussion_id: int) -> dict[int, SideRow]:
        """Message id → what the machine read of it last."""
        rows = self._rows(
            """SELECT s.* FROM sides s JOIN messages m ON m.id = s.message_id
               WHERE m.discussion_id = ? AND s.origin = 'machine'""",
            discussion_id,
        )
        return {row["message_id"]: record(SideRow, row) for row in rows}

    def replace_machine(self, discussion_id: int, rows: Sequence[SideRow], *, run_id: int) -> None:
        """Put these in place of what the machine read before; what a person set stays."""
        with self._db.atomic():
            self._write(
                """DELETE FROM sides WHERE origin = 'machine'
                   AND message_id IN (SELECT id FROM messages WHERE discussion_id = ?)""",
                discussion_id,
            )
            self._write_many(
                """INSERT OR IGNORE INTO sides
                   (message_id, side, confidence, origin, read_sha256, run_id)
                   VALUES (?, ?, ?, 'machine', ?, ?)""",
                [(r.message_id, r.side, r.confidence, r.read_sha256, run_id) for r in rows],
            )
