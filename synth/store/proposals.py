"""What a language model was asked about ideas, what it answered, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.store.values import now, sha256_text, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One question to a language model about one idea."""

    idea_id: int | None
    """None once the idea is gone."""
    run_id: int
    model: str
    address: str
    """Without anything secret."""
    prompt: str
    """All that was sent."""
    answer: str | None
    """As it came; None where none came."""
    refusal: str | None
    """Why the answer was not used, or why there is none; None where it was accepted."""


class Proposals:
    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, discussion_id: int, proposal: Proposal) -> None:
        """Keep a proposal; the same question to the same model is kept once, as it last went.

        An answer that came earlier is not lost when none comes now.
        """
        self._db.execute(
            """INSERT INTO proposals (discussion_id, idea_id, run_id, model, address, prompt,
               prompt_sha256, answer, is_accepted, refusal, at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (discussion_id, model, prompt_sha256) DO UPDATE SET
               idea_id = excluded.idea_id, run_id = excluded.run_id, address = excluded.address,
               answer = coalesce(excluded.answer, answer), is_accepted = excluded.is_accepted,
               refusal = excluded.refusal,
               at = CASE WHEN answer IS excluded.answer THEN at ELSE excluded.at END""",
            [
                discussion_id,
                proposal.idea_id,
                proposal.run_id,
                proposal.model,
                proposal.address,
                proposal.prompt,
                sha256_text(proposal.prompt),
                proposal.answer,
                proposal.refusal is None,
                proposal.refusal,
                time_text(now()),
            ],
        )

    def answers(self, discussion_id: int, model: str) -> dict[str, str]:
        """Prompt → what that model answered to it."""
        rows = self._db.execute(
            """SELECT prompt, answer FROM proposals
               WHERE discussion_id = ? AND model = ? AND answer IS NOT NULL""",
            [discussion_id, model],
        )
        return dict(rows.fetchall())
