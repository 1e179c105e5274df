"""Deleting a discussion: what will be lost, the time in which it can be taken back, the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from synth.store.members import Audit
from synth.store.rows import Collection, now, time_text

GRACE = timedelta(days=14)
"""How long a deletion can be taken back, unless somebody says otherwise."""


class Removals(Collection):
    """Discussions that are going to be deleted."""

    def losses(self, discussion_id: int) -> Mapping[str, int]:
        """What goes with a discussion: ``messages``, ``voices``, ``ideas``, ``corrections``,
        ``taken`` (key passages), ``members`` and ``sources``."""
        row = self._row(_LOSSES, discussion_id)
        assert row is not None
        return row

    def ask(self, discussion_id: int, *, at: datetime, actor: str) -> bool:
        """Have a discussion deleted at a moment; until then it can be taken back. Says whether
        that is new."""
        with self._db.atomic():
            n_changed = self._write(
                "UPDATE discussions SET goes_at = ? WHERE id = ? AND goes_at IS NULL",
                *(time_text(at), discussion_id),
            )
            if n_changed:
                facts = {"at": time_text(at)}
                Audit(self._db).add(
                    actor, "asked deletion", discussion_id=discussion_id, facts=facts
                )
        return bool(n_changed)

    def take_back(self, discussion_id: int, *, actor: str) -> bool:
        """Let a discussion stay; says whether it was going to be deleted."""
        with self._db.atomic():
            n_changed = self._write(
                "UPDATE discussions SET goes_at = NULL WHERE id = ? AND goes_at IS NOT NULL",
                discussion_id,
            )
            if n_changed:
                Audit(self._db).add(actor, "took deletion back", discussion_id=discussion_id)
        return bool(n_changed)

    def postpone(self, *, until: datetime) -> None:
        """Let no discussion go before a moment: of those that come with a backup, nobody could
        take the deletion back otherwise."""
        self._write(
            "UPDATE discussions SET goes_at = ?1 WHERE goes_at < ?1",
            time_text(until),
        )

    def due(self, *, at: datetime | None = None) -> list[int]:
        """The discussions whose time is over."""
        moment = time_text(at or now())
        return self._column("SELECT id FROM discussions WHERE goes_at <= ? ORDER BY id", moment)

    def next_at(self) -> datetime | None:
        """When the next discussion is due."""
        found = self._text("SELECT min(goes_at) FROM discussions")
        return None if found is None else datetime.fromisoformat(found)

    def carry_out(self, discussion_id: int, *, actor: str, due_at: datetime | None = None) -> bool:
        """Delete a discussion with all that is made of it. Its number is never given again, and
        the audit keeps that it was deleted, by its address.

        ``due_at``: only if its time is over at this moment. Returns whether it was deleted: not
        where somebody has just taken the deletion back.
        """
        with self._db.atomic():
            if due_at is not None and discussion_id not in self.due(at=due_at):
                return False
            Audit(self._db).add(actor, "deleted", discussion_id=discussion_id)
            self._write("PRAGMA defer_foreign_keys = ON")
            for statement in _IN_ORDER:
                self._write(statement, discussion_id)
            self._write("DELETE FROM discussions WHERE id = ?", discussion_id)
            self._write(
                "INSERT OR IGNORE INTO deleted_discussions VALUES (?, ?)",
                *(discussion_id, time_text(now())),
            )
        return True

    def gone(self) -> list[int]:
        """Numbers of the discussions that were deleted."""
        return self._column("SELECT id FROM deleted_discussions ORDER BY id")


_IN_ORDER = (
    # Before the runs and sources, at which they point.
    "DELETE FROM messages WHERE discussion_id = ?",
    "DELETE FROM ideas WHERE discussion_id = ?",
)
_LOSSES = """SELECT
    (SELECT count(*) FROM messages WHERE discussion_id = ?1) AS messages,
    (SELECT count(*) FROM participants WHERE discussion_id = ?1)
      + (SELECT count(*) FROM messages
         WHERE discussion_id = ?1 AND participant_id IS NULL AND text <> '') AS voices,
    (SELECT count(*) FROM ideas WHERE discussion_id = ?1) AS ideas,
    (SELECT count(*) FROM events WHERE discussion_id = ?1
     AND noun IN ('idea', 'passage', 'side', 'map')) AS corrections,
    (SELECT count(*) FROM extracts e JOIN messages m ON m.id = e.message_id
     WHERE m.discussion_id = ?1 AND e.state = 'taken') AS taken,
    (SELECT count(*) FROM memberships WHERE discussion_id = ?1) AS members,
    (SELECT count(*) FROM sources WHERE discussion_id = ?1) AS sources"""
