"""Texts that stand in several messages, and how many voices carry each idea."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from synth.records import IdeaVoices, RepeatedText
from synth.store.rows import IN, Collection, record


@dataclass(frozen=True, slots=True, kw_only=True)
class RepetitionRow:
    """A repeated text to write."""

    is_message: bool
    message_id: int
    """Where its commonest wording stands, at ``start:end``."""
    start: int
    end: int
    members: Sequence[int]
    """Ids of the messages, or of the passages."""
    part_of: int | None = None
    """Place, in the list given, of the repeated messages that these passages belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A place where a repeated text stands."""

    repetition_id: int
    is_message: bool
    message_id: int
    start: int
    end: int
    is_typical: bool
    """Whether its wording is the one that the others were compared with."""


class Repetitions(Collection):
    # -- writing ---------------------------------------------------------------------------

    def replace(self, discussion_id: int, rows: Sequence[RepetitionRow], *, run_id: int) -> None:
        """Put these in place of the last run's; what is part of another comes after it."""
        with self._db.atomic():
            self._write("DELETE FROM repetitions WHERE discussion_id = ?", discussion_id)
            ids: list[int] = []
            for row in rows:
                values = {
                    "discussion_id": discussion_id,
                    "is_message": int(row.is_message),
                    "message_id": row.message_id,
                    "start": row.start,
                    "end": row.end,
                    "part_of": None if row.part_of is None else ids[row.part_of],
                    "run_id": run_id,
                }
                ids.append(self._insert("repetitions", values))
                table = "repeated_messages" if row.is_message else "repeated_passages"
                self._write_many(
                    f"INSERT INTO {table} VALUES (?, ?)", [(one, ids[-1]) for one in row.members]
                )

    def join(self, passage_ids: Sequence[int]) -> None:
        """Count new passages to the repeated text whose very words they are."""
        self._write(
            f"""INSERT OR IGNORE INTO repeated_passages (passage_id, repetition_id)
                SELECT p.id, min(r.repetition_id) FROM passages p
                JOIN messages m ON m.id = p.message_id
                JOIN passages q ON q.content_sha256 = p.content_sha256
                JOIN repeated_passages r ON r.passage_id = q.id
                JOIN repetitions t ON t.id = r.repetition_id AND t.discussion_id = m.discussion_id
                WHERE p.id {IN} GROUP BY p.id""",
            passage_ids,
        )

    def leave(self, message_id: int) -> None:
        """Take a message out of the texts it repeated: its words are going to be others.

        Where it held the commonest wording, the first that is left stands for it; what then
        stands in one message only is no repetition any more.
        """
        ids = self._column(
            """SELECT repetition_id FROM repeated_messages WHERE message_id = ?1
               UNION SELECT s.repetition_id FROM repeated_passages s
               JOIN passages p ON p.id = s.passage_id WHERE p.message_id = ?1""",
            message_id,
        )
        self._write("DELETE FROM repeated_messages WHERE message_id = ?", message_id)
        self._write(
            """DELETE FROM repeated_passages
               WHERE passage_id IN (SELECT id FROM passages WHERE message_id = ?)""",
            message_id,
        )
        for repetition_id in ids:
            left = self._tuples(_LEFT, repetition_id)
            if len({one for one, _, _ in left}) < 2:
                self._write(
                    "UPDATE repetitions SET part_of = NULL WHERE part_of = ?", repetition_id
                )
                self._write("DELETE FROM repetitions WHERE id = ?", repetition_id)
                continue
            self._write(
                """UPDATE repetitions SET message_id = ?, start = ?, "end" = ?
                   WHERE id = ? AND message_id = ?""",
                *(*left[0], repetition_id, message_id),
            )

    def put_voices(self, voices: Mapping[int, IdeaVoices]) -> None:
        """Write who carries the ideas, by idea id."""
        with self._db.atomic():
            self._write_many(
                """INSERT OR REPLACE INTO idea_voices (idea_id, n_repeating, n_same, n_same_voices,
                   top_share, effective, is_carried_by_few) VALUES (?, ?, ?, ?, ?, ?, ?)""",
                [(idea_id, *asdict(found).values()) for idea_id, found in voices.items()],
            )

    # -- reading ---------------------------------------------------------------------------

    def all(
        self, discussion_id: int, *, limit: int = -1, offset: int = 0
    ) -> tuple[list[RepeatedText], int]:
        """Repeated texts, those of the most voices first, and how many there are.

        Passages of messages that are repeated as a whole are left out.
        """
        total = self._value(f"{_LISTED} SELECT count(*) FROM listed", discussion_id)
        rows = self._rows(
            f"""{_LISTED} SELECT * FROM listed
                ORDER BY n_voices DESC, n_messages DESC, first_message_id LIMIT ?2 OFFSET ?3""",
            *(discussion_id, limit, offset),
        )
        return [record(RepeatedText, row) for row in rows], total

    def members(self, discussion_id: int) -> list[Member]:
        """Every place of every repeated text, whole messages first; texts in the order of the
        first message that holds them."""
        rows = self._rows(
            f"""SELECT r.id AS repetition_id, r.is_message, m.id AS message_id,
                    coalesce(p.start, 0) AS start, coalesce(p."end", length(m.text)) AS "end",
                    m.id = r.message_id AND coalesce(p.start, 0) = r.start AS is_typical
                {_PLACES} WHERE r.discussion_id = ? ORDER BY r.id, m.id, p.start""",
            discussion_id,
        )
        return [record(Member, row) for row in rows]

    def summary(self, discussion_id: int) -> dict[str, int]:
        """Repeated texts, the messages that hold one, and the ideas that few carry."""
        row = self._row(
            f"""{_LISTED} SELECT count(*) AS repeated_texts,
                (SELECT count(DISTINCT s.message_id) FROM said s JOIN listed l ON l.id = s.id)
                    AS messages_repeating,
                (SELECT count(*) FROM idea_voices v JOIN ideas i ON i.id = v.idea_id
                 WHERE i.discussion_id = ?1 AND v.is_carried_by_few) AS ideas_carried_by_few
                FROM listed""",
            discussion_id,
        )
        assert row is not None
        return row

    def voices(self, discussion_id: int) -> dict[int, IdeaVoices]:
        """Idea id → who carries it; nothing for ideas of a map built by an earlier version."""
        rows = self._rows(
            """SELECT v.* FROM idea_voices v JOIN ideas i ON i.id = v.idea_id
               WHERE i.discussion_id = ? ORDER BY i.rank, i.id""",
            discussion_id,
        )
        return {row["idea_id"]: record(IdeaVoices, row) for row in rows}


_PLACES = """FROM repetitions r
    LEFT JOIN repeated_messages w ON w.repetition_id = r.id
    LEFT JOIN repeated_passages s ON s.repetition_id = r.id
    LEFT JOIN passages p ON p.id = s.passage_id
    JOIN messages m ON m.id = coalesce(w.message_id, p.message_id)"""
_LEFT = f"""SELECT m.id, coalesce(p.start, 0), coalesce(p."end", length(m.text)) {_PLACES}
    WHERE r.id = ? ORDER BY m.id, p.start"""
# Erased or edited messages may leave a text standing in one message only.
_LISTED = """WITH said AS (
        SELECT r.id, w.message_id FROM repetitions r
        JOIN repeated_messages w ON w.repetition_id = r.id
        WHERE r.discussion_id = ?1 AND r.part_of IS NULL
        UNION SELECT r.id, p.message_id FROM repetitions r
        JOIN repeated_passages s ON s.repetition_id = r.id JOIN passages p ON p.id = s.passage_id
        WHERE r.discussion_id = ?1 AND r.part_of IS NULL),
    dated AS (
        SELECT s.id, m.id AS message_id, coalesce(m.participant_id, -m.id) AS voice, m.posted_at,
            row_number() OVER (
                PARTITION BY s.id ORDER BY m.posted_at IS NULL, m.posted_at, m.id) AS nth
        FROM said s JOIN messages m ON m.id = s.message_id),
    listed AS (
        SELECT r.id, r.message_id, r.start, r."end", r.is_message, count(*) AS n_messages,
            count(DISTINCT d.voice) AS n_voices, min(d.posted_at) AS first_at,
            max(CASE WHEN d.nth = 1 THEN d.message_id END) AS first_message_id
        FROM dated d JOIN repetitions r ON r.id = d.id GROUP BY r.id HAVING count(*) > 1)"""
