"""Sources: the files that were imported, and the problems found in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from synth.records import Problem
from synth.store.rows import Collection, now, record, time_text


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


class Sources(Collection):
    def begin(self, discussion_id: int, *, name: str, format: str) -> int:  # noqa: A002 - the column
        """Note that a file is being imported; its state is ``running`` until ``finish``.

        Both belong into one transaction: then nobody ever sees that state.
        """
        file = {"discussion_id": discussion_id, "name": name, "format": format}
        unknown = {"sha256": "", "n_bytes": 0}
        return self._insert("sources", file | unknown | {"imported_at": time_text(now())})

    def finish(
        self,
        source_file: int,
        *,
        state: str,
        sha256: str,
        n_bytes: int,
        counts: tuple[int, int, int],
        problems: Iterable[Problem],
    ) -> None:
        """Note what came of it. ``counts``: messages added, updated and unchanged."""
        rows = [(source_file, p.position, p.what, p.remedy, p.n_left_out) for p in problems]
        with self._db.atomic():
            self._write_many(
                """INSERT INTO problems (source_file, position, what, remedy, n_left_out)
                   VALUES (?, ?, ?, ?, ?)""",
                rows,
            )
            self._write(
                """UPDATE sources SET state = ?, sha256 = ?, n_bytes = ?, n_added = ?,
                   n_updated = ?, n_unchanged = ?, n_problems = ? WHERE id = ?""",
                *(state, sha256, n_bytes, *counts, len(rows), source_file),
            )

    def forget_repeat(self, source_file: int) -> bool:
        """Drop the record of an import that brought nothing new from a file imported before."""
        n_dropped = self._write(
            """DELETE FROM sources WHERE id = ?1 AND state = 'done'
               AND n_added = 0 AND n_updated = 0 AND EXISTS (
                 SELECT 1 FROM sources s WHERE s.id <> ?1 AND s.state = 'done'
                   AND s.sha256 = sources.sha256 AND s.name = sources.name
                   AND s.discussion_id = sources.discussion_id)""",
            source_file,
        )
        return bool(n_dropped)

    def drop_folder(self, discussion_id: int, folder: str) -> None:
        """Name what was read from ``folder`` without it, and forget what is then a repeat.

        For files that stood in a passing place: an uploaded file is known by its own name.
        """
        prefix = folder.rstrip("/") + "/"
        inside = self._column(
            "SELECT id FROM sources WHERE discussion_id = ? AND substr(name, 1, ?) = ?",
            *(discussion_id, len(prefix), prefix),
        )
        with self._db.atomic():
            for source_file in inside:
                self._write(
                    "UPDATE sources SET name = substr(name, ?) WHERE id = ?",
                    *(len(prefix) + 1, source_file),
                )
                self.forget_repeat(source_file)

    def close_interrupted(self, discussion_id: int) -> int:
        """Mark imports that an earlier process never finished; returns how many."""
        return self._write(
            """UPDATE sources SET state = 'interrupted'
               WHERE discussion_id = ? AND state = 'running'""",
            discussion_id,
        )

    def cut_off(self, discussion_id: int) -> list[str]:
        """Names of files of which only a part was imported, and no whole one since."""
        return self._column(
            """SELECT DISTINCT name FROM sources s
               WHERE discussion_id = ? AND state IN ('running', 'interrupted')
                 AND EXISTS (SELECT 1 FROM messages m WHERE m.source_file = s.id)
                 AND NOT EXISTS (SELECT 1 FROM sources later WHERE later.id > s.id
                   AND later.discussion_id = s.discussion_id AND later.name = s.name
                   AND later.state = 'done')
               ORDER BY name""",
            discussion_id,
        )

    def all(self, discussion_id: int) -> list[Source]:
        """The newest import first."""
        rows = self._rows(
            "SELECT * FROM sources WHERE discussion_id = ? ORDER BY id DESC", discussion_id
        )
        return [record(Source, row) for row in rows]

    def problems(self, source_file: int) -> list[Problem]:
        rows = self._rows(
            """SELECT s.name AS source, p.position, p.what, p.remedy, p.n_left_out FROM problems p
               JOIN sources s ON s.id = p.source_file WHERE p.source_file = ? ORDER BY p.id""",
            source_file,
        )
        return [record(Problem, row) for row in rows]
