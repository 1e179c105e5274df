"""Search in the words of a discussion (FTS5, accents folded)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.store.values import json_text

if TYPE_CHECKING:
    from sqlite_utils import Database


Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    message_id: int
    snippet: Pieces
    """Pieces of the message around the found words; True marks a found word."""


class Search:
    def __init__(self, db: Database) -> None:
        self._db = db

    def words(
        self, discussion_id: int, query: str, *, limit: int = 50, offset: int = 0
    ) -> tuple[list[Hit], int]:
        """Messages that hold all the words, the most relevant first, and how many there are.

        Replies inherit the subject of their thread: where only the subject holds the words,
        the first such message of a thread stands for all, and an inherited subject does not
        raise what a reply says itself. ``"two words"`` finds the phrase, ``-word`` leaves
        messages out, ``wor*`` completes. Whatever is typed is a valid search: nothing raises.
        """
        match = match_expression(query)
        if not match:
            return [], 0
        values = {
            "all": match,
            "in_subject": f"{{subject}} : ({match})",
            "in_text": f"{{text}} : ({match})",
            "discussion": discussion_id,
        }
        found = self._db.execute(
            f"{_RANKED} LIMIT :limit OFFSET :offset", values | {"limit": limit, "offset": offset}
        ).fetchall()
        (total,) = self._db.execute(f"SELECT count(*) FROM ({_RANKED})", values).fetchone()
        pieces = self._pieces(match, [message_id for message_id, _ in found])
        return [
            Hit(message_id=message_id, snippet=pieces[message_id][bool(is_in_text)])
            for message_id, is_in_text in found
        ], total

    def _pieces(self, match: str, message_ids: list[int]) -> dict[int, tuple[Pieces, Pieces]]:
        """By message, the words around the best place in it, and in its text."""
        rows = self._db.execute(
            """SELECT rowid, snippet(messages_fts, -1, char(2), char(3), ' … ', 32),
                      snippet(messages_fts, 1, char(2), char(3), ' … ', 32)
               FROM messages_fts
               WHERE messages_fts MATCH ? AND rowid IN (SELECT value FROM json_each(?))""",
            [match, json_text(message_ids)],
        )
        return {i: (_pieces(best), _pieces(text)) for i, best, text in rows.fetchall()}


_RANKED = """
    WITH found AS MATERIALIZED (
        SELECT rowid AS id, bm25(messages_fts, 2.0, 1.0) AS score,
               bm25(messages_fts, 0.0, 1.0) AS own_score
        FROM messages_fts WHERE messages_fts MATCH :all),
    by_subject AS (
        SELECT m.id, row_number() OVER (
            PARTITION BY coalesce(m.thread_id, m.id) ORDER BY m.rank, m.id) AS nth
        FROM found f JOIN messages m ON m.id = f.id
        WHERE m.discussion_id = :discussion
          AND m.id IN (SELECT rowid FROM messages_fts WHERE messages_fts MATCH :in_subject)),
    by_text AS MATERIALIZED (
        SELECT rowid AS id FROM messages_fts WHERE messages_fts MATCH :in_text)
    SELECT f.id, t.id IS NOT NULL AS is_in_text
    FROM found f JOIN messages m ON m.id = f.id
    LEFT JOIN by_subject s ON s.id = f.id LEFT JOIN by_text t ON t.id = f.id
    WHERE m.discussion_id = :discussion AND (t.id IS NOT NULL OR coalesce(s.nth, 1) = 1)
    ORDER BY CASE WHEN coalesce(s.nth, 1) = 1 THEN f.score ELSE f.own_score END, f.id
"""


def match_expression(query: str) -> str:
    """What a person typed, as an FTS5 expression in which every term is quoted."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]*)"|([^\s"]+))', query.replace("\0", " ")):
        term = phrase or word.strip("*")
        if not re.search(r"\w", term):
            continue
        quoted = '"' + term.replace('"', '""') + '"' + ("*" if word.endswith("*") else "")
        (unwanted if minus else wanted).append(quoted)
    if not wanted:
        return ""
    return " AND ".join(wanted) + "".join(f" NOT {term}" for term in unwanted)


def _pieces(text: str) -> Pieces:
    pieces: list[tuple[str, bool]] = []
    for part in text.split("\x02"):
        found, mark, rest = part.partition("\x03")
        if mark:
            pieces += [(found, True), (rest, False)]
        else:
            pieces.append((part, False))
    return tuple(piece for piece in pieces if piece[0])
