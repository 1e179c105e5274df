"""Consent of members to the publication of their words: the texts, and what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from synth.store.members import Audit
from synth.store.rows import Collection, now, record, time_text


class ConsentMode(StrEnum):
    """Whether members are asked, and what is shown of who does not consent."""

    OFF = "off"
    """Nobody is asked."""
    ASKED = "asked"
    """Who refuses has their words hidden; who does not answer does not."""
    REQUIRED = "required"
    """Of those who claimed their messages, only the words of who consented are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPolicy:
    """What is asked in a discussion."""

    mode: ConsentMode
    text: str
    """The last one; empty for the usual text."""
    version: int
    """Of the text; 0 before the first one."""
    counts_from: int
    """The first version to which a consent counts still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAnswer:
    """What a member answered last."""

    member_id: int
    is_yes: bool
    version: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentLine:
    """One answer, for the record of consents."""

    at: datetime
    member: str
    pseudonyms: str | None
    answer: str
    version: int


class Consents(Collection):
    def policy(self, discussion_id: int) -> ConsentPolicy:
        row = self._row(
            """SELECT d.consent AS mode, d.consent_from AS counts_from,
                 coalesce(t.text, '') AS text, coalesce(t.version, 0) AS version
               FROM discussions d LEFT JOIN consent_texts t ON t.discussion_id = d.id
                 AND t.version = (SELECT max(version) FROM consent_texts WHERE discussion_id = d.id)
               WHERE d.id = ?""",
            discussion_id,
        )
        assert row is not None
        return record(ConsentPolicy, row)

    def set_policy(
        self,
        discussion_id: int,
        mode: ConsentMode,
        text: str,
        *,
        asks_again: bool,
        actor: str,
    ) -> bool:
        """Say what is asked; another text is a new version. Says whether anything is new.

        ``asks_again``: consents given so far no longer count; that makes a new version, too.
        """
        with self._db.atomic():
            before = self.policy(discussion_id)
            is_new = not before.version or text != before.text or asks_again
            version = before.version + is_new
            counts_from = version if asks_again else before.counts_from
            if (mode, version, counts_from) == (before.mode, before.version, before.counts_from):
                return False
            if is_new:
                self._write(
                    "INSERT INTO consent_texts VALUES (?, ?, ?, ?)",
                    *(discussion_id, version, text, time_text(now())),
                )
            self._write(
                "UPDATE discussions SET consent = ?, consent_from = ? WHERE id = ?",
                *(mode, counts_from, discussion_id),
            )
            Audit(self._db).add(
                actor,
                "changed consent",
                discussion_id=discussion_id,
                facts={"after": mode, "version": version, "counts_from": counts_from},
            )
        return True

    def text(self, discussion_id: int, version: int) -> str | None:
        """A text that was asked with; None where there is no such version."""
        return self._text(
            "SELECT text FROM consent_texts WHERE discussion_id = ? AND version = ?",
            *(discussion_id, version),
        )

    def answer(self, discussion_id: int, member_id: int, *, is_yes: bool) -> None:
        """Keep what a member answers to the text as it is now."""
        self._insert(
            "consents",
            {
                "discussion_id": discussion_id,
                "member_id": member_id,
                "answer": "yes" if is_yes else "no",
                "version": self.policy(discussion_id).version,
                "at": time_text(now()),
            },
        )

    def answers(self, discussion_id: int) -> dict[int, ConsentAnswer]:
        """Member → what they answered last. A consent to a text that no longer counts is none."""
        rows = self._rows(
            """SELECT c.member_id, c.answer = 'yes' AS is_yes, c.version, c.at FROM consents c
               JOIN discussions d ON d.id = c.discussion_id
               WHERE c.id IN (SELECT max(id) FROM consents WHERE discussion_id = ?
                   GROUP BY member_id)
                 AND (c.answer = 'no' OR c.version >= d.consent_from)""",
            discussion_id,
        )
        return {row["member_id"]: record(ConsentAnswer, row) for row in rows}

    def record(self, discussion_id: int) -> list[ConsentLine]:
        """Every answer, the oldest first."""
        rows = self._rows(
            """SELECT c.at, m.name AS member, c.answer, c.version,
                 (SELECT group_concat(p.pseudonym, '; ') FROM claims k
                  JOIN participants p ON p.id = k.participant_id
                  WHERE k.member_id = c.member_id AND p.discussion_id = c.discussion_id)
                 AS pseudonyms
               FROM consents c JOIN members m ON m.id = c.member_id
               WHERE c.discussion_id = ? ORDER BY c.id""",
            discussion_id,
        )
        return [record(ConsentLine, row) for row in rows]
