"""Threads: who answers whom and why, and where in a thread a message stands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from synth.masks import restored
from synth.records import ParentEvidence, Placement, Quote
from synth.store.ideas import PLACED
from synth.store.masks import Masks, MessageMasks
from synth.store.rows import IN, Collection, Row, record


class Threads(Collection):
    def counts(self, thread_id: int) -> tuple[int, int]:
        """How many messages, and of how many known authors."""
        ((n_messages, n_authors),) = self._tuples(
            "SELECT count(*), count(DISTINCT participant_id) FROM messages WHERE thread_id = ?",
            thread_id,
        )
        return n_messages, n_authors

    def message_ids(self, thread_id: int) -> list[int]:
        """In reading order."""
        return self._column(
            "SELECT id FROM messages WHERE thread_id = ? ORDER BY rank, id", thread_id
        )

    def placements(self, thread_id: int, *, within: int = -1) -> list[Placement]:
        """Its passages in reading order, with their ideas; those that begin in the first so many
        characters of their message where ``within`` says how many."""
        rows = self._rows(
            f"""{PLACED} WHERE m.thread_id = ?1 AND (?2 < 0 OR p.start < ?2)
                ORDER BY m.rank, m.id, p.start""",
            *(thread_id, within),
        )
        return [record(Placement, row) for row in rows]

    def titles(self, thread_ids: Sequence[int]) -> Mapping[int, tuple[str, str | None]]:
        """Thread id → what it is called, or its first words, and their language."""
        rows = self._tuples(
            f"""SELECT id, coalesce(subject, substr(text, 1, 200)), language FROM messages
                WHERE id {IN}""",
            thread_ids,
        )
        return {thread_id: (title, language) for thread_id, title, language in rows}


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


class Evidence(Collection):
    """What messages say about their places, and what they quote."""

    def all(self, discussion_id: int) -> list[MessageEvidence]:
        """All that threading needs, in order of message id."""
        quoted = self._groups(
            """SELECT q.message_id, q.text FROM quotes q JOIN messages m ON m.id = q.message_id
               WHERE m.discussion_id = ? AND q.kind = 'quoted' ORDER BY q.id""",
            discussion_id,
        )
        rows = self._db.query(
            """SELECT m.id AS message_id, m.namespace, m.source_id, m.participant_id, m.posted_at,
               m.subject, m.text, e.reply_id, e.parent_namespace, e.parent_source_id, e.ancestors,
               e.thread_source_id, e.is_chat, n.name AS author_name
               FROM messages m JOIN message_evidence e ON e.message_id = m.id
               LEFT JOIN participant_names n ON n.participant_id = m.participant_id
               WHERE m.discussion_id = ? ORDER BY m.id""",
            [discussion_id],
        )
        # Masks hide whom a line speaks to, and what a quote repeats.
        masks = Masks(self._db).of_discussion(discussion_id)
        return [
            _evidence(
                _unmasked(row, masks.get(row["message_id"])),
                tuple(quoted.get(row["message_id"], ())),
            )
            for row in rows
        ]

    def quotes(self, message_ids: Sequence[int]) -> dict[int, tuple[Quote, ...]]:
        """What was separated from the messages' own words, in order."""
        found: dict[int, list[Quote]] = {}
        for row in self._rows(
            f"""SELECT message_id, kind, at, text, author FROM quotes
                WHERE message_id {IN} ORDER BY id""",
            message_ids,
        ):
            found.setdefault(row["message_id"], []).append(record(Quote, row))
        return {message_id: tuple(quotes) for message_id, quotes in found.items()}

    def stated(self, discussion_id: int) -> list[int]:
        """Ids, ascending, of the messages of which the source itself says what they answer."""
        return self._column(
            """SELECT id FROM messages
               WHERE discussion_id = ? AND parent_evidence = ? ORDER BY id""",
            discussion_id,
            ParentEvidence.HEADER,
        )

    def counts(self, discussion_id: int) -> Mapping[str, int]:
        """How many messages rest on which reply evidence."""
        return self._mapping(
            """SELECT parent_evidence, count(*) FROM messages WHERE discussion_id = ?
               GROUP BY parent_evidence ORDER BY parent_evidence""",
            discussion_id,
        )


def _unmasked(row: Row, masks: MessageMasks | None) -> Row:
    if masks is None:
        return row
    subject = row["subject"]
    return row | {
        "text": restored(row["text"], masks.text),
        "subject": None if subject is None else restored(subject, masks.subject),
    }


def _evidence(row: Row, quoted: tuple[str, ...]) -> MessageEvidence:
    namespace, parent, elsewhere = (
        row[name] for name in ("namespace", "parent_source_id", "parent_namespace")
    )
    return record(
        MessageEvidence,
        row,
        key=(namespace, row["reply_id"] or row["source_id"]),
        parent_key=None
        if parent is None
        else (namespace if elsewhere is None else elsewhere, parent),
        ancestor_keys=tuple((namespace, source_id) for source_id in json.loads(row["ancestors"])),
        quoted=quoted,
    )
