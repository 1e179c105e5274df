"""Ideas, and what is placed under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synth.records import Idea, Origin, Placement, Unplaced
from synth.store.rows import IN, NO_WORDS, Collection, json_text, record


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaRow:
    """An idea to write. ``key`` is its id where it lives on, else a negative number."""

    key: int
    parent_key: int | None
    level: int
    title: str
    keyphrases: tuple[str, ...]
    summary: str
    language: str | None
    n_messages: int
    n_authors: int
    stability: float | None
    x: float
    y: float
    representatives: tuple[int, ...]
    """Passage ids, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRow:
    passage_id: int
    idea_key: int | None
    weight: float
    reason: Unplaced | None = None


class Ideas(Collection):
    # -- writing ---------------------------------------------------------------------------

    def replace_machine(
        self,
        discussion_id: int,
        ideas: Sequence[IdeaRow],
        placements: Sequence[PlacementRow],
        *,
        run_id: int,
    ) -> dict[int, int]:
        """Put a new map in place of the machine's last one; returns key → idea id.

        ``ideas`` in reading order, parents before children. An idea with a positive key keeps
        that id; ideas and placements whose origin is a person are left as they are.
        """
        with self._db.atomic():
            ids: dict[int, int] = {}
            for rank, idea in enumerate(ideas):
                parent_id = None if idea.parent_key is None else ids[idea.parent_key]
                ids[idea.key] = self._put(discussion_id, idea, rank, parent_id, run_id)
            self._write(
                """DELETE FROM ideas WHERE discussion_id = ? AND origin = 'machine'
                   AND run_id <> ?""",
                *(discussion_id, run_id),
            )
            self._put_representatives(ideas, ids)
            self._place(discussion_id, placements, ids, run_id)
        return ids

    def add(self, discussion_id: int, ideas: Sequence[IdeaRow], *, run_id: int) -> dict[int, int]:
        """Add new ideas after those that are there; returns key → idea id.

        ``parent_key`` is the id of an idea that is there.
        """
        with self._db.atomic():
            last = self._value(
                "SELECT coalesce(max(rank), 0) FROM ideas WHERE discussion_id = ?", discussion_id
            )
            ids = {
                idea.key: self._put(discussion_id, idea, rank, idea.parent_key, run_id)
                for rank, idea in enumerate(ideas, start=last + 1)
            }
            self._put_representatives(ideas, ids)
        return ids

    def _put(
        self, discussion_id: int, idea: IdeaRow, rank: int, parent_id: int | None, run_id: int
    ) -> int:
        values: dict[str, object] = {name: getattr(idea, name) for name in _AS_THEY_ARE} | {
            "discussion_id": discussion_id,
            "parent_id": parent_id,
            "rank": rank,
            "keyphrases": json_text(list(idea.keyphrases)),
            "origin": Origin.MACHINE,
            "run_id": run_id,
            **_OWN_TITLE,
        }
        if idea.key > 0:
            sets = ", ".join(f"{name} = {_KEPT.get(name, '?')}" for name in values)
            self._write(f"UPDATE ideas SET {sets} WHERE id = ?", *values.values(), idea.key)
            return idea.key
        return self._insert("ideas", values | {"id": self.next_id()})

    def next_id(self) -> int:
        """An id that no idea ever had."""
        return self._count(_NEXT_ID)

    def _put_representatives(self, ideas: Sequence[IdeaRow], ids: Mapping[int, int]) -> None:
        self._write_many(
            "DELETE FROM representatives WHERE idea_id = ?", [(i,) for i in ids.values()]
        )
        self._write_many(
            "INSERT INTO representatives VALUES (?, ?, ?)",
            [
                (ids[idea.key], rank, passage_id)
                for idea in ideas
                for rank, passage_id in enumerate(idea.representatives)
            ],
        )

    def _place(
        self,
        discussion_id: int,
        placements: Sequence[PlacementRow],
        ids: Mapping[int, int],
        run_id: int,
    ) -> None:
        self._write(
            """DELETE FROM placements WHERE origin = 'machine' AND passage_id IN (
               SELECT p.id FROM passages p JOIN messages m ON m.id = p.message_id
               WHERE m.discussion_id = ?)""",
            discussion_id,
        )
        self._write_many(
            """INSERT OR IGNORE INTO placements
               (passage_id, idea_id, weight, origin, run_id, reason)
               VALUES (?, ?, ?, 'machine', ?, ?)""",
            [
                (p.passage_id, p.idea_key and ids[p.idea_key], p.weight, run_id, p.reason)
                for p in placements
            ],
        )

    def retitle(self, idea_id: int, *, title: str, summary: str, by: str) -> None:
        """Give a machine's idea the title and summary of a language model, named in ``by``."""
        self._write(
            """UPDATE ideas SET own_title = coalesce(own_title, title),
               own_summary = coalesce(own_summary, summary), title = ?, summary = ?, title_by = ?
               WHERE id = ? AND title_origin = 'machine' AND summary_origin = 'machine'
               AND locked_by IS NULL""",
            *(title, summary, by, idea_id),
        )

    def take_title_back(self, idea_id: int) -> None:
        """Give an idea that bears a language model's title its own again."""
        self._write(
            """UPDATE ideas SET title = own_title, summary = own_summary,
               title_by = NULL, own_title = NULL, own_summary = NULL
               WHERE id = ? AND title_by IS NOT NULL AND locked_by IS NULL""",
            idea_id,
        )

    # -- reading ---------------------------------------------------------------------------

    def own_titles(self, discussion_id: int) -> dict[int, str]:
        """Idea id → the title it has without any language model's."""
        return self._mapping(
            "SELECT id, coalesce(own_title, title) FROM ideas WHERE discussion_id = ?",
            discussion_id,
        )

    def outline(self, discussion_id: int) -> list[Idea]:
        """Every idea, parents before children, in reading order."""
        rows = self._rows(
            "SELECT * FROM ideas WHERE discussion_id = ? ORDER BY rank, id", discussion_id
        )
        return [record(Idea, row) for row in rows]

    def get(self, idea_id: int) -> Idea | None:
        row = self._row("SELECT * FROM ideas WHERE id = ?", idea_id)
        return None if row is None else record(Idea, row)

    def languages(self, discussion_id: int) -> dict[int, str]:
        """Idea id → the language of its title, where that is known."""
        return self._mapping(
            "SELECT id, language FROM ideas WHERE discussion_id = ? AND language IS NOT NULL",
            discussion_id,
        )

    def representatives(self, discussion_id: int) -> dict[int, tuple[int, ...]]:
        """Idea id → passage ids of its most telling passages, best first."""
        found = self._groups(
            """SELECT r.idea_id, r.passage_id FROM representatives r
               JOIN ideas i ON i.id = r.idea_id WHERE i.discussion_id = ?
               ORDER BY r.idea_id, r.rank""",
            discussion_id,
        )
        return {idea_id: tuple(ids) for idea_id, ids in found.items()}

    def representatives_of(self, idea_id: int) -> list[int]:
        """The same for one idea."""
        return self._column(
            "SELECT passage_id FROM representatives WHERE idea_id = ? ORDER BY rank", idea_id
        )

    def placements(self, discussion_id: int) -> list[Placement]:
        """Every passage with its leaf idea or None, in order of message and place."""
        return self._placements(f"WHERE m.discussion_id = ? {_IN_ORDER}", discussion_id)

    def counts_of_reasons(self, discussion_id: int) -> dict[Unplaced, int]:
        """How many passages stand under no idea for each reason, those of most first."""
        found = self._tuples(
            """SELECT l.reason, count(*) AS n FROM messages m JOIN passages p ON p.message_id = m.id
               JOIN placements l ON l.passage_id = p.id
               WHERE m.discussion_id = ? AND l.reason IS NOT NULL
               GROUP BY l.reason ORDER BY n DESC, l.reason""",
            discussion_id,
        )
        return {Unplaced(reason): n for reason, n in found}

    def count_not_about(self, discussion_id: int) -> int:
        """Passages that are not about the question."""
        counts = self.counts_of_reasons(discussion_id)
        return sum(n for reason, n in counts.items() if not reason.is_about)

    def stances(self, discussion_id: int) -> dict[int, tuple[int, int]]:
        """Leaf idea id → its passages that speak for and against their parent, where any do."""
        rows = self._tuples(
            """SELECT l.idea_id, sum(m.stance = 'for'), sum(m.stance = 'against')
               FROM messages m JOIN passages p ON p.message_id = m.id
               JOIN placements l ON l.passage_id = p.id
               WHERE m.discussion_id = ? AND m.stance IS NOT NULL AND l.idea_id IS NOT NULL
               GROUP BY l.idea_id""",
            discussion_id,
        )
        return {idea_id: (n_for, n_against) for idea_id, n_for, n_against in rows}

    def placements_under(
        self, idea_id: int, *, limit: int, offset: int = 0
    ) -> tuple[list[Placement], int]:
        """Passages under an idea and its sub-ideas, best fit first, and how many there are.

        What stands under hidden sub-ideas is left out.
        """
        below = """WITH RECURSIVE below(id) AS (
            SELECT ?1 UNION SELECT i.id FROM ideas i JOIN below ON i.parent_id = below.id
            WHERE i.status <> 'hidden')"""
        total = self._value(
            f"{below} SELECT count(*) FROM placements WHERE idea_id IN (SELECT id FROM below)",
            idea_id,
        )
        rows = self._rows(
            f"""{below} {PLACED} WHERE l.idea_id IN (SELECT id FROM below)
                ORDER BY l.weight DESC, p.id LIMIT ?2 OFFSET ?3""",
            *(idea_id, limit, offset),
        )
        return [record(Placement, row) for row in rows], total

    def of_messages(self, message_ids: Sequence[int]) -> dict[int, list[Placement]]:
        """Message id → its passages in order of place."""
        found: dict[int, list[Placement]] = {}
        for placement in self._placements(f"WHERE m.id {IN} {_IN_ORDER}", message_ids):
            found.setdefault(placement.message_id, []).append(placement)
        return found

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Placement]:
        """Passage id → its placement."""
        found = self._placements(f"WHERE p.id {IN}", passage_ids)
        return {placement.passage_id: placement for placement in found}

    def _placements(self, where: str, value: object) -> list[Placement]:
        return [record(Placement, row) for row in self._rows(f"{PLACED} {where}", value)]


_AS_THEY_ARE = (
    *("level", "title", "summary", "language", "n_messages", "n_authors", "stability"),
    *("x", "y"),
)
"""Columns that are written as an IdeaRow has them."""
_OWN_TITLE: dict[str, object] = {"title_by": None, "own_title": None, "own_summary": None}
"""A new map begins with the program's own titles."""
PLACED = """SELECT p.id AS passage_id, p.message_id, p.start, p."end", l.idea_id,
    coalesce(l.weight, 0) AS weight, coalesce(l.origin, 'machine') AS origin, l.reason
    FROM passages p JOIN messages m ON m.id = p.message_id
    LEFT JOIN placements l ON l.passage_id = p.id"""
_IN_ORDER = "ORDER BY p.message_id, p.start"
_IS_LOCKED = f"(locked_by IS NOT NULL AND title <> '{NO_WORDS}')"
"""Where words were erased with the passages they were taken from, there are none to keep."""
_KEPT = {
    column: f"CASE WHEN {condition} THEN {column} ELSE ? END"
    for column, condition in (
        ("title", f"title_origin = 'person' OR {_IS_LOCKED}"),
        ("language", f"title_origin = 'person' OR {_IS_LOCKED}"),
        ("summary", f"summary_origin = 'person' OR {_IS_LOCKED}"),
        ("origin", "origin = 'person'"),
        *((column, _IS_LOCKED) for column in ("keyphrases", *_OWN_TITLE)),
    )
}
"""What a rebuild leaves as it is: what a person wrote, and the words of locked ideas."""
_NEXT_ID = """SELECT 1 + max(coalesce((SELECT max(id) FROM ideas), 0),
    coalesce((SELECT max(idea_id) FROM retired_ideas), 0))"""
