"""Passages, their places on the map, and their vectors."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from synth.records import Passage, Span, VoicedPassage
from synth.store.rows import IN, Collection, record, sha256_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Point = tuple[float, float, int, int, int, int, int]
"""x, y, leaf idea (0: unplaced), stance (0 none; as the platform says 1 for, 2 against; as the
words or a person tell 3 for, 4 against), source, posted (epoch seconds, 0: unknown), passage id."""


class Passages(Collection):
    def replace(
        self,
        discussion_id: int,
        spans: Mapping[int, Sequence[Span]],
        *,
        texts: Mapping[int, str],
        run_id: int,
    ) -> None:
        """Make the discussion's passages exactly ``spans`` (message id → spans).

        A passage of the same words where one stood keeps its id, its place on the map and its
        placement.
        """
        there = self._tuples(f"{_STANDING} WHERE m.discussion_id = ?", discussion_id)
        self._put(there, spans, texts, run_id)

    def replace_in(
        self, spans: Mapping[int, Sequence[Span]], *, texts: Mapping[int, str], run_id: int
    ) -> None:
        """The same for the messages in ``spans`` alone; passages of other messages stay."""
        self._put(self._tuples(f"{_STANDING} WHERE m.id {IN}", list(spans)), spans, texts, run_id)

    def _put(
        self,
        rows: Sequence[tuple[int, int, int, int, str]],
        spans: Mapping[int, Sequence[Span]],
        texts: Mapping[int, str],
        run_id: int,
    ) -> None:
        """``rows``: the passages that stand there now, as ``_STANDING`` gives them."""
        wanted = {
            (of, span.start, span.end, sha256_text(texts[of][span.start : span.end]))
            for of in spans
            for span in spans[of]
        }
        there = {tuple(key): passage_id for passage_id, *key in rows}
        with self._db.atomic():
            self._write_many(
                "DELETE FROM passages WHERE id = ?",
                [(there[key],) for key in there.keys() - wanted],
            )
            first = 1 + int(self._value(_LAST) or 0)
            self._write_many(
                """INSERT INTO passages (id, message_id, start, "end", content_sha256, run_id)
                   VALUES (?, ?, ?, ?, ?, ?)""",
                [(n, *key, run_id) for n, key in enumerate(sorted(wanted - there.keys()), first)],
            )

    def all(self, discussion_id: int) -> list[Passage]:
        """In order of message id, then of place."""
        return self._passages("m.discussion_id = ?", discussion_id)

    def of_messages(self, message_ids: Sequence[int]) -> list[Passage]:
        """Those of some messages, in order of message id, then of place."""
        return self._passages(f"m.id {IN}", message_ids)

    def _passages(self, where: str, value: object) -> list[Passage]:
        texts = self._mapping(f"SELECT m.id, m.text FROM messages m WHERE {where}", value)
        rows = self._tuples(
            f"""SELECT p.id, p.message_id, p.start, p."end" FROM passages p
                JOIN messages m ON m.id = p.message_id
                WHERE {where} ORDER BY p.message_id, p.start""",
            value,
        )
        # Cut here: SQLite walks through a text from its beginning for each substr().
        return [
            Passage(id=i, message_id=of, start=start, end=end, text=texts[of][start:end])
            for i, of, start, end in rows
        ]

    def voiced(self, discussion_id: int) -> list[VoicedPassage]:
        """Every passage with its voice, leaf idea and repeated text, in order of id."""
        rows = self._rows(
            """SELECT p.id AS passage_id, p.message_id, l.idea_id, r.repetition_id,
               coalesce(m.participant_id, -m.id) AS voice
               FROM messages m JOIN passages p ON p.message_id = m.id
               LEFT JOIN placements l ON l.passage_id = p.id
               LEFT JOIN repeated_passages r ON r.passage_id = p.id
               WHERE m.discussion_id = ? ORDER BY p.id""",
            discussion_id,
        )
        return [record(VoicedPassage, row) for row in rows]

    def discussion_of(self, passage_id: int) -> int | None:
        return self._id(
            """SELECT m.discussion_id FROM passages p JOIN messages m ON m.id = p.message_id
               WHERE p.id = ?""",
            passage_id,
        )

    def texts(self, passage_ids: Sequence[int]) -> dict[int, str]:
        """Passage id → its words."""
        rows = self._tuples(
            f"""SELECT id, message_id, start, "end" FROM passages WHERE id {IN}""", passage_ids
        )
        texts = self._mapping(f"SELECT id, text FROM messages WHERE id {IN}", {r[1] for r in rows})
        return {one: texts[of][start:end] for one, of, start, end in rows}

    def positions(self, discussion_id: int) -> list[tuple[float | None, float | None]]:
        """Places on the map, in the order of ``all``; None where not laid out yet."""
        rows = self._tuples(
            f"""SELECT p.x, p.y {_OF} WHERE m.discussion_id = ?
                ORDER BY p.message_id, p.start""",
            discussion_id,
        )
        return [(x, y) for x, y in rows]

    def points(self, discussion_id: int) -> list[Point]:
        """Every passage that is laid out, in order of message and place."""
        return self._db.execute(
            f"""SELECT p.x, p.y, coalesce(l.idea_id, 0),
                       CASE coalesce(m.stance, 'read ' || s.side) WHEN 'for' THEN 1
                         WHEN 'against' THEN 2 WHEN 'read for' THEN 3
                         WHEN 'read against' THEN 4 ELSE 0 END,
                       m.source_file, coalesce(strftime('%s', m.posted_at), 0) + 0, p.id
                {_OF} LEFT JOIN placements l ON l.passage_id = p.id
                LEFT JOIN sides s ON s.message_id = m.id
                WHERE m.discussion_id = ? AND p.x IS NOT NULL AND p.y IS NOT NULL
                ORDER BY p.message_id, p.start""",
            [discussion_id],
        ).fetchall()

    def set_positions(self, positions: Iterable[tuple[int, float | None, float | None]]) -> None:
        """Write (passage id, x, y); None for one that does not lie on the map."""
        with self._db.atomic():
            self._write_many("UPDATE passages SET x = ?2, y = ?3 WHERE id = ?1", list(positions))


_OF = "FROM passages p JOIN messages m ON m.id = p.message_id"
# Those of hidden messages come back with their numbers, by which the history of corrections knows
# them.
_LAST = """SELECT max(id) FROM (SELECT max(id) AS id FROM passages
    UNION ALL SELECT max(json_extract(p.value, '$.id'))
    FROM hidden_messages h, json_each(h.kept, '$.passages') p)"""
_STANDING = f"""SELECT p.id, p.message_id, p.start, p."end", p.content_sha256 {_OF}"""


class Vectors(Collection):
    """Vectors cached by content hash and model key (name and weights' checksum)."""

    def get(self, hashes: Sequence[str], *, model: str) -> dict[str, bytes]:
        """The cached vectors among ``hashes``: float16 rows as bytes."""
        return self._mapping(
            f"SELECT content_sha256, vector FROM vectors WHERE model = ? AND content_sha256 {IN}",
            *(model, sorted(set(hashes))),
        )

    def model_of(self, discussion_id: int) -> str | None:
        """The key of the model that read passages for the last map; None where none did."""
        return self._text(
            """SELECT v.model FROM messages m JOIN passages p ON p.message_id = m.id
               JOIN vectors v ON v.content_sha256 = p.content_sha256 AND instr(v.model, (
                   SELECT substr(json_extract(model, '$.sha256'), 1, 16) FROM runs
                   WHERE discussion_id = ?1 AND state = 'done' ORDER BY id DESC LIMIT 1))
               WHERE m.discussion_id = ?1 LIMIT 1""",
            discussion_id,
        )

    def of_passages(self, passage_ids: Sequence[int], *, model: str) -> dict[int, bytes]:
        """Passage id → float16 row, for those that the model has read, in order of id."""
        return self._mapping(
            f"""SELECT p.id, v.vector FROM passages p
                JOIN vectors v ON v.content_sha256 = p.content_sha256 AND v.model = ?
                WHERE p.id {IN} ORDER BY p.id""",
            *(model, passage_ids),
        )

    def put(self, hashes: Sequence[str], vectors: NDArray[np.float16], *, model: str) -> None:
        """Keep vectors: float16 (n, dim), one row a hash."""
        rows = [(sha, model, row.tobytes()) for sha, row in zip(hashes, vectors, strict=True)]
        with self._db.atomic():
            self._write_many("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def forget_unused(self, *, keep: Several[str]) -> int:
        """Forget vectors of words that no passage holds any more, but for the hashes to keep;
        returns how many."""
        return self._write(
            f"""DELETE FROM vectors WHERE content_sha256 NOT IN
                (SELECT content_sha256 FROM passages) AND content_sha256 NOT {IN}""",
            sorted(keep),
        )
