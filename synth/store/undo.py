"""Taking a correction back: rows as they were, and what follows where the map went on since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from synth.errors import N_, CorrectionRefused
from synth.records import IdeaStatus, Origin
from synth.store.change_log import KEYS, Change, Key, Rows, key_of
from synth.store.rows import Collection, Row

if TYPE_CHECKING:
    from sqlite_utils import Database

_DECIDED: Mapping[str, frozenset[str]] = {
    "ideas": frozenset(
        {"title", "title_origin", "summary", "summary_origin", "status", "parent_id"}
        | {"parent_origin", "title_by", "own_title", "own_summary", "locked_by"}
    ),
    "placements": frozenset({"idea_id", "origin", "because"}),
    "passage_links": frozenset({"kind"}),
    "idea_links": frozenset({"kind"}),
    "sides": frozenset({"side", "origin"}),
    "sign_offs": frozenset({"at"}),
}
"""What a person decides in a row; the rest follows from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction as the history keeps it."""

    id: int
    at: datetime
    actor: str
    verb: str
    noun: str
    """``idea``, ``passage``, ``map`` (all ideas), or ``side``: that of the message ``noun_id``."""
    noun_id: int | None
    before: Rows
    after: Rows
    is_undone: bool

    def rows(self, table: str) -> list[tuple[Key, Row | None, Row | None]]:
        """(key, before, after) of each row of a table that it changed, in order of key."""
        before, after = (
            {key_of(table, row): row for row in rows.get(table, ())}
            for rows in (self.before, self.after)
        )
        keys = sorted(before.keys() | after.keys())
        return [(key, before.get(key), after.get(key)) for key in keys]


def restore(
    db: Database, change: Change, history: Sequence[Correction], event_id: int | None
) -> Correction:
    """Take back the last correction of ``history`` (newest first), or the one named.

    Where nothing has touched its rows since, every column is as it was before. Otherwise what
    was decided is taken back, and counts and levels follow. Raises CorrectionRefused when there
    is nothing to take back, or when a later correction builds on it.
    """
    correction = _to_undo(history, event_id)
    _refuse_if_built_on(correction, history)
    db.execute("PRAGMA defer_foreign_keys = ON")
    work = _Restoring(db, change, correction)
    if work.is_as_left():
        work.exactly()
    else:
        work.decisions()
        change.recount()
    return correction


def _to_undo(history: Sequence[Correction], event_id: int | None) -> Correction:
    open_ones = [one for one in history if not one.is_undone]
    if event_id is None:
        if not open_ones:
            raise CorrectionRefused(N_("there is no correction to undo"))
        return open_ones[0]
    for one in history:
        if one.id == event_id:
            if one.is_undone:
                raise CorrectionRefused(
                    N_("correction %(event_id)s is undone already"), event_id=event_id
                )
            return one
    raise CorrectionRefused(
        N_("no correction %(event_id)s; `synth correct list` shows them"), event_id=event_id
    )


def _refuse_if_built_on(correction: Correction, history: Sequence[Correction]) -> None:
    later = built_on(history).get(correction.id)
    if later is not None:
        raise CorrectionRefused(
            N_(
                "correction %(correction)s cannot be undone alone: correction "
                "%(later)s (%(verb)s) builds on it; undo that one first"
            ),
            correction=correction.id,
            later=later.id,
            verb=later.verb,
        )


def built_on(history: Sequence[Correction]) -> dict[int, Correction]:
    """Correction → the first later one that stands on it; ``history`` with the newest first.

    What is undone stands on nothing, and nothing stands on it.
    """
    found: dict[int, Correction] = {}
    first_after: dict[tuple[str, Key, str], Correction] = {}
    for one in history:
        if one.is_undone:
            continue
        decided = _decided_by(one)
        later = {first_after[what].id: first_after[what] for what in decided & first_after.keys()}
        if later:
            found[one.id] = later[min(later)]
        first_after |= dict.fromkeys(decided, one)
    return found


def _decided_by(correction: Correction) -> set[tuple[str, Key, str]]:
    """(table, row, column) of all that a correction decided."""
    found: set[tuple[str, Key, str]] = set()
    for table, decided in _DECIDED.items():
        for key, before, after in correction.rows(table):
            columns = (before or after or {}).keys() & decided
            found |= {(table, key, column) for column in columns}
    return found


class _Restoring(Collection):
    """Puts rows back as they were before a correction."""

    def __init__(self, db: Database, change: Change, correction: Correction) -> None:
        super().__init__(db)
        self._change = change
        self._correction = correction
        self._made = {key[0] for key, before, _ in self._correction.rows("ideas") if before is None}

    def is_as_left(self) -> bool:
        """Whether nothing has touched these rows since."""
        for table in KEYS:
            for key, _, left in self._correction.rows(table):
                there = self._change.row(table, key)
                if left is None or there is None:
                    if left is not there:
                        return False
                elif any(there.get(column) != value for column, value in left.items()):
                    return False
        return True

    def exactly(self) -> None:
        """Every column as it was."""
        for table in KEYS:
            for key, before, _ in self._correction.rows(table):
                if before is not None:
                    self._put(table, key, before)
        for table in reversed(list(KEYS)):
            for key, before, _ in self._correction.rows(table):
                if before is None:
                    self._change.drop(table, key)

    def decisions(self) -> None:
        """What was decided, and what follows from it as far as it can still be had."""
        for key, before, after in self._correction.rows("ideas"):
            if before is not None:
                self._idea(key, before, is_new=after is None)
        for key, before, after in self._correction.rows("placements"):
            self._placement(key[0], before or {}, after or {})
        for table in ("idea_cores", "passage_links", "idea_links"):
            for key, before, _ in self._correction.rows(table):
                self._put_back(table, key, before)
        for key, before, _ in self._correction.rows("sides"):
            self._side(key, before)
        for _, before, _ in self._correction.rows("sign_offs"):
            self._change.sign_off(at=None if before is None else before["at"])
        for key, before, _ in self._correction.rows("ideas"):
            if before is None:
                self._unmake(key[0])
        self._prune()

    def _put(self, table: str, key: Key, row: Row) -> None:
        values = {column: value for column, value in row.items() if column not in KEYS[table]}
        self._change.put(table, key, **values)

    def _idea(self, key: Key, before: Row, *, is_new: bool) -> None:
        there = self._change.row("ideas", key)
        row = dict(before)
        if row.get("parent_id") is not None and not self._is_idea(row["parent_id"]):
            row |= {"parent_id": self._above(), "parent_origin": Origin.MACHINE}
        if there is None and is_new:
            self._put("ideas", key, row)
            self._change.drop("retired_ideas", key)
            self._speak_again(key[0])
        elif there is not None:
            kept = {c: v for c, v in row.items() if c in _DECIDED["ideas"]}
            self._put("ideas", key, kept)

    def _speak_again(self, idea_id: int) -> None:
        spoke = [row for _, row, _ in self._correction.rows("representatives") if row is not None]
        ids = [row["passage_id"] for row in spoke if row["idea_id"] == idea_id]
        self._change.set_representatives(idea_id, [i for i in ids if self._is_passage(i)])

    def _above(self) -> int | None:
        """The parent of the idea that the correction was about."""
        row = self._change.row("ideas", (self._correction.noun_id or 0,))
        return None if row is None else row["parent_id"]

    def _placement(self, passage_id: int, before: Row, after: Row) -> None:
        there = self._change.row("placements", (passage_id,))
        if there is None:
            return
        wanted = before.get("idea_id", there["idea_id"])
        is_possible = wanted is None or self._is_leaf(wanted)
        because = before["because"] if "because" in before else there["because"]
        self._change.place(
            passage_id,
            wanted if is_possible else there["idea_id"],
            weight=before["weight"] if "weight" in before else there["weight"],
            because=because if is_possible else None,
            reason=before.get("reason") if wanted is None else None,
        )

    def _put_back(self, table: str, key: Key, before: Row | None) -> None:
        if before is None:
            self._change.drop(table, key)
            return
        passages: Key = {"passage_links": key, "idea_cores": key[1:]}.get(table, ())
        ideas: Key = {"idea_links": key, "idea_cores": key[:1]}.get(table, ())
        if all(map(self._is_passage, passages)) and all(map(self._is_idea, ideas)):
            self._put(table, key, before)

    def _side(self, key: Key, before: Row | None) -> None:
        """What the machine read comes back where it is still there to be read."""
        if before is None:
            self._change.drop("sides", key)
        elif self._change.row("sides", key) is not None:
            self._put("sides", key, before)

    def _unmake(self, idea_id: int) -> None:
        """An idea that the correction made goes; what came under it since stays on the map."""
        there = self._change.row("ideas", (idea_id,))
        if there is None:
            return
        above = there["parent_id"]
        home = next((i for i in (above, self._correction.noun_id) if self._is_leaf(i)), None)
        for child in self._column("SELECT id FROM ideas WHERE parent_id = ?", idea_id):
            self._change.update_idea(child, parent_id=above)
        for passage_id, weight in self._tuples(
            "SELECT passage_id, weight FROM placements WHERE idea_id = ?", idea_id
        ):
            self._change.place(passage_id, home, weight=weight, because=None)
        self._change.remove_idea(idea_id, into=home)

    def _prune(self) -> None:
        """Machine's ideas that nothing stands under any more go."""
        before, after = self._change.changes()
        rows = [*before.get("placements", ()), *after.get("placements", ())]
        for idea_id in sorted({row["idea_id"] for row in rows if row.get("idea_id")}):
            there = self._change.row("ideas", (idea_id,))
            if there is None or not self._is_leaf(idea_id) or self._holds(idea_id):
                continue
            is_touched = (
                there["status"] != IdeaStatus.MACHINE
                or there["locked_by"] is not None
                or Origin.PERSON in (there["origin"], there["title_origin"])
                or Origin.PERSON in (there["summary_origin"], there["parent_origin"])
            )
            if not is_touched:
                self._change.remove_idea(idea_id, into=None)

    def _is_idea(self, idea_id: int | None) -> bool:
        return idea_id is not None and self._change.row("ideas", (idea_id,)) is not None

    def _is_leaf(self, idea_id: int | None) -> bool:
        """Whether passages may stand right under it once the correction is taken back."""
        below = self._column("SELECT id FROM ideas WHERE parent_id = ?", idea_id)
        return (
            self._is_idea(idea_id)
            and idea_id not in self._made
            and all(child in self._made for child in below)
        )

    def _holds(self, idea_id: int) -> bool:
        return bool(self._value("SELECT 1 FROM placements WHERE idea_id = ?", idea_id))

    def _is_passage(self, passage_id: int) -> bool:
        return bool(self._value("SELECT 1 FROM passages WHERE id = ?", passage_id))
