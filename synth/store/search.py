"""Search in the words of a discussion (FTS5, accents folded)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    message_id: int
    snippet: tuple[tuple[str, bool], ...]
    """Pieces of the message around the found words; True marks a found word."""


class Search:
    def __init__(self, db: Database) -> None:
        self._db = db

    def words(
        self, discussion_id: int, query: str, *, limit: int = 50, offset: int = 0
    ) -> tuple[list[Hit], int]:
        """Messages that hold all the words, the most relevant first, and how many there are.

        ``"two words"`` finds the phrase, ``-word`` leaves messages out, ``wor*`` completes.
        Whatever is typed is a valid search: nothing raises.
        """
        match = match_expression(query)
        if not match:
            return [], 0
        where = "messages_fts MATCH ? AND m.discussion_id = ?"
        table = "messages_fts JOIN messages m ON m.id = messages_fts.rowid"
        (total,) = self._db.execute(
            f"SELECT count(*) FROM {table} WHERE {where}", [match, discussion_id]
        ).fetchone()
        rows = self._db.execute(
            f"""SELECT m.id, snippet(messages_fts, -1, char(2), char(3), ' … ', 32)
                FROM {table} WHERE {where} ORDER BY bm25(messages_fts, 2.0, 1.0), m.id
                LIMIT ? OFFSET ?""",
            [match, discussion_id, limit, offset],
        ).fetchall()
        return [Hit(message_id=i, snippet=_pieces(text)) for i, text in rows], total


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


def _pieces(text: str) -> tuple[tuple[str, bool], ...]:
    pieces: list[tuple[str, bool]] = []
    for part in text.split("\x02"):
        found, mark, rest = part.partition("\x03")
        if mark:
            pieces += [(found, True), (rest, False)]
        else:
            pieces.append((part, False))
    return tuple(piece for piece in pieces if piece[0])
