"""What of all that was read is not on the map, and why; the figures add up to what was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synth.store.rows import SHOWN_IDEAS, Collection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """All stored messages, each counted once, in the first of these that it is."""

    erased: int
    """Emptied because their author asked."""
    hidden: int
    """By facilitators."""
    wordless: int
    """Without words of their own: quotes, pictures, signatures."""
    placed: int
    """Say something under an idea that readers see."""
    under_hidden: int
    """Stand under ideas that people hid."""
    unplaced: int
    """About the question, and under no idea."""
    not_about: int
    """Nothing in them is about the question."""
    unmapped: int
    """Came since the map was made."""

    @property
    def total(self) -> int:
        return (
            self.erased
            + self.hidden
            + self.wordless
            + self.placed
            + self.under_hidden
            + self.unplaced
            + self.not_about
            + self.unmapped
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was read, and what became of it."""

    not_imported: tuple[tuple[str, str, str, int], ...]
    """(file, what, remedy, records), by file, those of most records first."""
    messages: Messages
    n_near_copies: int
    """Messages on the map or under no idea that say what an earlier one says: they count once."""
    passages: Mapping[str, int]
    """What became of passages → how many: ``placed``, ``under_hidden``, why they stand under no
    idea (as ``Unplaced`` says it), ``unsaid`` where no reason is known, ``unmapped``."""

    @property
    def n_not_imported(self) -> int:
        return sum(n for *_, n in self.not_imported)

    @property
    def n_read(self) -> int:
        return self.messages.total + self.n_not_imported

    @property
    def n_passages(self) -> int:
        return sum(self.passages.values())


COLUMNS = (
    *("kind", "source", "position", "message_id", "start", "end"),
    *("reason", "remedy", "n_records"),
)
"""Of ``LeftOuts.rows``."""


class LeftOuts(Collection):
    def of(self, discussion_id: int) -> LeftOut:
        problems = self._tuples(
            f"""{_LATEST} SELECT s.name, p.what, p.remedy, sum(p.n_left_out) AS n FROM latest s
                JOIN problems p ON p.source_file = s.id WHERE p.n_left_out > 0
                GROUP BY s.name, p.what, p.remedy ORDER BY s.name, n DESC, p.what""",
            discussion_id,
        )
        kinds = self._mapping(
            f"{_KINDS} SELECT kind, count(*) FROM kinds GROUP BY 1", discussion_id
        )
        passages = self._tuples(_REASONS, discussion_id)
        return LeftOut(
            not_imported=tuple(problems),
            messages=Messages(**{name: kinds.get(name, 0) for name in Messages.__slots__}),
            n_near_copies=self._count(f"SELECT count(*) FROM ({_COPIES})", discussion_id),
            passages=dict(passages),
        )

    def rows(self, discussion_id: int) -> list[Row]:
        """Every record, message and passage that was left out, as ``COLUMNS``; no words of
        anybody."""
        found: list[Row] = []
        for sql in (
            f"""{_LATEST} SELECT 'not imported' AS kind, s.name AS source, p.position,
                p.what AS reason, p.remedy, p.n_left_out AS n_records FROM latest s
                JOIN problems p ON p.source_file = s.id WHERE p.n_left_out > 0 ORDER BY p.id""",
            f"""{_KINDS} SELECT k.kind, s.name AS source, m.source_id AS position,
                m.id AS message_id, h.reason FROM kinds k JOIN messages m ON m.id = k.id
                JOIN sources s ON s.id = m.source_file
                LEFT JOIN hidden_messages h ON h.message_id = m.id
                WHERE k.kind IN ('erased', 'hidden', 'wordless') ORDER BY m.id""",
            f"""SELECT 'near-copy' AS kind, c.message_id, 'says what message ' || c.of_id || ' says'
                AS reason FROM ({_COPIES}) c ORDER BY c.message_id""",
            """SELECT 'passage' AS kind, m.id AS message_id, p.start, p."end",
                coalesce(l.reason, iif(l.passage_id IS NULL, 'unmapped', 'unsaid')) AS reason
                FROM messages m JOIN passages p ON p.message_id = m.id
                LEFT JOIN placements l ON l.passage_id = p.id
                WHERE m.discussion_id = ?1 AND l.idea_id IS NULL ORDER BY m.id, p.start""",
        ):
            found += self._rows(sql, discussion_id)
        return [{name: row.get(name) for name in COLUMNS} for row in found]


# An updated export tells its problems anew: those of its last import count.
_LATEST = """WITH latest AS (
    SELECT max(id) AS id, name FROM sources WHERE discussion_id = ?1 AND state = 'done'
    GROUP BY name)"""
_KINDS = f"""WITH RECURSIVE {SHOWN_IDEAS}, kinds AS (
    SELECT m.id, CASE
      WHEN m.content_sha256 = 'erased' THEN 'erased'
      WHEN m.content_sha256 = 'hidden' THEN 'hidden'
      WHEN trim(m.text) = '' THEN 'wordless'
      WHEN max(s.id) IS NOT NULL THEN 'placed'
      WHEN max(l.idea_id) IS NOT NULL THEN 'under_hidden'
      WHEN count(l.passage_id) = 0 THEN CASE
        WHEN EXISTS (SELECT 1 FROM runs r WHERE r.discussion_id = ?1 AND r.state = 'done'
          AND r.started_at >= (SELECT f.imported_at FROM sources f WHERE f.id = m.source_file))
        THEN 'unplaced' ELSE 'unmapped' END
      WHEN min(coalesce(l.reason, '') NOT IN ('', 'says_little', 'between', 'near_none'))
        THEN 'not_about'
      ELSE 'unplaced' END AS kind
    FROM messages m LEFT JOIN passages p ON p.message_id = m.id
    LEFT JOIN placements l ON l.passage_id = p.id LEFT JOIN shown s ON s.id = l.idea_id
    WHERE m.discussion_id = ?1 GROUP BY m.id)"""
_COPIES = """SELECT w.message_id, r.message_id AS of_id FROM repetitions r
    JOIN repeated_messages w ON w.repetition_id = r.id
    WHERE r.discussion_id = ?1 AND w.message_id <> r.message_id"""
_REASONS = f"""WITH RECURSIVE {SHOWN_IDEAS}
    SELECT CASE WHEN s.id IS NOT NULL THEN 'placed' WHEN l.idea_id IS NOT NULL THEN 'under_hidden'
      WHEN l.passage_id IS NULL THEN 'unmapped' ELSE coalesce(l.reason, 'unsaid') END AS became,
      count(*) AS n
    FROM messages m JOIN passages p ON p.message_id = m.id
    LEFT JOIN placements l ON l.passage_id = p.id LEFT JOIN shown s ON s.id = l.idea_id
    WHERE m.discussion_id = ?1 GROUP BY became ORDER BY n DESC, became"""
