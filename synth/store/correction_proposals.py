"""What people who may not correct ask for, and what became of it.

The proposals of language models are another thing: :class:`synth.store.runs.Proposals`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from synth.store.rows import IN, Collection, now, record, time_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionProposal:
    """One person's wish for one correction."""

    id: int
    verb: str
    """The kind of correction."""
    idea_id: int
    """The idea it is about; 0 where it is about a passage."""
    passage_id: int | None
    other_id: int
    """The other idea; 0 for none."""
    title: str
    """The title asked for, or why a passage is not about the question."""
    why: str
    actor: str
    at: datetime
    state: str
    """``open``, ``accepted`` or ``declined``."""
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    """Why it was declined."""
    event_id: int | None
    """The correction that came of it."""
    version: int
    """The last correction that had been made when it was asked for."""

    @property
    def asked(self) -> tuple[str, int, int | None, int, str]:
        """The same for all who ask for the same."""
        title = self.title.casefold()
        return self.verb, self.idea_id, self.passage_id, self.other_id, title


class CorrectionProposals(Collection):
    def forget(self, discussion_id: int, participant_id: int) -> int:
        """Remove what the member who is this participant proposed: it is written by them too.
        Returns how many."""
        return self._write(
            """DELETE FROM correction_proposals WHERE discussion_id = ? AND actor =
               (SELECT 'member:' || member_id FROM claims WHERE participant_id = ?)""",
            *(discussion_id, participant_id),
        )

    def add(self, discussion_id: int, *, actor: str, **asked: object) -> bool:
        """Keep a proposal; says whether it is new: nobody asks twice for the same."""
        values = {"discussion_id": discussion_id, "actor": actor, **asked}
        same = (name for name in values if name not in ("why", "version"))
        where = " AND ".join(f"{name} IS :{name}" for name in same)
        with self._db.atomic():
            found = self._db.execute(
                f"SELECT 1 FROM correction_proposals WHERE state = 'open' AND {where}", values
            )
            if found.fetchone() is not None:
                return False
            self._insert("correction_proposals", values | {"at": time_text(now())})
        return True

    def all(self, discussion_id: int, *, state: str) -> list[CorrectionProposal]:
        """In the order in which they were asked for."""
        rows = self._rows(
            "SELECT * FROM correction_proposals WHERE discussion_id = ? AND state = ? ORDER BY id",
            *(discussion_id, state),
        )
        return [record(CorrectionProposal, row) for row in rows]

    def like(self, discussion_id: int, proposal_id: int) -> list[CorrectionProposal]:
        """The open proposals that ask for the same as one of them; empty where it is not open."""
        there = self.all(discussion_id, state="open")
        asked = next((one.asked for one in there if one.id == proposal_id), None)
        return [one for one in there if one.asked == asked]

    def count_open(self, discussion_id: int) -> int:
        return self._count(
            "SELECT count(*) FROM correction_proposals WHERE discussion_id = ? AND state = 'open'",
            discussion_id,
        )

    def decide(
        self,
        proposal_ids: list[int],
        *,
        state: str,
        actor: str,
        reason: str = "",
        event_id: int | None = None,
    ) -> None:
        """Note that proposals are accepted or declined, by whom and why."""
        self._write(
            f"""UPDATE correction_proposals SET state = ?1, decided_by = ?2, decided_at = ?3,
                reason = ?4, event_id = ?5 WHERE id {IN.replace("?", "?6")}""",
            *(state, actor, time_text(now()), reason, event_id, proposal_ids),
        )

    def proposers(self, event_ids: list[int]) -> dict[int, list[str]]:
        """Correction → who had proposed it."""
        found: dict[int, list[str]] = {}
        for event_id, actor in self._tuples(
            f"""SELECT event_id, actor FROM correction_proposals
                WHERE event_id {IN} ORDER BY id""",
            event_ids,
        ):
            found.setdefault(event_id, []).append(actor)
        return found
