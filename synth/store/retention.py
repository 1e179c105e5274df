"""How long the names of participants are kept, and what goes with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from synth.store.members import Audit
from synth.store.rows import IN, Collection, now, record, time_text

NOTICE = timedelta(days=1)
"""A new or shorter time is in force after so long: until then it can be changed without harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPlan:
    """What is kept, and when it goes."""

    days: int | None
    """After the last message of somebody came; None: until somebody erases their name."""
    n_names: int
    """Participants whose name or address is kept."""
    first_at: datetime | None
    """When the first names go; None where none goes by itself."""
    last_at: datetime | None
    """When all have gone that are there now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedParticipant:
    """A participant whose name is kept."""

    participant_id: int
    pseudonym: str
    name: str | None
    author_key: str


class Retention(Collection):
    def plan(self, discussion_id: int) -> RetentionPlan:
        days = self._id("SELECT keeps_names_days FROM discussions WHERE id = ?", discussion_id)
        counted = f"SELECT count(*), min(came_at), max(came_at) FROM ({_KEPT})"
        ((n, first, last),) = self._tuples(counted, discussion_id)
        if days is None or not n:
            return RetentionPlan(days=days, n_names=n, first_at=None, last_at=None)
        least = self._least(discussion_id)
        at = [
            max(datetime.fromisoformat(one) + timedelta(days=days), least) for one in (first, last)
        ]
        return RetentionPlan(days=days, n_names=n, first_at=at[0], last_at=at[1])

    def set_days(self, discussion_id: int, days: int | None, *, actor: str) -> bool:
        """Say how long names are kept; says whether that is new."""
        with self._db.atomic():
            n_changed = self._write(
                """UPDATE discussions SET keeps_names_days = ?1, retention_set_at = ?2
                   WHERE id = ?3 AND keeps_names_days IS NOT ?1""",
                *(days, time_text(now()), discussion_id),
            )
            if n_changed:
                Audit(self._db).add(
                    actor,
                    "changed retention",
                    discussion_id=discussion_id,
                    facts={"days": days},
                )
        return bool(n_changed)

    def due(self, discussion_id: int, *, at: datetime | None = None) -> list[int]:
        """The participants whose names are to go by a moment (now)."""
        days = self._id("SELECT keeps_names_days FROM discussions WHERE id = ?", discussion_id)
        moment = at or now()
        if days is None or moment < self._least(discussion_id):
            return []
        before = time_text(moment - timedelta(days=days))
        return self._column(f"SELECT id FROM ({_KEPT}) WHERE came_at <= ?2", discussion_id, before)

    def named(
        self, discussion_id: int, participant_ids: Sequence[int] | None = None
    ) -> list[NamedParticipant]:
        """Those whose names are kept, all or some of them."""
        rows = self._rows(
            f"""SELECT k.id AS participant_id, k.pseudonym, k.name, k.author_key FROM ({_KEPT}) k
                WHERE ?2 IS NULL OR k.id IN (SELECT value FROM json_each(?2)) ORDER BY k.id""",
            *(discussion_id, participant_ids),
        )
        return [record(NamedParticipant, row) for row in rows]

    def forget(
        self,
        discussion_id: int,
        people: Sequence[NamedParticipant],
        *,
        kept_as: Callable[[str], str],
        mask: Callable[[str], str],
    ) -> None:
        """Take the names of people out of the file.

        ``kept_as``: what stays of an author key, for a later import to know them by. ``mask`` puts
        their pseudonyms into a text. What programs wrote around their words (signatures, lines that
        say who wrote when, raw forms) goes; texts are the caller's to mask before.
        """
        ids = [one.participant_id for one in people]
        theirs = f"(SELECT id FROM messages WHERE participant_id {IN})"
        with self._db.atomic():
            self._write_many(
                "UPDATE participant_names SET name = NULL, author_key = ? WHERE participant_id = ?",
                [(kept_as(one.author_key), one.participant_id) for one in people],
            )
            self._write(
                f"DELETE FROM quotes WHERE kind = 'signature' AND message_id IN {theirs}", ids
            )
            self._write(f"UPDATE message_evidence SET raw = '' WHERE message_id IN {theirs}", ids)
            self._write(f"DELETE FROM masks WHERE message_id IN {theirs}", ids)
            self._forget_in_quotes(discussion_id, mask)
            self._forget_masks(discussion_id, people, mask)

    def _forget_in_quotes(self, discussion_id: int, mask: Callable[[str], str]) -> None:
        """Names in what others quote, and in the lines that say who wrote it."""
        changed: dict[int, str] = {}
        unnamed: list[int] = []
        touched: set[int] = set()
        for quote_id, message_id, kind, text, author in self._tuples(
            """SELECT q.id, q.message_id, q.kind, q.text, coalesce(q.author, '') FROM quotes q
               JOIN messages m ON m.id = q.message_id WHERE m.discussion_id = ?""",
            discussion_id,
        ):
            left = mask(text)
            if left != text:
                changed[quote_id] = "" if kind == "attribution" else left
                touched.add(message_id)
            if author and mask(author) != author:
                unnamed.append(quote_id)
        self._write_many("UPDATE quotes SET text = ?2 WHERE id = ?1", changed.items())
        self._write(f"UPDATE quotes SET author = NULL WHERE id {IN}", unnamed)
        self._write(f"DELETE FROM quotes WHERE text = '' AND id {IN}", list(changed))
        self._write(f"UPDATE message_evidence SET raw = '' WHERE message_id {IN}", list(touched))

    def _forget_masks(
        self, discussion_id: int, people: Sequence[NamedParticipant], mask: Callable[[str], str]
    ) -> None:
        """What masks hide of these people: the masks stay in the texts for good."""
        keys = {one.author_key.casefold() for one in people}
        gone = [
            (message_id, field, start)
            for message_id, field, start, original in self._tuples(
                """SELECT k.message_id, k.field, k.start, k.original FROM masks k
                   JOIN messages m ON m.id = k.message_id WHERE m.discussion_id = ?""",
                discussion_id,
            )
            if original.removeprefix("@").casefold() in keys or mask(original) != original
        ]
        self._write_many("DELETE FROM masks WHERE message_id = ? AND field = ? AND start = ?", gone)
        messages = sorted({message_id for message_id, *_ in gone})
        self._write(f"UPDATE message_evidence SET raw = '' WHERE message_id {IN}", messages)

    def days_of_all(self) -> Mapping[int, int]:
        """Discussion → days, for those that do not keep names for ever."""
        return self._mapping(
            "SELECT id, keeps_names_days FROM discussions WHERE keeps_names_days IS NOT NULL"
        )

    def _least(self, discussion_id: int) -> datetime:
        """Before this moment no name goes by itself."""
        at = self._text("SELECT retention_set_at FROM discussions WHERE id = ?", discussion_id)
        return (datetime.fromisoformat(at) if at else now()) + NOTICE


# When the last message of each came into the file, for those whose name or address is there.
_KEPT = """SELECT p.id, p.pseudonym, n.name, n.author_key,
      coalesce((SELECT max(s.imported_at) FROM messages m JOIN sources s ON s.id = m.source_file
        WHERE m.participant_id = p.id), d.created_at) AS came_at
    FROM participants p JOIN participant_names n ON n.participant_id = p.id
    JOIN discussions d ON d.id = p.discussion_id
    WHERE p.discussion_id = ?1 AND n.author_key NOT LIKE 'kept:%'"""
