"""One correction of the stored map while it is made: the rows it changes, as they were and are."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from synth.outline import counts_under, members_under, path_up, reading_order
from synth.records import LinkKind, Origin, Stance, Unplaced
from synth.store.ideas import Ideas
from synth.store.rows import Collection, Row

if TYPE_CHECKING:
    from sqlite_utils import Database

Key = tuple[int, ...]
Rows = dict[str, list[Row]]
"""Table → rows. One that was not there, or is no longer, is missing."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "ideas": ("id",),
    "placements": ("passage_id",),
    "representatives": ("idea_id", "rank"),
    "idea_cores": ("idea_id", "passage_id"),
    "passage_links": ("one_id", "other_id"),
    "idea_links": ("one_id", "other_id"),
    "extract_ideas": ("extract_id", "idea_id"),
    "retired_ideas": ("idea_id",),
    "sides": ("message_id",),
    "sign_offs": ("discussion_id",),
}
"""Tables that a correction may change, parents before children, and what names a row in each."""


class ChangedRows(Collection):
    """Writes rows and remembers the first state of each."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._first: dict[tuple[str, Key], Row | None] = {}

    def row(self, table: str, key: Key) -> Row | None:
        """The row as it is now."""
        return self._row(f"SELECT * FROM {table} WHERE {_is(table)}", *key)

    def put(self, table: str, key: Key, **values: object) -> None:
        """Change some columns of a row, or add it."""
        if self._seen(table, key) is None:
            self._insert(table, dict(zip(KEYS[table], key, strict=True)) | values)
        elif values:
            sets = ", ".join(f"{column} = ?" for column in values)
            self._write(f"UPDATE {table} SET {sets} WHERE {_is(table)}", *values.values(), *key)

    def drop(self, table: str, key: Key) -> None:
        """Take a row away; does nothing where there is none."""
        if self._seen(table, key) is not None:
            self._write(f"DELETE FROM {table} WHERE {_is(table)}", *key)

    def _seen(self, table: str, key: Key) -> Row | None:
        """The row as it is now; its first state is remembered."""
        there = self.row(table, key)
        self._first.setdefault((table, key), there)
        return there

    def changes(self) -> tuple[Rows, Rows]:
        """What changed in all: before and after, with only the columns that differ."""
        before: Rows = {}
        after: Rows = {}
        for (table, key), first in self._first.items():
            last = self.row(table, key)
            if first == last:
                continue
            if first is not None:
                before.setdefault(table, []).append(_differing(table, first, last))
            if last is not None:
                after.setdefault(table, []).append(_differing(table, last, first))
        return before, after


def _is(table: str) -> str:
    """The condition that finds a row by its key."""
    return " AND ".join(f"{column} = ?" for column in KEYS[table])


def key_of(table: str, row: Row) -> Key:
    return tuple(row[column] for column in KEYS[table])


def _differing(table: str, row: Row, other: Row | None) -> Row:
    """The row's key and the columns in which it is unlike the other; all where there is none."""
    if other is None:
        return row
    return {c: value for c, value in row.items() if c in KEYS[table] or value != other[c]}


_FRESH: dict[str, object] = {
    "status": "machine",
    "stability": None,
    "summary": "",
    "title_by": None,
    "own_title": None,
    "own_summary": None,
}
"""What a new idea does not take over from the one that it is made like."""


class Change(ChangedRows):
    """One correction being made. Each method changes rows and remembers what they were."""

    def __init__(self, db: Database, discussion_id: int) -> None:
        super().__init__(db)
        self._discussion_id = discussion_id
        self.is_reshaped = False
        """Whether anything changed its place; known once it was recounted."""
        self.verb = ""
        self.noun_id: int | None = None
        """What the event says; the correction may learn it on its way."""

    def update_idea(self, idea_id: int, **values: object) -> None:
        self.put("ideas", (idea_id,), **values)

    def set_title(self, idea_id: int, title: str, *, summary: str | None) -> None:
        """Give an idea a person's title, and summary; a language model's words go."""
        there = self.row("ideas", (idea_id,))
        assert there is not None
        values: dict[str, object] = {"title": title, "title_origin": Origin.PERSON}
        if there["title_by"] is not None:
            values["summary"] = there["own_summary"]
        if summary is not None:
            values |= {"summary": summary, "summary_origin": Origin.PERSON}
        values |= {"title_by": None, "own_title": None, "own_summary": None}
        self.update_idea(idea_id, **values)

    def set_summary(self, idea_id: int, summary: str) -> None:
        """Give an idea a person's summary; a language model's title goes with its summary."""
        there = self.row("ideas", (idea_id,))
        assert there is not None
        values: dict[str, object] = {"summary": summary, "summary_origin": Origin.PERSON}
        if there["title_by"] is not None:
            values |= {"title": there["own_title"], "title_by": None}
            values |= {"own_title": None, "own_summary": None}
        self.update_idea(idea_id, **values)

    def add_idea(self, like: int, **values: object) -> int:
        """A new idea in the language and on the run of another one; returns its id."""
        there = self.row("ideas", (like,))
        assert there is not None
        idea_id = Ideas(self._db).next_id()
        fresh = there | _FRESH | values
        del fresh["id"]
        self.put("ideas", (idea_id,), **fresh)
        return idea_id

    def remove_idea(self, idea_id: int, *, into: int | None) -> None:
        """Take away an idea that holds nothing any more; its id is never given again."""
        self.set_representatives(idea_id, ())
        self.set_core(idea_id, ())
        for extract_id in self._column(
            "SELECT extract_id FROM extract_ideas WHERE idea_id = ?", idea_id
        ):
            self.drop("extract_ideas", (extract_id, idea_id))
            if into is not None:
                self.put("extract_ideas", (extract_id, into))
        self._pass_links_on(idea_id, into)
        self.drop("ideas", (idea_id,))
        self.put("retired_ideas", (idea_id,), into_id=into, discussion_id=self._discussion_id)

    def _pass_links_on(self, idea_id: int, into: int | None) -> None:
        """Links of an idea that goes are those of the idea that it lives on in."""
        for one, other, kind in self._tuples(
            "SELECT one_id, other_id, kind FROM idea_links WHERE ?1 IN (one_id, other_id)", idea_id
        ):
            self.drop("idea_links", (one, other))
            if into is None:
                continue
            key = (into if one == idea_id else one, into if other == idea_id else other)
            if key[0] != key[1] and not self.row("idea_links", key):
                self.put("idea_links", key, kind=kind)

    def link_ideas(self, one_id: int, other_id: int, kind: LinkKind | None) -> None:
        """Say how one idea stands to another, or that it stands in no way (None)."""
        if kind is None:
            self.drop("idea_links", (one_id, other_id))
        else:
            self.put("idea_links", (one_id, other_id), kind=kind)

    def sign_off(self, *, at: str | None) -> None:
        """Note since when all ideas are signed off; None where they no longer are."""
        if at is None:
            self.drop("sign_offs", (self._discussion_id,))
        else:
            self.put("sign_offs", (self._discussion_id,), at=at)

    def place(
        self,
        passage_id: int,
        idea_id: int | None,
        *,
        weight: float,
        because: str | None,
        reason: Unplaced | None = None,
    ) -> None:
        """Put a passage under a leaf idea or none, for a reason where it is not about the question;
        ``because`` None leaves it to the machine."""
        origin = Origin.MACHINE if because is None else Origin.PERSON
        there = self.row("placements", (passage_id,))
        was = None if there is None else there["idea_id"]
        values: dict[str, object] = {
            "idea_id": idea_id,
            "weight": weight,
            "origin": origin,
            "because": because,
            "reason": reason,
        }
        if there is None:
            values["run_id"] = self._value("SELECT run_id FROM passages WHERE id = ?", passage_id)
        self.put("placements", (passage_id,), **values)
        if was != idea_id:
            self._moved(passage_id, was, idea_id)

    def _moved(self, passage_id: int, was: int | None, now_under: int | None) -> None:
        """What hangs on a passage goes with it: suggestions; and it speaks for its old idea no
        longer, nor carries it."""
        if was is not None:
            self.drop("idea_cores", (was, passage_id))
            there = Ideas(self._db).representatives_of(was)
            if passage_id in there:
                self.set_representatives(was, [one for one in there if one != passage_id])
        for extract_id in self._column(
            """SELECT e.id FROM extracts e JOIN passages p ON p.message_id = e.message_id
               AND e.start >= p.start AND e."end" <= p."end"
               WHERE p.id = ? AND e.origin = 'machine'""",
            passage_id,
        ):
            if was is not None:
                self.drop("extract_ideas", (extract_id, was))
            if now_under is not None:
                self.put("extract_ideas", (extract_id, now_under))

    def set_representatives(self, idea_id: int, passage_ids: Several[int]) -> None:
        """Say which passages speak for an idea, best first."""
        there = len(Ideas(self._db).representatives_of(idea_id))
        for rank, passage_id in enumerate(passage_ids):
            self.put("representatives", (idea_id, rank), passage_id=passage_id)
        for rank in range(len(passage_ids), there):
            self.drop("representatives", (idea_id, rank))

    def set_core(self, idea_id: int, passage_ids: Several[int]) -> None:
        """Say which passages carry an idea from map to map."""
        there = self._column("SELECT passage_id FROM idea_cores WHERE idea_id = ?", idea_id)
        for passage_id in sorted(set(there) - set(passage_ids)):
            self.drop("idea_cores", (idea_id, passage_id))
        for passage_id in passage_ids:
            self.put("idea_cores", (idea_id, passage_id))

    def set_side(self, message_id: int, side: Stance | None) -> None:
        """Say which side a message takes, or that it takes none."""
        self.put("sides", (message_id,), side=side, confidence=1.0, origin=Origin.PERSON)

    def link(self, one: int, other: int, *, is_together: bool) -> None:
        self.put(
            "passage_links",
            (min(one, other), max(one, other)),
            kind="together" if is_together else "apart",
        )

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
            self._recount(touched)

    def _recount(self, touched: Several[int]) -> None:
        """Bring the map up to date where ``touched`` ideas got, lost or moved something.

        Messages, voices (an anonymous message is one of its own) and the place on the map are
        counted anew for these ideas and those above them; levels and the reading order for all.
        """
        ideas = {
            row["id"]: row
            for row in self._rows(
                """SELECT id, parent_id, level, rank, n_messages, n_authors FROM ideas
                   WHERE discussion_id = ? ORDER BY rank, id""",
                self._discussion_id,
            )
        }
        parents = {i: row["parent_id"] for i, row in ideas.items()}
        concerned = {above for i in touched if i in ideas for above in path_up(i, parents)}
        placed = self._tuples(_PLACED, self._discussion_id)
        counts = counts_under(parents, (passage[:3] for passage in placed))
        laid_out = ((leaf, (x, y)) for leaf, *_, x, y in placed if x is not None)
        places = members_under(parents, laid_out)
        for i in concerned:
            n_messages, n_authors = counts[i]
            middle = _middle(places[i])
            self.update_idea(i, n_messages=n_messages, n_authors=n_authors, **middle)
        counts |= {
            i: (row["n_messages"], row["n_authors"])
            for i, row in ideas.items()
            if i not in concerned
        }
        for rank, (i, level) in enumerate(reading_order(parents, counts)):
            if (ideas[i]["rank"], ideas[i]["level"]) != (rank, level):
                self.update_idea(i, rank=rank, level=level)


_PLACED = """SELECT l.idea_id, p.message_id, coalesce(m.participant_id, -m.id), p.x, p.y
    FROM placements l JOIN passages p ON p.id = l.passage_id JOIN messages m ON m.id = p.message_id
    WHERE m.discussion_id = ? AND l.idea_id IS NOT NULL"""


def _middle(places: Sequence[tuple[float, float]]) -> dict[str, float]:
    """The mean of some places on the map; nothing where there is none."""
    if not places:
        return {}
    return {
        "x": sum(x for x, _ in places) / len(places),
        "y": sum(y for _, y in places) / len(places),
    }
