"""Sources: the files that were imported, and the problems found in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from synth.records import Problem
from synth.store.values import now, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    id: int
    name: str
    format: str
    sha256: str
    n_bytes: int
    n_added: int
    n_updated: int
    n_unchanged: int
    n_problems: int
    state: str
    imported_at: datetime


class Sources:
    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, discussion_id: int, *, name: str, format: str) -> int:  # noqa: A002 - the column
        """Note that a file is being imported; its state stays ``running`` until ``finish``."""
        cursor = self._db.execute(
            """INSERT INTO sources (discussion_id, name, format, sha256, n_bytes, imported_at)
               VALUES (?, ?, ?, '', 0, ?)""",
            [discussion_id, name, format, time_text(now())],
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def finish(
        self,
        source_file: int,
        *,
        state: str,
        sha256: str,
        n_bytes: int,
        n_added: int,
        n_updated: int,
        n_unchanged: int,
        problems: Iterable[Problem],
    ) -> None:
        rows = [(source_file, p.position, p.what, p.remedy) for p in problems]
        with self._db.atomic():
            self._db.conn.executemany(
                "INSERT INTO problems (source_file, position, what, remedy) VALUES (?, ?, ?, ?)",
                rows,
            )
            self._db.execute(
                """UPDATE sources SET state = ?, sha256 = ?, n_bytes = ?, n_added = ?,
                   n_updated = ?, n_unchanged = ?, n_problems = ? WHERE id = ?""",
                [state, sha256, n_bytes, n_added, n_updated, n_unchanged, len(rows), source_file],
            )

    def forget_repeat(self, source_file: int) -> bool:
        """Drop the record of an import that brought nothing new from a file imported before."""
        return bool(
            self._db.execute(
                """DELETE FROM sources WHERE id = ?1 AND state = 'done'
                   AND n_added = 0 AND n_updated = 0 AND EXISTS (
                     SELECT 1 FROM sources s WHERE s.id <> ?1 AND s.state = 'done'
                       AND s.sha256 = sources.sha256 AND s.name = sources.name
                       AND s.discussion_id = sources.discussion_id)""",
                [source_file],
            ).rowcount
        )

    def drop_folder(self, discussion_id: int, folder: str) -> None:
        """Name what was read from ``folder`` without it, and forget what is then a repeat.

        For files that stood in a passing place: an uploaded file is known by its own name.
        """
        prefix = folder.rstrip("/") + "/"
        rows = self._db.execute(
            "SELECT id FROM sources WHERE discussion_id = ? AND substr(name, 1, ?) = ?",
            [discussion_id, len(prefix), prefix],
        ).fetchall()
        with self._db.atomic():
            for (source_file,) in rows:
                self._db.execute(
                    "UPDATE sources SET name = substr(name, ?) WHERE id = ?",
                    [len(prefix) + 1, source_file],
                )
                self.forget_repeat(source_file)

    def close_interrupted(self, discussion_id: int) -> int:
        """Mark imports that an earlier process never finished; returns how many."""
        return self._db.execute(
            """UPDATE sources SET state = 'interrupted'
               WHERE discussion_id = ? AND state = 'running'""",
            [discussion_id],
        ).rowcount

    def all(self, discussion_id: int) -> list[Source]:
        """The newest import first."""
        rows = self._db.query(
            "SELECT * FROM sources WHERE discussion_id = ? ORDER BY id DESC", [discussion_id]
        )
        return [
            Source(
                **{key: row[key] for key in Source.__slots__ if key != "imported_at"},
                imported_at=datetime.fromisoformat(row["imported_at"]),
            )
            for row in rows
        ]

    def problems(self, source_file: int) -> list[Problem]:
        rows = self._db.query(
            """SELECT s.name, p.position, p.what, p.remedy FROM problems p
               JOIN sources s ON s.id = p.source_file WHERE p.source_file = ? ORDER BY p.id""",
            [source_file],
        )
        return [
            Problem(
                source=row["name"], position=row["position"], what=row["what"], remedy=row["remedy"]
            )
            for row in rows
        ]
