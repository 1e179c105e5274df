"""One correction of the stored map while it is made."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from synth.records import Origin
from synth.store.recounting import recount
from synth.store.rewriting import Rewriting, Rows

if TYPE_CHECKING:
    from sqlite_utils import Database


_FRESH: dict[str, object] = {
    "status": "machine",
    "stability": None,
    "summary": "",
    "title_by": None,
    "own_title": None,
    "own_summary": None,
}
"""What a new idea does not take over from the one that it is made like."""


class Change:
    """One correction being made. Each method changes rows and remembers what they were."""

    def __init__(self, db: Database, discussion_id: int) -> None:
        self._db = db
        self._discussion_id = discussion_id
        self.rows = Rewriting(db)
        self.is_reshaped = False
        """Whether anything changed its place; known once it was recounted."""
        self.verb = ""
        self.noun_id: int | None = None
        """What the event says; the correction may learn it on its way."""

    def idea(self, idea_id: int, **values: object) -> None:
        self.rows.put("ideas", (idea_id,), **values)

    def entitle(self, idea_id: int, title: str, *, summary: str | None) -> None:
        """Give an idea a person's title, and summary; a language model's words go."""
        there = self.rows.row("ideas", (idea_id,))
        assert there is not None
        values: dict[str, object] = {"title": title, "title_origin": Origin.PERSON}
        if there["title_by"] is not None:
            values["summary"] = there["own_summary"]
        if summary is not None:
            values |= {"summary": summary, "summary_origin": Origin.PERSON}
        values |= {"title_by": None, "own_title": None, "own_summary": None}
        self.idea(idea_id, **values)

    def add_idea(self, like: int, **values: object) -> int:
        """A new idea in the language and on the run of another one; returns its id."""
        there = self.rows.row("ideas", (like,))
        assert there is not None
        (idea_id,) = self._db.execute(
            """SELECT 1 + max((SELECT max(id) FROM ideas),
               coalesce((SELECT max(idea_id) FROM retired_ideas), 0))"""
        ).fetchone()
        fresh = there | _FRESH | values
        del fresh["id"]
        self.rows.put("ideas", (idea_id,), **fresh)
        return int(idea_id)

    def remove_idea(self, idea_id: int, *, into: int | None) -> None:
        """Take away an idea that holds nothing any more; its id is never given again."""
        self.represent(idea_id, ())
        self.core(idea_id, ())
        for (extract_id,) in self._db.execute(
            "SELECT extract_id FROM extract_ideas WHERE idea_id = ?", [idea_id]
        ).fetchall():
            self.rows.drop("extract_ideas", (extract_id, idea_id))
            if into is not None:
                self.rows.put("extract_ideas", (extract_id, into))
        self.rows.drop("ideas", (idea_id,))
        self.rows.put("retired_ideas", (idea_id,), into_id=into, discussion_id=self._discussion_id)

    def place(
        self, passage_id: int, idea_id: int | None, *, weight: float, because: str | None
    ) -> None:
        """Put a passage under a leaf idea or none; ``because`` None leaves it to the machine."""
        origin = Origin.MACHINE if because is None else Origin.PERSON
        there = self.rows.row("placements", (passage_id,))
        was = None if there is None else there["idea_id"]
        values: dict[str, object] = {
            "idea_id": idea_id,
            "weight": weight,
            "origin": origin,
            "because": because,
            "reason": None,
        }
        if there is None:
            (values["run_id"],) = self._db.execute(
                "SELECT run_id FROM passages WHERE id = ?", [passage_id]
            ).fetchone()
        self.rows.put("placements", (passage_id,), **values)
        if was != idea_id:
            self._moved(passage_id, was, idea_id)

    def _moved(self, passage_id: int, was: int | None, now_under: int | None) -> None:
        """What hangs on a passage goes with it: suggestions; and it speaks for its old idea no
        longer, nor carries it."""
        if was is not None:
            self.rows.drop("idea_cores", (was, passage_id))
            there = self._representatives(was)
            if passage_id in there:
                self.represent(was, [one for one in there if one != passage_id])
        for (extract_id,) in self._db.execute(
            """SELECT e.id FROM extracts e JOIN passages p ON p.message_id = e.message_id
               AND e.start >= p.start AND e."end" <= p."end"
               WHERE p.id = ? AND e.origin = 'machine'""",
            [passage_id],
        ).fetchall():
            if was is not None:
                self.rows.drop("extract_ideas", (extract_id, was))
            if now_under is not None:
                self.rows.put("extract_ideas", (extract_id, now_under))

    def _representatives(self, idea_id: int) -> list[int]:
        return [
            passage_id
            for (passage_id,) in self._db.execute(
                "SELECT passage_id FROM representatives WHERE idea_id = ? ORDER BY rank",
                [idea_id],
            ).fetchall()
        ]

    def represent(self, idea_id: int, passage_ids: Collection[int]) -> None:
        """Say which passages speak for an idea, best first."""
        there = len(self._representatives(idea_id))
        for rank, passage_id in enumerate(passage_ids):
            self.rows.put("representatives", (idea_id, rank), passage_id=passage_id)
        for rank in range(len(passage_ids), there):
            self.rows.drop("representatives", (idea_id, rank))

    def core(self, idea_id: int, passage_ids: Collection[int]) -> None:
        """Say which passages carry an idea from map to map."""
        there = self._db.execute(
            "SELECT passage_id FROM idea_cores WHERE idea_id = ?", [idea_id]
        ).fetchall()
        staying = set(passage_ids)
        for (passage_id,) in there:
            if passage_id not in staying:
                self.rows.drop("idea_cores", (idea_id, passage_id))
        for passage_id in passage_ids:
            self.rows.put("idea_cores", (idea_id, passage_id))

    def link(self, one: int, other: int, *, is_together: bool) -> None:
        self.rows.put(
            "passage_links",
            (min(one, other), max(one, other)),
            kind="together" if is_together else "apart",
        )

    def changes(self) -> tuple[Rows, Rows]:
        return self.rows.changes()

    def recount(self) -> None:
        """Bring counts, levels and reading order up to date with all that was changed."""
        before, after = self.changes()
        touched: set[int] = set()
        for row in (*before.get("placements", ()), *after.get("placements", ())):
            touched.add(row.get("idea_id") or 0)
        for row in (*before.get("ideas", ()), *after.get("ideas", ())):
            if "parent_id" in row:
                touched |= {row["id"], row["parent_id"] or 0}
        self.is_reshaped = bool(touched)
        if touched:
            recount(self._db, self.rows, self._discussion_id, touched)
