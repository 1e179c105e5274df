"""Hidden messages: which are, why, who hid them, and what they say, for moderators."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from synth.records import HiddenReason
from synth.store.change_log import Change
from synth.store.hidden_rows import Aside, Restoring
from synth.store.rows import IN, Collection, Row, json_text, now, record, time_text
from synth.store.runs import Events


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Who hides something, since when and why."""

    reason: HiddenReason
    note: str = ""
    """What the facilitator says besides; for the facilitators."""
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenMessage:
    """A hidden message as moderators see it."""

    message_id: int
    author: str | None
    posted_at: datetime | None
    ruling: Ruling
    text: str
    subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenParticipant:
    """A participant whose messages are hidden, later ones too."""

    participant_id: int
    pseudonym: str
    ruling: Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line of the log of moderation."""

    at: datetime
    actor: str
    verb: str
    """``hid`` or ``showed``."""
    message_id: int | None
    """None for all messages of a participant."""
    participant: str | None
    reason: HiddenReason | None


class Hidden(Collection):
    # -- putting aside and back --------------------------------------------------------------

    def put_aside(self, discussion_id: int, rulings: Mapping[int, Ruling]) -> int:
        """Hide messages (id → ruling) that are shown and have words; returns how many there were.

        The ideas that their passages stood under are counted anew; one of the machine that is left
        without any goes.
        """
        there = self._column(
            f"""SELECT id FROM messages WHERE discussion_id = ? AND content_sha256 <> 'erased'
                AND id NOT IN (SELECT message_id FROM hidden_messages) AND id {IN} ORDER BY id""",
            *(discussion_id, list(rulings)),
        )
        with self._db.atomic():
            self._write("PRAGMA defer_foreign_keys = ON")
            change, aside = Change(self._db, discussion_id), Aside(self._db)
            for message_id in there:
                kept = aside.take(change, message_id)
                ruling = rulings[message_id]
                values = {"message_id": message_id, "discussion_id": discussion_id}
                self._insert(
                    "hidden_messages", values | _columns(ruling) | {"kept": json_text(kept)}
                )
            change.recount()
            aside.drop_empty_ideas(change, discussion_id)
        return len(there)

    def put_back(self, discussion_id: int, message_ids: Sequence[int]) -> None:
        """Show messages again, with what stood on their words where that has a place still."""
        with self._db.atomic():
            self._write("PRAGMA defer_foreign_keys = ON")
            kept = self._mapping(
                f"""SELECT message_id, kept FROM hidden_messages
                    WHERE discussion_id = ? AND message_id {IN} ORDER BY message_id""",
                *(discussion_id, list(message_ids)),
            )
            change = Change(self._db, discussion_id)
            work = [Restoring(self._db, change, of, json.loads(text)) for of, text in kept.items()]
            for one in work:
                one.words()
            self._write(f"DELETE FROM hidden_messages WHERE message_id {IN}", list(kept))
            for one in work:
                one.what_stood_on_them()
            change.recount()

    # -- participants ------------------------------------------------------------------------

    def keep_out(self, discussion_id: int, participant_id: int, ruling: Ruling) -> None:
        """Note that the messages of a participant are hidden, later ones too. Where that was so
        already, the new ruling takes the place of that one, on the messages too."""
        values = {"participant_id": participant_id, "discussion_id": discussion_id}
        with self._db.atomic():
            self._write(_RULE_ANEW, participant_id, *_columns(ruling).values())
            self.let_in(participant_id)
            self._insert("hidden_participants", values | _columns(ruling))

    def let_in(self, participant_id: int) -> None:
        """Forget that; what is hidden stays so until it is put back."""
        self._write("DELETE FROM hidden_participants WHERE participant_id = ?", participant_id)

    def participants(self, discussion_id: int) -> list[HiddenParticipant]:
        rows = self._rows(
            """SELECT h.*, p.pseudonym FROM hidden_participants h
               JOIN participants p ON p.id = h.participant_id
               WHERE h.discussion_id = ? AND EXISTS
                 (SELECT 1 FROM messages m WHERE m.participant_id = p.id)
               ORDER BY h.at DESC, p.id DESC""",
            discussion_id,
        )
        return [record(HiddenParticipant, row, ruling=record(Ruling, row)) for row in rows]

    # -- reading -----------------------------------------------------------------------------

    def rulings(self, discussion_id: int) -> dict[int, Ruling]:
        """Hidden message → why."""
        rows = self._rows(
            """SELECT message_id, reason, note, actor, at FROM hidden_messages
               WHERE discussion_id = ? ORDER BY message_id""",
            discussion_id,
        )
        return {row["message_id"]: record(Ruling, row) for row in rows}

    def rulings_of_participants(self, discussion_id: int) -> dict[int, Ruling]:
        """Each message of those whose messages are hidden → why."""
        rows = self._rows(
            """SELECT m.id AS message_id, h.reason, h.note, h.actor, h.at
               FROM hidden_participants h JOIN messages m ON m.participant_id = h.participant_id
               WHERE h.discussion_id = ? ORDER BY m.id""",
            discussion_id,
        )
        return {row["message_id"]: record(Ruling, row) for row in rows}

    def counts(self, discussion_id: int) -> dict[HiddenReason, int]:
        """Reason → how many messages are hidden for it, those of most first."""
        rows = self._tuples(
            """SELECT reason, count(*) AS n FROM hidden_messages WHERE discussion_id = ?
               GROUP BY reason ORDER BY n DESC, reason""",
            discussion_id,
        )
        return {HiddenReason(reason): n for reason, n in rows}

    def of_participants(
        self, participant_ids: Sequence[int]
    ) -> list[tuple[int, HiddenReason, datetime]]:
        """Their hidden messages: (id, reason, since when)."""
        rows = self._tuples(
            f"""SELECT h.message_id, h.reason, h.at FROM hidden_messages h
                JOIN messages m ON m.id = h.message_id
                WHERE m.participant_id {IN} ORDER BY h.message_id""",
            participant_ids,
        )
        return [(of, HiddenReason(why), datetime.fromisoformat(at)) for of, why, at in rows]

    def all(self, discussion_id: int, *, limit: int = -1, offset: int = 0) -> list[HiddenMessage]:
        """With their words, for moderators; the last hidden first."""
        rows = self._rows(
            """SELECT h.message_id, h.reason, h.note, h.actor, h.at, p.pseudonym AS author,
                 m.posted_at, json_extract(h.kept, '$.message.text') AS text,
                 json_extract(h.kept, '$.message.subject') AS subject
               FROM hidden_messages h JOIN messages m ON m.id = h.message_id
               LEFT JOIN participants p ON p.id = m.participant_id
               WHERE h.discussion_id = ? ORDER BY h.at DESC, h.message_id DESC LIMIT ? OFFSET ?""",
            *(discussion_id, limit, offset),
        )
        return [record(HiddenMessage, row, ruling=record(Ruling, row)) for row in rows]

    def words(self, discussion_id: int, message_ids: Sequence[int] | None = None) -> list[str]:
        """All that hidden messages say, or some of them: texts and subjects."""
        found = self._tuples(
            """SELECT json_extract(kept, '$.message.text'), json_extract(kept, '$.message.subject')
               FROM hidden_messages WHERE discussion_id = ?1
                 AND (?2 IS NULL OR message_id IN (SELECT value FROM json_each(?2)))""",
            *(discussion_id, message_ids),
        )
        return [text for both in found for text in both if text]

    def subjects(self, discussion_id: int) -> dict[int, str]:
        """Hidden message → the subject it bears, for those that bear one."""
        return self._mapping(
            """SELECT message_id, json_extract(kept, '$.message.subject') AS subject
               FROM hidden_messages WHERE discussion_id = ? AND subject IS NOT NULL""",
            discussion_id,
        )

    # -- the policy --------------------------------------------------------------------------

    def policy(self, discussion_id: int) -> str:
        """What is hidden and why, in the facilitators' words; empty where they wrote none."""
        return self._text("SELECT policy FROM discussions WHERE id = ?", discussion_id) or ""

    def set_policy(self, discussion_id: int, text: str, *, actor: str) -> bool:
        """Says whether that is new."""
        with self._db.atomic():
            before = self.policy(discussion_id)
            if before == text:
                return False
            self._write("UPDATE discussions SET policy = ? WHERE id = ?", text, discussion_id)
            Events(self._db).add(
                discussion_id,
                actor=actor,
                verb="wrote the policy",
                noun="discussion",
                noun_id=discussion_id,
                change=({"policy": before}, {"policy": text}),
            )
        return True

    # -- the log -----------------------------------------------------------------------------

    def note(
        self,
        discussion_id: int,
        verb: str,
        *,
        message_id: int | None,
        participant: str | None,
        ruling: Ruling,
    ) -> None:
        """Write a line of the log; no word of anybody goes in here."""
        what = {"reason": ruling.reason, "participant": participant}
        Events(self._db).add(
            discussion_id,
            actor=ruling.actor,
            verb=verb,
            noun="moderation",
            noun_id=message_id,
            change=(None, what),
        )

    def log(self, discussion_id: int) -> list[LogEntry]:
        """The oldest first."""
        rows = self._rows(
            """SELECT at, actor, verb, noun_id AS message_id,
                 json_extract(after, '$.reason') AS reason,
                 json_extract(after, '$.participant') AS participant
               FROM events WHERE discussion_id = ? AND noun = 'moderation' ORDER BY id""",
            discussion_id,
        )
        return [record(LogEntry, row) for row in rows]


def _columns(ruling: Ruling) -> Row:
    return {
        "reason": ruling.reason,
        "note": ruling.note,
        "actor": ruling.actor,
        "at": time_text(ruling.at),
    }


_RULE_ANEW = """UPDATE hidden_messages SET reason = ?2, note = ?3, actor = ?4, at = ?5
    WHERE message_id IN (SELECT id FROM messages WHERE participant_id = ?1)
      AND (reason, note, actor, at) IN
        (SELECT reason, note, actor, at FROM hidden_participants WHERE participant_id = ?1)"""


def ruling_now(reason: HiddenReason, *, note: str = "", actor: str) -> Ruling:
    return Ruling(reason=reason, note=note, actor=actor, at=now())
