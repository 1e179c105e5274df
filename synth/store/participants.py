"""Participants: pseudonyms for reading, real names kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synth.store.erasure import ErasedWords, forget_own_words, forget_repeated_words
from synth.store.values import json_text, now, sha256_text, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


class Participants:
    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self, discussion_id: int) -> dict[str, int]:
        """Author key → participant id."""
        rows = self._db.execute(
            "SELECT author_key, participant_id FROM participant_names WHERE discussion_id = ?",
            [discussion_id],
        )
        return dict(rows.fetchall())

    def add(self, discussion_id: int, *, author_key: str, name: str | None) -> int:
        """Give a new author the next number: ``Participant 12``. Numbers are never reused."""
        # Numbers rise with the ids: the newest has the highest.
        newest = self._db.execute(
            "SELECT pseudonym FROM participants WHERE discussion_id = ? ORDER BY id DESC LIMIT 1",
            [discussion_id],
        ).fetchone()
        highest = 0 if newest is None else int(newest[0].removeprefix("Participant "))
        cursor = self._db.execute(
            "INSERT INTO participants (discussion_id, pseudonym) VALUES (?, ?)",
            [discussion_id, f"Participant {highest + 1}"],
        )
        self._db.execute(
            "INSERT INTO participant_names VALUES (?, ?, ?, ?)",
            [cursor.lastrowid, discussion_id, author_key, name],
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def names(self, discussion_id: int) -> dict[str, str]:
        """Pseudonym → real name, for those who chose to show names."""
        rows = self._db.execute(
            """SELECT p.pseudonym, n.name FROM participants p
               JOIN participant_names n ON n.participant_id = p.id
               WHERE p.discussion_id = ? AND n.name IS NOT NULL""",
            [discussion_id],
        )
        return dict(rows.fetchall())

    def pseudonyms(self, participant_ids: Sequence[int]) -> dict[int, str]:
        """Participant id → pseudonym."""
        rows = self._db.execute(
            """SELECT id, pseudonym FROM participants
               WHERE id IN (SELECT value FROM json_each(?))""",
            [json_text(list(participant_ids))],
        )
        return dict(rows.fetchall())

    def called(self, discussion_id: int, pseudonym: str) -> int | None:
        """The participant with this pseudonym. Unlike ``find`` it knows no real name: readers may
        ask."""
        row = self._db.execute(
            "SELECT id FROM participants WHERE discussion_id = ? AND pseudonym = ?",
            [discussion_id, pseudonym],
        ).fetchone()
        return None if row is None else int(row[0])

    def find(self, discussion_id: int, name: str) -> int | None:
        """The participant with this pseudonym, author key or real name."""
        row = self._db.execute(
            """SELECT p.id FROM participants p
               LEFT JOIN participant_names n ON n.participant_id = p.id
               WHERE p.discussion_id = ?1
                 AND (p.pseudonym = ?2 OR n.author_key = ?2 OR n.name = ?2)
               ORDER BY p.pseudonym = ?2 DESC, n.author_key = ?2 DESC, p.id""",
            [discussion_id, name],
        ).fetchone()
        return None if row is None else int(row[0])

    def erased_keys(self, discussion_id: int) -> frozenset[str]:
        """Hashes (``author_hash``) of the authors that asked to be forgotten."""
        rows = self._db.execute(
            "SELECT author_key_sha256 FROM erasures WHERE discussion_id = ?", [discussion_id]
        )
        return frozenset(key for (key,) in rows.fetchall())

    def erase(
        self, discussion_id: int, participant_id: int, *, subjects: Sequence[str] = ()
    ) -> int:
        """Remove a participant's name, words and quotes; returns how many messages were emptied.

        The emptied messages stay as steps of their threads. Other messages of the discussion lose
        what they quote of the participant, whoever they answer, and then their raw form; what
        they say themselves stays. Words taken from the participant's messages, their vectors
        and the history of their edits go too. ``subjects``: subject lines that are the
        participant's alone. A hash of the author key remains so that a later import does not
        bring the person back. Who is erased already has no message left: 0.
        """
        with self._db.atomic():
            ids = [
                row[0]
                for row in self._db.execute(
                    "SELECT id FROM messages WHERE participant_id = ?", [participant_id]
                )
            ]
            names = self._db.execute(
                "SELECT author_key, name FROM participant_names WHERE participant_id = ?",
                [participant_id],
            ).fetchall()
            words = ErasedWords(
                self._words(ids),
                names=[name for both in names for name in both if name],
                subjects=subjects,
            )
            forget_own_words(self._db, ids)
            forget_repeated_words(self._db, discussion_id, ids, words)
            self._db.conn.executemany(
                "INSERT OR IGNORE INTO erasures VALUES (?, ?, ?)",
                [(discussion_id, author_hash(key), time_text(now())) for key, _ in names],
            )
            self._db.execute(
                "DELETE FROM participant_names WHERE participant_id = ?", [participant_id]
            )
        return len(ids)

    def _words(self, message_ids: Sequence[int]) -> Iterator[str]:
        """All that the messages say, signatures and what was edited away included."""
        ids = json_text(message_ids)
        for sql in (
            "SELECT text FROM messages WHERE id IN (SELECT value FROM json_each(?))",
            """SELECT subject FROM messages
               WHERE subject IS NOT NULL AND id IN (SELECT value FROM json_each(?))""",
            """SELECT text FROM quotes
               WHERE kind = 'signature' AND message_id IN (SELECT value FROM json_each(?))""",
            """SELECT json_extract(before, '$.text') FROM events WHERE noun = 'message'
               AND before IS NOT NULL AND noun_id IN (SELECT value FROM json_each(?))""",
        ):
            yield from (text for (text,) in self._db.execute(sql, [ids]).fetchall() if text)


def author_hash(author_key: str) -> str:
    return sha256_text(f"author:{author_key}")
