"""Messages: kept once, updated when edited, linked into threads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synth.records import (
    CleanText,
    Message,
    ParentEvidence,
    RawMessage,
    Stance,
)
from synth.store.repetitions import Repetitions
from synth.store.values import json_text, now, read_time, sha256_text, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One message ready to be stored."""

    raw: RawMessage
    clean: CleanText
    language: str | None
    namespace: str
    participant_id: int | None
    is_chat: bool
    sha256: str | None = None
    """The ``fingerprint`` of ``raw``, where it is known already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A message's place in its thread."""

    message_id: int
    parent_id: int | None
    evidence: ParentEvidence
    thread_id: int
    depth: int
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectLine:
    """The subject that a message bears."""

    message_id: int
    participant_id: int | None
    is_reply: bool
    """Whether it answers another message."""
    subject: str


class Messages:
    def __init__(self, db: Database) -> None:
        self._db = db

    # -- writing ---------------------------------------------------------------------------

    def fingerprints(self, discussion_id: int) -> dict[tuple[str, str], str]:
        """(namespace, source id) → hash of the message as it was imported."""
        rows = self._db.execute(
            "SELECT namespace, source_id, content_sha256 FROM messages WHERE discussion_id = ?",
            [discussion_id],
        )
        return {(namespace, source_id): sha for namespace, source_id, sha in rows.fetchall()}

    def fingerprints_by_id(self, discussion_id: int) -> dict[int, str]:
        """Message id → hash of the message as it was imported, in order of id."""
        rows = self._db.execute(
            "SELECT id, content_sha256 FROM messages WHERE discussion_id = ? ORDER BY id",
            [discussion_id],
        )
        return dict(rows.fetchall())

    def texts(
        self, discussion_id: int, keys: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        """(namespace, source id) → stored clean text, for those that are there."""
        found: dict[tuple[str, str], str] = {}
        for key in keys:  # one look into the index each; a join would walk through all messages
            row = self._db.execute(
                """SELECT text FROM messages
                   WHERE discussion_id = ? AND namespace = ? AND source_id = ?""",
                [discussion_id, *key],
            ).fetchone()
            if row is not None:
                found[key] = row[0]
        return found

    def add(self, discussion_id: int, source_file: int, items: Sequence[Imported]) -> None:
        """Store new messages; the caller has made sure that their keys are new."""
        if not items:
            return
        with self._db.atomic():
            (last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()
            rows = [
                {
                    "id": message_id,
                    "discussion_id": discussion_id,
                    "source_file": source_file,
                    "namespace": item.namespace,
                    "source_id": item.raw.source_id,
                }
                | _columns(item)
                for message_id, item in enumerate(items, start=last + 1)
            ]
            names = list(rows[0])
            self._db.conn.executemany(
                f"INSERT INTO messages ({', '.join(names)}) "
                f"VALUES ({', '.join(f':{name}' for name in names)})",
                rows,
            )
            self._put_evidence(dict(enumerate(items, start=last + 1)))

    def update(self, discussion_id: int, items: Iterable[Imported]) -> None:
        """Bring edited messages up to date.

        When the words changed, passages are cut anew by the next build, what people took
        from the message is found again in the new words or marked stale, and the
        words before the edit go to the history.
        """
        with self._db.atomic():
            for item in items:
                key = [discussion_id, item.namespace, item.raw.source_id]
                message_id, before = self._db.execute(
                    """SELECT id, text FROM messages
                       WHERE discussion_id = ? AND namespace = ? AND source_id = ?""",
                    key,
                ).fetchone()
                columns = _columns(item)
                sets = ", ".join(f"{name} = ?" for name in columns)
                if before != item.clean.text:
                    self._forget_passages(discussion_id, message_id, before, item.clean.text)
                self._db.execute(
                    f"UPDATE messages SET {sets} WHERE id = ?", [*columns.values(), message_id]
                )
                self._anchor_extracts(message_id, item.clean.text)
                self._db.execute("DELETE FROM quotes WHERE message_id = ?", [message_id])
                self._put_evidence({message_id: item})

    def link(self, links: Iterable[Linked]) -> None:
        """Write the threads: parents, depth and reading order."""
        with self._db.atomic():
            self._db.conn.executemany(
                """UPDATE messages SET parent_id = ?2, parent_evidence = ?3, thread_id = ?4,
                   depth = ?5, rank = ?6
                   WHERE id = ?1 AND (parent_id IS NOT ?2 OR parent_evidence IS NOT ?3
                     OR thread_id IS NOT ?4 OR depth IS NOT ?5 OR rank IS NOT ?6)""",
                [
                    (k.message_id, k.parent_id, k.evidence, k.thread_id, k.depth, k.rank)
                    for k in links
                ],
            )

    def _put_evidence(self, items: Mapping[int, Imported]) -> None:
        """``items`` by message id; none of them has quotes yet."""
        self._db.conn.executemany(
            "INSERT OR REPLACE INTO message_evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    message_id,
                    item.raw.text,
                    item.raw.body_format,
                    item.raw.reply_id,
                    item.raw.parent_namespace,
                    item.raw.parent_source_id,
                    json_text(list(item.raw.references)),
                    item.raw.thread_source_id,
                    item.is_chat,
                )
                for message_id, item in items.items()
            ],
        )
        self._db.conn.executemany(
            "INSERT INTO quotes (message_id, kind, at, text, author) VALUES (?, ?, ?, ?, ?)",
            [
                (message_id, q.kind, q.at, q.text, q.author)
                for message_id, item in items.items()
                for q in item.clean.quotes
            ],
        )

    def _forget_passages(
        self, discussion_id: int, message_id: int, before: str, after: str
    ) -> None:
        Repetitions(self._db).leave(message_id)
        self._db.execute("DELETE FROM passages WHERE message_id = ?", [message_id])
        self._db.execute("UPDATE extracts SET is_stale = 1 WHERE message_id = ?", [message_id])
        self._db.execute(
            """INSERT INTO events (discussion_id, at, actor, verb, noun, noun_id, before, after)
               VALUES (?, ?, 'import', 'edited', 'message', ?, ?, ?)""",
            [
                discussion_id,
                time_text(now()),
                message_id,
                json_text({"text": before}),
                json_text({"text": after}),
            ],
        )

    def _anchor_extracts(self, message_id: int, text: str) -> None:
        """Find stale quotes again in the new words, nearest to where they stood."""
        stale = self._db.execute(
            "SELECT id, start, quote FROM extracts WHERE message_id = ? AND is_stale = 1",
            [message_id],
        ).fetchall()
        for extract_id, start, quote in stale:
            places = list(_places(text, quote))
            if places:
                at = min(places, key=lambda place: abs(place - start))
                self._db.execute(
                    'UPDATE extracts SET start = ?, "end" = ?, is_stale = 0 WHERE id = ?',
                    [at, at + len(quote), extract_id],
                )

    # -- reading ---------------------------------------------------------------------------

    def all(self, discussion_id: int) -> Iterator[Message]:
        """Every message, in order of id (the order of import)."""
        return map(
            _message,
            self._db.query(f"{_SELECT} WHERE m.discussion_id = ? ORDER BY m.id", [discussion_id]),
        )

    def languages(self, discussion_id: int) -> dict[int, str | None]:
        """Message id → its language; None where nobody knows."""
        rows = self._db.execute(
            "SELECT id, language FROM messages WHERE discussion_id = ?", [discussion_id]
        )
        return dict(rows.fetchall())

    def count(self, discussion_id: int) -> int:
        (n,) = self._db.execute(
            "SELECT count(*) FROM messages WHERE discussion_id = ?", [discussion_id]
        ).fetchone()
        return int(n)

    def get(self, message_id: int) -> Message | None:
        return next(map(_message, self._db.query(f"{_SELECT} WHERE m.id = ?", [message_id])), None)

    def discussion_of(self, message_id: int) -> int | None:
        row = self._db.execute(
            "SELECT discussion_id FROM messages WHERE id = ?", [message_id]
        ).fetchone()
        return None if row is None else int(row[0])

    def some(self, discussion_id: int, *, limit: int, offset: int = 0) -> list[Message]:
        """A page of ``all``."""
        rows = self._db.query(
            f"{_SELECT} WHERE m.discussion_id = ? ORDER BY m.id LIMIT ? OFFSET ?",
            [discussion_id, limit, offset],
        )
        return [_message(row) for row in rows]

    def subjects(self, discussion_id: int) -> list[SubjectLine]:
        """The subject of each message that has one, the earliest first, the undated last."""
        rows = self._db.query(
            """SELECT id AS message_id, participant_id, parent_id IS NOT NULL AS is_reply, subject
               FROM messages WHERE discussion_id = ? AND subject IS NOT NULL
               ORDER BY posted_at IS NULL, posted_at, id""",
            [discussion_id],
        )
        return [SubjectLine(**{**row, "is_reply": bool(row["is_reply"])}) for row in rows]

    def set_subjects(self, subjects: Mapping[int, str | None]) -> None:
        """Write subjects by message id."""
        self._db.conn.executemany(
            "UPDATE messages SET subject = ?2 WHERE id = ?1", list(subjects.items())
        )

    def first_lines(self) -> set[str]:
        """The subject of every message of the file, or the line that its text begins with."""
        rows = self._db.execute(
            """SELECT DISTINCT coalesce(nullif(subject, ''),
                 substr(text, 1, instr(text || char(10), char(10)) - 1)) FROM messages"""
        )
        return {line for (line,) in rows.fetchall()}

    def many(self, message_ids: Sequence[int]) -> dict[int, Message]:
        rows = self._db.query(
            f"{_SELECT} WHERE m.id IN (SELECT value FROM json_each(?))", [json_text(message_ids)]
        )
        return {row["id"]: _message(row) for row in rows}

    def thread(self, thread_id: int, *, limit: int = -1, offset: int = 0) -> list[Message]:
        """A page of a thread, or all of it, in reading order."""
        rows = self._db.query(
            f"{_SELECT} WHERE m.thread_id = ? ORDER BY m.rank, m.id LIMIT ? OFFSET ?",
            [thread_id, limit, offset],
        )
        return [_message(row) for row in rows]

    def last_of_thread(self, thread_id: int, n: int) -> list[Message]:
        """The last ``n`` messages of a thread, in reading order."""
        rows = self._db.query(
            f"{_SELECT} WHERE m.thread_id = ? ORDER BY m.rank DESC, m.id DESC LIMIT ?",
            [thread_id, n],
        )
        return [_message(row) for row in rows][::-1]


def fingerprint(raw: RawMessage) -> str:
    """Hash of all that an import knows of a message; a change means an edit."""
    fields = [
        raw.text,
        raw.body_format,
        raw.reply_id,
        raw.parent_source_id,
        raw.parent_namespace,
        list(raw.references),
        raw.thread_source_id,
        raw.author_key,
        time_text(raw.posted_at),
        raw.subject,
        raw.url,
        raw.category,
        raw.stance,
        raw.n_likes,
        raw.n_for,
        raw.n_against,
        raw.is_accepted,
        dict(raw.extra),
    ]
    return sha256_text(json_text(fields))


def _columns(item: Imported) -> dict[str, object]:
    raw = item.raw
    return {
        "participant_id": item.participant_id,
        "posted_at": time_text(raw.posted_at),
        "subject": raw.subject,
        "language": item.language,
        "text": item.clean.text,
        "url": raw.url,
        "category": raw.category,
        "stance": raw.stance,
        "n_likes": raw.n_likes,
        "n_for": raw.n_for,
        "n_against": raw.n_against,
        "is_accepted": int(raw.is_accepted),
        "n_attachments": raw.n_attachments,
        "extra": json_text(dict(raw.extra)),
        "content_sha256": item.sha256 or fingerprint(raw),
    }


def _places(text: str, quote: str) -> Iterator[int]:
    at = text.find(quote)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1)


_SELECT = """SELECT m.*, p.pseudonym FROM messages m
    LEFT JOIN participants p ON p.id = m.participant_id"""


def _message(row: dict[str, Any]) -> Message:
    return Message(
        id=row["id"],
        source_id=row["source_id"],
        thread_id=row["thread_id"] or row["id"],
        parent_id=row["parent_id"],
        parent_evidence=ParentEvidence(row["parent_evidence"]),
        depth=row["depth"],
        rank=row["rank"],
        participant_id=row["participant_id"],
        author=row["pseudonym"],
        posted_at=read_time(row["posted_at"]),
        subject=row["subject"],
        language=row["language"],
        text=row["text"],
        url=row["url"],
        category=row["category"],
        stance=None if row["stance"] is None else Stance(row["stance"]),
        n_likes=row["n_likes"],
        n_for=row["n_for"],
        n_against=row["n_against"],
        is_accepted=bool(row["is_accepted"]),
        n_attachments=row["n_attachments"],
        extra=json.loads(row["extra"]),
    )
