"""Runs: what produced the machine's rows; events: who did what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from synth.records import Run
from synth.store.values import NO_WORDS, json_text, now, read_time, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


class Runs:
    def __init__(self, db: Database) -> None:
        self._db = db

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
            self._db.execute(
                """UPDATE runs SET state = 'interrupted'
                   WHERE discussion_id = ? AND state = 'running'""",
                [discussion_id],
            )
            cursor = self._db.execute(
                """INSERT INTO runs (discussion_id, state, kind, started_at, seed, settings,
                   versions) VALUES (?, 'running', ?, ?, ?, ?, ?)""",
                [
                    discussion_id,
                    kind,
                    time_text(now()),
                    seed,
                    json_text(settings),
                    json_text(versions),
                ],
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

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
        self._db.execute(
            """UPDATE runs SET state = ?, finished_at = ?, input_sha256 = ?, model = ?,
               outcome = ?, timings = ? WHERE id = ?""",
            [
                state,
                time_text(now()),
                input_sha256,
                json_text(model or {}),
                json_text(outcome or {}),
                json_text(timings or {}),
                run_id,
            ],
        )

    def put_in_outcome(self, run_id: int, name: str, fact: Mapping[str, object]) -> None:
        """Set one more fact beside those that a run ended with; an earlier one goes entirely."""
        self._db.execute(
            "UPDATE runs SET outcome = json_set(outcome, ?, json(?)) WHERE id = ?",
            [f'$."{name}"', json_text(fact), run_id],
        )

    def forget_words(self, discussion_id: int) -> None:
        """Take titles of ideas, which are made of people's words, and the texts of errors out of
        what the runs of a discussion told."""
        with self._db.atomic():
            for run_id, text in self._db.execute(
                "SELECT id, outcome FROM runs WHERE discussion_id = ?", [discussion_id]
            ).fetchall():
                outcome = json.loads(text)
                for fate in ("split", "merged", "gone"):
                    for idea in outcome.get("became", {}).get(fate, ()):
                        idea["title"] = NO_WORDS
                if "error" in outcome:
                    outcome["error"] = NO_WORDS
                self._db.execute(
                    "UPDATE runs SET outcome = ? WHERE id = ?", [json_text(outcome), run_id]
                )

    def last(self, discussion_id: int, *, state: str = "done") -> Run | None:
        """The newest run in that state."""
        rows = self._db.query(
            "SELECT * FROM runs WHERE discussion_id = ? AND state = ? ORDER BY id DESC LIMIT 1",
            [discussion_id, state],
        )
        return next(map(_run, rows), None)

    def maps_since(self, discussion_id: int, at: datetime) -> list[Run]:
        """The builds that ended after a moment, the first map of all left out, oldest first."""
        rows = self._db.query(
            """SELECT * FROM runs WHERE discussion_id = ?1 AND state = 'done' AND finished_at > ?2
               AND id > (SELECT min(id) FROM runs WHERE discussion_id = ?1 AND state = 'done')
               ORDER BY id""",
            [discussion_id, time_text(at)],
        )
        return [_run(row) for row in rows]

    def provenance(self, run_id: int) -> dict[str, object]:
        """Everything that is known of a run, for ``run.json``."""
        row = next(self._db.query("SELECT * FROM runs WHERE id = ?", [run_id]))
        return {
            key: json.loads(value) if key in _JSON_COLUMNS else value for key, value in row.items()
        }


class Events:
    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self,
        discussion_id: int,
        *,
        actor: str,
        verb: str,
        noun: str,
        noun_id: int | None = None,
        before: object = None,
        after: object = None,
    ) -> None:
        self._db.table("events").insert(
            {
                "discussion_id": discussion_id,
                "at": time_text(now()),
                "actor": actor,
                "verb": verb,
                "noun": noun,
                "noun_id": noun_id,
                "before": None if before is None else json_text(before),
                "after": None if after is None else json_text(after),
            }
        )

    def last(self, discussion_id: int, *, limit: int = 50) -> list[dict[str, Any]]:
        """The newest first; ``before`` and ``after`` as parsed JSON."""
        rows = self._db.query(
            "SELECT * FROM events WHERE discussion_id = ? ORDER BY id DESC LIMIT ?",
            [discussion_id, limit],
        )
        return [
            {
                **row,
                "before": json.loads(row["before"] or "null"),
                "after": json.loads(row["after"] or "null"),
            }
            for row in rows
        ]


_JSON_COLUMNS = ("settings", "model", "versions", "outcome", "timings")


def _run(row: dict[str, Any]) -> Run:
    return Run(
        id=row["id"],
        kind=row["kind"],
        state=row["state"],
        started_at=datetime.fromisoformat(row["started_at"]),
        finished_at=read_time(row["finished_at"]),
        seed=row["seed"],
        settings=json.loads(row["settings"]),
        model=json.loads(row["model"]),
        outcome=json.loads(row["outcome"]),
        timings=json.loads(row["timings"]),
    )
