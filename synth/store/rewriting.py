"""Rows changed by a person's correction, with what they were before and are after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_utils import Database

Row = dict[str, Any]
Key = tuple[int, ...]
Rows = dict[str, list[Row]]
"""Table → rows. One that was not there, or is no longer, is missing."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "ideas": ("id",),
    "placements": ("passage_id",),
    "representatives": ("idea_id", "rank"),
    "idea_cores": ("idea_id", "passage_id"),
    "passage_links": ("one_id", "other_id"),
    "extract_ideas": ("extract_id", "idea_id"),
    "retired_ideas": ("idea_id",),
}
"""Tables that a correction may change, parents before children, and what names a row in each."""


class Rewriting:
    """Writes rows and remembers the first state of each."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._first: dict[tuple[str, Key], Row | None] = {}

    def row(self, table: str, key: Key) -> Row | None:
        """The row as it is now."""
        where = " AND ".join(f"{column} = ?" for column in KEYS[table])
        found = self._db.query(f"SELECT * FROM {table} WHERE {where}", list(key))
        return next(iter(found), None)

    def put(self, table: str, key: Key, **values: object) -> None:
        """Change some columns of a row, or add it."""
        there = self._seen(table, key)
        if there is not None:
            sets = ", ".join(f"{column} = ?" for column in values)
            where = " AND ".join(f"{column} = ?" for column in KEYS[table])
            if sets:
                self._db.execute(
                    f"UPDATE {table} SET {sets} WHERE {where}", [*values.values(), *key]
                )
            return
        row = dict(zip(KEYS[table], key, strict=True)) | values
        marks = ", ".join("?" * len(row))
        self._db.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values())
        )

    def drop(self, table: str, key: Key) -> None:
        """Take a row away; does nothing where there is none."""
        if self._seen(table, key) is None:
            return
        where = " AND ".join(f"{column} = ?" for column in KEYS[table])
        self._db.execute(f"DELETE FROM {table} WHERE {where}", list(key))

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


def key_of(table: str, row: Row) -> Key:
    return tuple(row[column] for column in KEYS[table])


def _differing(table: str, row: Row, other: Row | None) -> Row:
    """The row's key and the columns in which it is unlike the other; all where there is none."""
    if other is None:
        return row
    return {c: value for c, value in row.items() if c in KEYS[table] or value != other[c]}
