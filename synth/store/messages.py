"""Messages: kept once, updated when edited, linked into threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from synth.masks import findings_of, masked_for, restored
from synth.records import Message, Origin, ParentEvidence, ReadSide, Stance
from synth.store.imported import Imported, MaskedMessage, columns_of, mask
from synth.store.masks import Masks, MessageMasks
from synth.store.repetitions import Repetitions
from synth.store.rows import IN, Collection, Row, json_text, record
from synth.store.runs import Events


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


class Messages(Collection):
    # -- writing ---------------------------------------------------------------------------

    def fingerprints(self, discussion_id: int) -> dict[tuple[str, str], str]:
        """(namespace, source id) → hash of the message as it was imported, hidden or not."""
        rows = self._tuples(
            """SELECT m.namespace, m.source_id,
                 coalesce(json_extract(h.kept, '$.message.content_sha256'), m.content_sha256)
               FROM messages m LEFT JOIN hidden_messages h ON h.message_id = m.id
               WHERE m.discussion_id = ?""",
            discussion_id,
        )
        return {(namespace, source_id): sha for namespace, source_id, sha in rows}

    def fingerprints_by_id(self, discussion_id: int) -> dict[int, str]:
        """Message id → hash of the message as it was imported, in order of id; ``hidden`` where its
        words are."""
        return self._mapping(
            "SELECT id, content_sha256 FROM messages WHERE discussion_id = ? ORDER BY id",
            discussion_id,
        )

    def texts(
        self, discussion_id: int, keys: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        """(namespace, source id) → stored clean text, hidden or not, for those that are there."""
        # One look into the index each; a join would walk through all messages.
        found = {key: self._of_key(discussion_id, *key) for key in keys}
        return {key: row[1] for key, row in found.items() if row is not None}

    def _of_key(self, discussion_id: int, namespace: str, source_id: str) -> tuple[int, str] | None:
        """Id and text of the message that was imported under this key."""
        rows = self._tuples(
            """SELECT m.id, coalesce(json_extract(h.kept, '$.message.text'), m.text)
               FROM messages m LEFT JOIN hidden_messages h ON h.message_id = m.id
               WHERE m.discussion_id = ? AND m.namespace = ? AND m.source_id = ?""",
            *(discussion_id, namespace, source_id),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def add(self, discussion_id: int, source_file: int, items: Sequence[Imported]) -> None:
        """Store new messages; the caller has made sure that their keys are new."""
        if not items:
            return
        with self._db.atomic():
            last = self._value("SELECT coalesce(max(id), 0) FROM messages")
            new = dict(enumerate(map(mask, items), start=last + 1))
            rows = [
                {
                    "id": message_id,
                    "discussion_id": discussion_id,
                    "source_file": source_file,
                    "namespace": one.item.namespace,
                    "source_id": one.item.raw.source_id,
                }
                | columns_of(one)
                for message_id, one in new.items()
            ]
            names, marks = ", ".join(rows[0]), ", ".join(f":{name}" for name in rows[0])
            self._write_many(f"INSERT INTO messages ({names}) VALUES ({marks})", rows)
            self._put_evidence(new)

    def update(self, discussion_id: int, items: Iterable[Imported]) -> None:
        """Bring edited messages up to date.

        When the words changed, passages are cut anew by the next build, what people took
        from the message is found again in the new words or marked stale, and the
        words before the edit go to the history.
        """
        with self._db.atomic():
            for item in items:
                there = self._of_key(discussion_id, item.namespace, item.raw.source_id)
                assert there is not None
                message_id, before = there
                one = mask(self._as_masked_before(item, message_id, before))
                if before != one.text:
                    self._forget_passages(discussion_id, message_id, (before, one.text))
                columns = columns_of(one)
                sets = ", ".join(f"{name} = ?" for name in columns)
                self._write(
                    f"UPDATE messages SET {sets} WHERE id = ?", *columns.values(), message_id
                )
                self._anchor_extracts(message_id, one.text)
                self._write("DELETE FROM quotes WHERE message_id = ?", message_id)
                self._put_evidence({message_id: one})

    def _as_masked_before(self, item: Imported, message_id: int, before: str) -> Imported:
        """The same with what is masked in the text already, where its words are the same.

        What an import finds may be less: names that are masked because the discussion knows them.
        """
        there = Masks(self._db).of([message_id]).get(message_id, MessageMasks()).text
        if restored(before, there) != item.clean.text:
            return item
        known = self._text(
            "SELECT masked_for FROM message_evidence WHERE message_id = ?", message_id
        )
        if known != masked_for(item.masking):
            return item
        return replace(item, findings=replace(item.findings, text=findings_of(before, there)))

    def link(self, links: Iterable[Linked]) -> None:
        """Write the threads: parents, depth and reading order."""
        with self._db.atomic():
            self._write_many(
                """UPDATE messages SET parent_id = ?2, parent_evidence = ?3, thread_id = ?4,
                   depth = ?5, rank = ?6
                   WHERE id = ?1 AND (parent_id IS NOT ?2 OR parent_evidence IS NOT ?3
                     OR thread_id IS NOT ?4 OR depth IS NOT ?5 OR rank IS NOT ?6)""",
                [
                    (k.message_id, k.parent_id, k.evidence, k.thread_id, k.depth, k.rank)
                    for k in links
                ],
            )

    def set_subjects(self, subjects: Mapping[int, str | None]) -> None:
        """Write subjects by message id, as they are to be shown."""
        self._write(
            f"DELETE FROM masks WHERE field = 'subject' AND message_id {IN}", list(subjects)
        )
        self._write_many("UPDATE messages SET subject = ?2 WHERE id = ?1", subjects.items())

    def _put_evidence(self, items: Mapping[int, MaskedMessage]) -> None:
        """``items`` by message id; none of them has quotes yet."""
        raws = {message_id: one.item.raw for message_id, one in items.items()}
        self._write_many(
            """INSERT OR REPLACE INTO message_evidence (message_id, raw, body_format, reply_id,
               parent_namespace, parent_source_id, ancestors, thread_source_id, is_chat, masked_for)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    *(message_id, raw.text, raw.body_format, raw.reply_id),
                    *(raw.parent_namespace, raw.parent_source_id),
                    json_text(list(raw.references)),
                    *(raw.thread_source_id, items[message_id].item.is_chat),
                    masked_for(items[message_id].item.masking),
                )
                for message_id, raw in raws.items()
            ],
        )
        self._write_many(
            "INSERT INTO quotes (message_id, kind, at, text, author) VALUES (?, ?, ?, ?, ?)",
            [
                (message_id, q.kind, one.offsets.shown(q.at), q.text, q.author)
                for message_id, one in items.items()
                for q in one.item.clean.quotes
            ],
        )
        Masks(self._db).put({message_id: one.masks for message_id, one in items.items()})

    def _forget_passages(self, discussion_id: int, message_id: int, texts: tuple[str, str]) -> None:
        """``texts``: before and after the edit."""
        Repetitions(self._db).leave(message_id)
        self._write("DELETE FROM passages WHERE message_id = ?", message_id)
        self._write("UPDATE extracts SET is_stale = 1 WHERE message_id = ?", message_id)
        before, after = ({"text": text} for text in texts)
        Events(self._db).add(
            discussion_id,
            actor="import",
            verb="edited",
            noun="message",
            noun_id=message_id,
            change=(before, after),
        )

    def _anchor_extracts(self, message_id: int, text: str) -> None:
        """Find stale quotes again in the new words, nearest to where they stood."""
        for extract_id, start, quote in self._tuples(
            "SELECT id, start, quote FROM extracts WHERE message_id = ? AND is_stale = 1",
            message_id,
        ):
            places = list(_places(text, quote))
            if places:
                at = min(places, key=lambda place: abs(place - start))
                self._write(
                    'UPDATE extracts SET start = ?, "end" = ?, is_stale = 0 WHERE id = ?',
                    *(at, at + len(quote), extract_id),
                )

    # -- reading ---------------------------------------------------------------------------

    def all(self, discussion_id: int) -> Iterator[Message]:
        """Every message, in order of id (the order of import)."""
        sql = f"{_SELECT} WHERE m.discussion_id = ? ORDER BY m.id"
        return map(_message, self._db.query(sql, [discussion_id]))

    def some(self, discussion_id: int, *, limit: int, offset: int = 0) -> list[Message]:
        """A page of ``all``."""
        return self._messages(
            "WHERE m.discussion_id = ? ORDER BY m.id LIMIT ? OFFSET ?",
            *(discussion_id, limit, offset),
        )

    def get(self, message_id: int) -> Message | None:
        return next(iter(self._messages("WHERE m.id = ?", message_id)), None)

    def many(self, message_ids: Sequence[int]) -> dict[int, Message]:
        found = self._messages(f"WHERE m.id {IN}", message_ids)
        return {message.id: message for message in found}

    def written_by(self, participant_ids: Sequence[int]) -> list[int]:
        """The messages of these participants that have words, by id."""
        return self._column(
            f"SELECT id FROM messages WHERE participant_id {IN} AND text <> '' ORDER BY id",
            participant_ids,
        )

    def thread(self, thread_id: int, *, limit: int = -1, offset: int = 0) -> list[Message]:
        """A page of a thread, or all of it, in reading order."""
        return self._messages(
            "WHERE m.thread_id = ? ORDER BY m.rank, m.id LIMIT ? OFFSET ?",
            *(thread_id, limit, offset),
        )

    def last_of_thread(self, thread_id: int, n: int) -> list[Message]:
        """The last ``n`` messages of a thread, in reading order."""
        found = self._messages(
            "WHERE m.thread_id = ? ORDER BY m.rank DESC, m.id DESC LIMIT ?", thread_id, n
        )
        return found[::-1]

    def _messages(self, where: str, *values: object) -> list[Message]:
        return [_message(row) for row in self._rows(f"{_SELECT} {where}", *values)]

    def languages(self, discussion_id: int) -> dict[int, str | None]:
        """Message id → its language; None where nobody knows."""
        return self._mapping(
            "SELECT id, language FROM messages WHERE discussion_id = ?", discussion_id
        )

    def count(self, discussion_id: int) -> int:
        return self._count("SELECT count(*) FROM messages WHERE discussion_id = ?", discussion_id)

    def discussion_of(self, message_id: int) -> int | None:
        return self._id("SELECT discussion_id FROM messages WHERE id = ?", message_id)

    def subjects(self, discussion_id: int) -> list[SubjectLine]:
        """The subject of each message that has one, the earliest first, the undated last."""
        rows = self._rows(
            """SELECT id AS message_id, participant_id, parent_id IS NOT NULL AS is_reply, subject
               FROM messages WHERE discussion_id = ? AND subject IS NOT NULL
               ORDER BY posted_at IS NULL, posted_at, id""",
            discussion_id,
        )
        return [record(SubjectLine, row) for row in rows]

    def first_lines(self) -> set[str]:
        """The subject of every message of the file, or the line that its text begins with."""
        return set(
            self._column(
                """SELECT DISTINCT coalesce(nullif(subject, ''),
                     substr(text, 1, instr(text || char(10), char(10)) - 1)) FROM messages"""
            )
        )


def _places(text: str, quote: str) -> Iterator[int]:
    at = text.find(quote)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1)


_SELECT = """SELECT m.*, p.pseudonym AS author, s.side AS told_side, s.confidence,
    s.origin AS told_by, h.reason AS hidden FROM messages m
    LEFT JOIN participants p ON p.id = m.participant_id
    LEFT JOIN hidden_messages h ON h.message_id = m.id
    LEFT JOIN sides s ON s.message_id = m.id AND m.stance IS NULL"""


def _message(row: Row) -> Message:
    return record(Message, row, thread_id=row["thread_id"] or row["id"], read_side=_read_side(row))


def _read_side(row: Row) -> ReadSide | None:
    """What is told of a message's side beside the platform; None where nothing is."""
    if row["told_side"] is None and row["told_by"] != Origin.PERSON:
        return None
    return ReadSide(
        side=None if row["told_side"] is None else Stance(row["told_side"]),
        confidence=row["confidence"],
        origin=Origin(row["told_by"]),
    )
