"""What erasures removed, counted by kind; no word of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from synth.store.rows import Collection, json_text, now, record, time_text

REMOVED = (
    *("messages", "passages", "extracts", "quotes", "subjects", "originals", "masks"),
    *("titles", "prompts", "proposals", "vectors", "names", "uploads"),
)
"""Kinds of things that an erasure removes, in the order in which they are told:

messages emptied, their passages and extracts, quotes of them in other messages, subject lines,
original forms of messages that held their words, masked addresses and names, titles of the machine,
prompts of language models, corrections they proposed, vectors, names, uploaded files.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure that was carried out."""

    id: int
    pseudonym: str
    actor: str
    at: datetime
    removed: Mapping[str, int]
    """Kind of ``REMOVED`` → how many, those of which there were any."""


class Erasures(Collection):
    """The record of erasures."""

    def add(self, discussion_id: int, *, pseudonym: str, member_id: int | None, actor: str) -> int:
        """Begin a record; ``count`` fills it."""
        return self._insert(
            "erasure_records",
            {
                "discussion_id": discussion_id,
                "pseudonym": pseudonym,
                "member_id": member_id,
                "actor": actor,
                "at": time_text(now()),
                "removed": "{}",
            },
        )

    def count(self, erasure_id: int, removed: Mapping[str, int]) -> None:
        """Add numbers to a record."""
        with self._db.atomic():
            there = record(Erasure, self._one(erasure_id)).removed
            both = {
                kind: n for kind in REMOVED if (n := there.get(kind, 0) + removed.get(kind, 0)) > 0
            }
            self._write(
                "UPDATE erasure_records SET removed = ? WHERE id = ?", json_text(both), erasure_id
            )

    def of(self, discussion_id: int, *, member_id: int | None = None) -> list[Erasure]:
        """Those of a discussion, the newest first; of one member where one is named."""
        rows = self._rows(
            """SELECT * FROM erasure_records WHERE discussion_id = ?1
               AND (?2 IS NULL OR member_id = ?2) ORDER BY id DESC""",
            *(discussion_id, member_id),
        )
        return [in_order(record(Erasure, row)) for row in rows]

    def _one(self, erasure_id: int) -> dict[str, object]:
        row = self._row("SELECT * FROM erasure_records WHERE id = ?", erasure_id)
        assert row is not None
        return row


def in_order(erasure: Erasure) -> Erasure:
    """The same with its kinds in the order in which they are told."""
    removed = {kind: erasure.removed[kind] for kind in REMOVED if kind in erasure.removed}
    return Erasure(
        id=erasure.id,
        pseudonym=erasure.pseudonym,
        actor=erasure.actor,
        at=erasure.at,
        removed=removed,
    )
