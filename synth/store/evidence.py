"""Reply evidence: what a message says about its place, and what it quotes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from synth.records import Quote, QuoteKind
from synth.store.values import json_text, read_time

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvidence:
    """What a message says about its place in a thread."""

    message_id: int
    key: tuple[str, str]
    """(namespace, what replies call the message)"""
    parent_key: tuple[str, str] | None
    ancestor_keys: tuple[tuple[str, str], ...]
    thread_source_id: str | None
    participant_id: int | None
    author_name: str | None
    posted_at: datetime | None
    subject: str | None
    text: str
    quoted: tuple[str, ...]
    is_chat: bool


class Evidence:
    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self, discussion_id: int) -> list[MessageEvidence]:
        """All that threading needs, in order of message id."""
        quoted: dict[int, list[str]] = {}
        for message_id, text in self._db.execute(
            """SELECT q.message_id, q.text FROM quotes q JOIN messages m ON m.id = q.message_id
               WHERE m.discussion_id = ? AND q.kind = 'quoted' ORDER BY q.id""",
            [discussion_id],
        ):
            quoted.setdefault(message_id, []).append(text)
        rows = self._db.query(
            """SELECT m.id, m.namespace, m.source_id, m.participant_id, m.posted_at, m.subject,
               m.text, e.reply_id, e.parent_namespace, e.parent_source_id, e.ancestors,
               e.thread_source_id, e.is_chat, n.name
               FROM messages m JOIN message_evidence e ON e.message_id = m.id
               LEFT JOIN participant_names n ON n.participant_id = m.participant_id
               WHERE m.discussion_id = ? ORDER BY m.id""",
            [discussion_id],
        )
        return [_evidence(row, tuple(quoted.get(row["id"], ()))) for row in rows]

    def quotes(self, message_ids: Sequence[int]) -> dict[int, tuple[Quote, ...]]:
        """What was separated from the messages' own words, in order."""
        found: dict[int, list[Quote]] = {}
        for row in self._db.query(
            """SELECT message_id, kind, at, text, author FROM quotes
               WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY id""",
            [json_text(message_ids)],
        ):
            quote = Quote(
                kind=QuoteKind(row["kind"]), text=row["text"], at=row["at"], author=row["author"]
            )
            found.setdefault(row["message_id"], []).append(quote)
        return {message_id: tuple(quotes) for message_id, quotes in found.items()}

    def counts(self, discussion_id: int) -> Mapping[str, int]:
        """How many messages rest on which reply evidence."""
        rows = self._db.execute(
            """SELECT parent_evidence, count(*) FROM messages WHERE discussion_id = ?
               GROUP BY parent_evidence ORDER BY parent_evidence""",
            [discussion_id],
        )
        return dict(rows.fetchall())


def _evidence(row: dict[str, Any], quoted: tuple[str, ...]) -> MessageEvidence:
    namespace = row["namespace"]
    parent = row["parent_source_id"]
    parent_namespace = row["parent_namespace"]
    return MessageEvidence(
        message_id=row["id"],
        key=(namespace, row["reply_id"] or row["source_id"]),
        parent_key=None
        if parent is None
        else (namespace if parent_namespace is None else parent_namespace, parent),
        ancestor_keys=tuple((namespace, source_id) for source_id in json.loads(row["ancestors"])),
        thread_source_id=row["thread_source_id"],
        participant_id=row["participant_id"],
        author_name=row["name"],
        posted_at=read_time(row["posted_at"]),
        subject=row["subject"],
        text=row["text"],
        quoted=quoted,
        is_chat=bool(row["is_chat"]),
    )
