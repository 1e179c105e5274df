"""Runs: what produced the machine's rows; proposals of language models; events: who did what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from synth.records import Run
from synth.store.rows import (
    NO_WORDS,
    Collection,
    json_text,
    now,
    record,
    sha256_text,
    time_text,
)


class Runs(Collection):
    def begin(
        self,
        discussion_id: int,
        *,
        kind: str,
        seed: int,
        settings: Mapping[str, object],
        versions: Mapping[str, str],
    ) -> int:
        """Note that a run has begun; earlier ones that never ended are marked interrupted."""
        with self._db.atomic():
            self.close_interrupted(discussion_id)
            what = {"discussion_id": discussion_id, "state": "running", "kind": kind, "seed": seed}
            how = {"settings": json_text(settings), "versions": json_text(versions)}
            return self._insert("runs", what | how | {"started_at": time_text(now())})

    def close_interrupted(self, discussion_id: int) -> None:
        """Mark runs that an earlier process never finished."""
        self._write(
            """UPDATE runs SET state = 'interrupted'
               WHERE discussion_id = ? AND state = 'running'""",
            discussion_id,
        )

    def finish(
        self,
        run_id: int,
        *,
        state: str,
        input_sha256: str = "",
        model: Mapping[str, object] | None = None,
        outcome: Mapping[str, object] | None = None,
        timings: Mapping[str, float] | None = None,
    ) -> None:
        facts = (json_text(fact or {}) for fact in (model, outcome, timings))
        self._write(
            """UPDATE runs SET state = ?, finished_at = ?, input_sha256 = ?, model = ?,
               outcome = ?, timings = ? WHERE id = ?""",
            *(state, time_text(now()), input_sha256, *facts, run_id),
        )

    def put_in_outcome(self, run_id: int, name: str, fact: Mapping[str, object]) -> None:
        """Set one more fact beside those that a run ended with; an earlier one goes entirely."""
        self._write(
            "UPDATE runs SET outcome = json_set(outcome, ?, json(?)) WHERE id = ?",
            *(f'$."{name}"', json_text(fact), run_id),
        )

    def forget_words(self, discussion_id: int) -> None:
        """Take titles of ideas, which are made of people's words, and the texts of errors out of
        what the runs of a discussion told."""
        with self._db.atomic():
            for run_id, text in self._tuples(
                "SELECT id, outcome FROM runs WHERE discussion_id = ?", discussion_id
            ):
                outcome = json.loads(text)
                for fate in ("split", "merged", "gone"):
                    for idea in outcome.get("became", {}).get(fate, ()):
                        idea["title"] = NO_WORDS
                if "error" in outcome:
                    outcome["error"] = NO_WORDS
                self._write("UPDATE runs SET outcome = ? WHERE id = ?", json_text(outcome), run_id)

    def last(self, discussion_id: int, *, state: str = "done") -> Run | None:
        """The newest run in that state."""
        row = self._row(
            "SELECT * FROM runs WHERE discussion_id = ? AND state = ? ORDER BY id DESC LIMIT 1",
            *(discussion_id, state),
        )
        return None if row is None else record(Run, row)

    def maps_since(self, discussion_id: int, at: datetime) -> list[Run]:
        """The builds that ended after a moment, the first map of all left out, oldest first."""
        rows = self._rows(
            """SELECT * FROM runs WHERE discussion_id = ?1 AND state = 'done' AND finished_at > ?2
               AND id > (SELECT min(id) FROM runs WHERE discussion_id = ?1 AND state = 'done')
               ORDER BY id""",
            *(discussion_id, time_text(at)),
        )
        return [record(Run, row) for row in rows]

    def provenance(self, run_id: int) -> dict[str, object]:
        """Everything that is known of a run, for ``run.json``."""
        row = self._row("SELECT * FROM runs WHERE id = ?", run_id)
        assert row is not None
        columns = ("settings", "model", "versions", "outcome", "timings")
        return row | {name: json.loads(row[name]) for name in columns}


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


class Proposals(Collection):
    """What a language model was asked about ideas, what it answered, and what became of it."""

    def put(self, discussion_id: int, proposal: Proposal) -> None:
        """Keep a proposal; the same question to the same model is kept once, as it last went.

        An answer that came earlier is not lost when none comes now.
        """
        more = {
            "discussion_id": discussion_id,
            "prompt_sha256": sha256_text(proposal.prompt),
            "is_accepted": proposal.refusal is None,
            "at": time_text(now()),
        }
        self._db.execute(
            """INSERT INTO proposals (discussion_id, idea_id, run_id, model, address, prompt,
               prompt_sha256, answer, is_accepted, refusal, at)
               VALUES (:discussion_id, :idea_id, :run_id, :model, :address, :prompt,
               :prompt_sha256, :answer, :is_accepted, :refusal, :at)
               ON CONFLICT (discussion_id, model, prompt_sha256) DO UPDATE SET
               idea_id = excluded.idea_id, run_id = excluded.run_id, address = excluded.address,
               answer = coalesce(excluded.answer, answer), is_accepted = excluded.is_accepted,
               refusal = excluded.refusal,
               at = CASE WHEN answer IS excluded.answer THEN at ELSE excluded.at END""",
            asdict(proposal) | more,
        )

    def answers(self, discussion_id: int, model: str) -> dict[str, str]:
        """Prompt → what that model answered to it."""
        return self._mapping(
            """SELECT prompt, answer FROM proposals
               WHERE discussion_id = ? AND model = ? AND answer IS NOT NULL""",
            *(discussion_id, model),
        )


class Events(Collection):
    def add(
        self,
        discussion_id: int,
        *,
        actor: str,
        verb: str,
        noun: str,
        noun_id: int | None = None,
        change: tuple[object, object] = (None, None),
    ) -> None:
        """Note who did what. ``change``: what was before and what is after, None for nothing."""
        before, after = (None if state is None else json_text(state) for state in change)
        when = {"discussion_id": discussion_id, "at": time_text(now())}
        what = {"actor": actor, "verb": verb, "noun": noun, "noun_id": noun_id}
        self._insert("events", when | what | {"before": before, "after": after})

    def last(self, discussion_id: int, *, limit: int = 50) -> list[dict[str, Any]]:
        """The newest first; ``before`` and ``after`` as parsed JSON."""
        rows = self._rows(
            "SELECT * FROM events WHERE discussion_id = ? ORDER BY id DESC LIMIT ?",
            *(discussion_id, limit),
        )
        return [
            row | {name: json.loads(row[name] or "null") for name in ("before", "after")}
            for row in rows
        ]
