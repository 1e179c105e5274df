"""Extracts: key passages that the machine suggests and people take, adjust or reject."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synth.errors import StoreProblem
from synth.records import Extract, ExtractState, Nature, Origin, Span
from synth.store.values import json_text, now, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractChange:
    """What a person decides about an extract; None leaves a thing as it is."""

    state: ExtractState | None = None
    nature: Nature | None = None
    span: Span | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None


class Extracts:
    def __init__(self, db: Database) -> None:
        self._db = db

    def replace_suggestions(
        self, discussion_id: int, suggestions: Sequence[Extract], *, run_id: int
    ) -> None:
        """Put new suggestions in place of the machine's last ones; people's stay."""
        with self._db.atomic():
            self._db.execute(
                """DELETE FROM extracts WHERE origin = 'machine' AND message_id IN
                   (SELECT id FROM messages WHERE discussion_id = ?)""",
                [discussion_id],
            )
            self.add_suggestions(suggestions, run_id=run_id)

    def add_suggestions(self, suggestions: Sequence[Extract], *, run_id: int) -> None:
        """Put new suggestions beside those that are there."""
        with self._db.atomic():
            for extract in suggestions:
                cursor = self._db.execute(
                    """INSERT INTO extracts (message_id, start, "end", quote, nature, score, run_id,
                       state, origin) VALUES (?, ?, ?, ?, ?, ?, ?, 'suggested', 'machine')""",
                    [
                        extract.message_id,
                        extract.start,
                        extract.end,
                        extract.quote,
                        extract.nature,
                        extract.score,
                        run_id,
                    ],
                )
                self._db.conn.executemany(
                    "INSERT INTO extract_ideas VALUES (?, ?)",
                    [(cursor.lastrowid, idea_id) for idea_id in extract.idea_ids],
                )

    def drop_stale_suggestions(self, message_ids: Sequence[int]) -> None:
        """Forget what the machine suggested in words that were edited away."""
        self._db.execute(
            """DELETE FROM extracts WHERE origin = 'machine' AND is_stale = 1
               AND message_id IN (SELECT value FROM json_each(?))""",
            [json_text(list(message_ids))],
        )

    def decide(self, extract_id: int, change: ExtractChange, *, actor: str) -> Extract:
        """Record a person's decision; from now on the extract is theirs and outlives rebuilds.

        Raises StoreProblem when there is no such extract or the span lies outside its message.
        """
        before = self.get(extract_id)
        if before is None:
            raise StoreProblem(f"no extract {extract_id}; it may have been replaced by a rebuild")
        with self._db.atomic():
            span = change.span or Span(start=before.start, end=before.end)
            quote = self._quote(before.message_id, span)
            self._db.execute(
                """UPDATE extracts SET state = ?, nature = ?, start = ?, "end" = ?, quote = ?,
                   note = ?, origin = 'person' WHERE id = ?""",
                [
                    change.state or before.state,
                    change.nature or before.nature,
                    span.start,
                    span.end,
                    quote,
                    before.note if change.note is None else change.note,
                    extract_id,
                ],
            )
            if change.tags is not None:
                self._tag(extract_id, change.tags)
            after = self.get(extract_id)
            assert after is not None
            self._note(before, after, actor)
        return after

    def take(
        self, message_id: int, span: Span, *, nature: Nature, tags: tuple[str, ...], actor: str
    ) -> Extract:
        """Take a passage that nobody had suggested."""
        with self._db.atomic():
            cursor = self._db.execute(
                """INSERT INTO extracts (message_id, start, "end", quote, nature, score, state,
                   origin) VALUES (?, ?, ?, ?, ?, 1.0, 'taken', 'person')""",
                [message_id, span.start, span.end, self._quote(message_id, span), nature],
            )
            assert cursor.lastrowid is not None
            self._tag(cursor.lastrowid, tags)
            after = self.get(cursor.lastrowid)
            assert after is not None
            self._note(None, after, actor)
        return after

    def get(self, extract_id: int) -> Extract | None:
        rows = self._db.query(f"{_SELECT} WHERE e.id = ?", [extract_id])
        return next(map(_extract, rows), None)

    def all(self, discussion_id: int) -> list[Extract]:
        """Those whose words still stand, in order of message and place."""
        rows = self._db.query(
            f"{_SELECT} WHERE m.discussion_id = ? AND e.is_stale = 0 "
            'ORDER BY e.message_id, e.start, e."end", e.id',
            [discussion_id],
        )
        return [_extract(row) for row in rows]

    def best(self, discussion_id: int, *, limit: int, offset: int = 0) -> list[Extract]:
        """Those that stand and were not rejected: what people took first, then by score."""
        rows = self._db.query(
            f"""{_SELECT} WHERE e.id IN (
                  SELECT x.id FROM extracts x JOIN messages n ON n.id = x.message_id
                  WHERE n.discussion_id = ? AND x.is_stale = 0 AND x.state <> 'rejected'
                  ORDER BY x.state <> 'taken', x.score DESC, x.id LIMIT ? OFFSET ?)
                ORDER BY e.state <> 'taken', e.score DESC, e.id""",
            [discussion_id, limit, offset],
        )
        return [_extract(row) for row in rows]

    def counts(self, discussion_id: int) -> dict[ExtractState, int]:
        """How many stand in each state."""
        rows = self._db.execute(
            """SELECT e.state, count(*) FROM extracts e JOIN messages m ON m.id = e.message_id
               WHERE m.discussion_id = ? AND e.is_stale = 0 GROUP BY e.state""",
            [discussion_id],
        )
        found = {ExtractState(state): n for state, n in rows.fetchall()}
        return {state: found.get(state, 0) for state in ExtractState}

    def count(self, discussion_id: int) -> int:
        """How many stand, suggested and decided ones."""
        (n,) = self._db.execute(
            """SELECT count(*) FROM extracts e JOIN messages m ON m.id = e.message_id
               WHERE m.discussion_id = ? AND e.is_stale = 0""",
            [discussion_id],
        ).fetchone()
        return int(n)

    def of_messages(self, message_ids: Sequence[int]) -> dict[int, list[Extract]]:
        """Message id → its extracts in order of place."""
        found: dict[int, list[Extract]] = {}
        rows = self._db.query(
            f"""{_SELECT} WHERE e.is_stale = 0
                AND e.message_id IN (SELECT value FROM json_each(?))
                ORDER BY e.message_id, e.start""",
            [json_text(message_ids)],
        )
        for row in rows:
            found.setdefault(row["message_id"], []).append(_extract(row))
        return found

    def discussion_of(self, extract_id: int) -> int | None:
        row = self._db.execute(
            """SELECT m.discussion_id FROM extracts e JOIN messages m ON m.id = e.message_id
               WHERE e.id = ?""",
            [extract_id],
        ).fetchone()
        return None if row is None else int(row[0])

    def _quote(self, message_id: int, span: Span) -> str:
        row = self._db.execute("SELECT text FROM messages WHERE id = ?", [message_id]).fetchone()
        if row is None:
            raise StoreProblem(f"no message {message_id}")
        text: str = row[0]
        if not 0 <= span.start < span.end <= len(text):
            raise StoreProblem(f"{span.start}:{span.end} lies outside message {message_id}")
        return text[span.start : span.end]

    def _tag(self, extract_id: int, tags: tuple[str, ...]) -> None:
        self._db.execute("DELETE FROM extract_tags WHERE extract_id = ?", [extract_id])
        self._db.conn.executemany(
            "INSERT INTO extract_tags VALUES (?, ?)",
            [(extract_id, tag) for tag in sorted(set(tags))],
        )

    def _note(self, before: Extract | None, after: Extract, actor: str) -> None:
        self._db.execute(
            """INSERT INTO events (discussion_id, at, actor, verb, noun, noun_id, before, after)
               SELECT discussion_id, ?, ?, ?, 'extract', ?, ?, ? FROM messages WHERE id = ?""",
            [
                time_text(now()),
                actor,
                after.state,
                after.id,
                None if before is None else json_text(_facts(before)),
                json_text(_facts(after)),
                after.message_id,
            ],
        )


def _facts(extract: Extract) -> dict[str, object]:
    """What the history keeps: places and decisions, not the words."""
    return {
        "start": extract.start,
        "end": extract.end,
        "nature": extract.nature,
        "state": extract.state,
        "tags": list(extract.tags),
        "note": extract.note,
    }


_SELECT = """SELECT e.*, m.discussion_id,
    (SELECT group_concat(idea_id) FROM extract_ideas x WHERE x.extract_id = e.id) AS idea_ids,
    (SELECT json_group_array(tag) FROM (SELECT tag FROM extract_tags t
        WHERE t.extract_id = e.id ORDER BY tag)) AS tags
    FROM extracts e JOIN messages m ON m.id = e.message_id"""


def _extract(row: dict[str, Any]) -> Extract:
    return Extract(
        id=row["id"],
        message_id=row["message_id"],
        start=row["start"],
        end=row["end"],
        quote=row["quote"],
        nature=Nature(row["nature"]),
        score=row["score"],
        state=ExtractState(row["state"]),
        origin=Origin(row["origin"]),
        idea_ids=tuple(int(i) for i in (row["idea_ids"] or "").split(",") if i),
        tags=tuple(json.loads(row["tags"])),
        note=row["note"],
    )
