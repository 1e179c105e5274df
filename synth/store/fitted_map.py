"""What is stored of a fitted map, and how later messages are added to it while it stays."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from synth.records import Unplaced
from synth.store.rows import IN, Collection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.generic]]

Part = Literal["fitted", "landmarks"]
"""``fitted`` is written by a whole build; ``landmarks`` change whenever the map grows."""


class Spaces(Collection):
    """Fitted arrays by name, as an npz archive without pickled objects; one of each part a
    discussion."""

    def keep(
        self, discussion_id: int, part: Part, arrays: Arrays, *, key: str, run_id: int
    ) -> None:
        """Keep the arrays in place of the last ones. ``key`` tells what they depend on."""
        import numpy as np

        archive = io.BytesIO()
        values: dict[str, Any] = dict(arrays)
        np.savez(archive, **values)
        self._write(
            """INSERT INTO spaces (discussion_id, part, key, run_id, arrays)
               VALUES (?, ?, ?, ?, ?) ON CONFLICT (discussion_id, part) DO UPDATE
               SET key = excluded.key, run_id = excluded.run_id, arrays = excluded.arrays""",
            *(discussion_id, part, key, run_id, archive.getvalue()),
        )

    def get(self, discussion_id: int, part: Part) -> Arrays | None:
        import numpy as np

        archive = self._value(
            "SELECT arrays FROM spaces WHERE discussion_id = ? AND part = ?", discussion_id, part
        )
        if archive is None:
            return None
        with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def key(self, discussion_id: int) -> str | None:
        """What the kept arrays depend on; None where nothing is kept."""
        return self._text(
            "SELECT key FROM spaces WHERE discussion_id = ? AND part = 'fitted'", discussion_id
        )

    def outdate(self, discussion_id: int, key: str) -> None:
        """Have the next build be a whole one: what is kept no longer depends on what it did."""
        self._write("UPDATE spaces SET key = ? WHERE discussion_id = ?", key, discussion_id)

    def forget(self, discussion_id: int) -> None:
        self._write("DELETE FROM spaces WHERE discussion_id = ?", discussion_id)


class Growth(Collection):
    # -- reading ---------------------------------------------------------------------------

    def mapped(self, message_ids: Sequence[int]) -> set[int]:
        """Passages of these messages that a map has dealt with, placed or not."""
        return set(
            self._column(
                f"""SELECT l.passage_id FROM placements l JOIN passages p ON p.id = l.passage_id
                    WHERE p.message_id {IN}""",
                message_ids,
            )
        )

    def places(self, passage_ids: Sequence[int]) -> dict[int, tuple[float, float]]:
        """Passage id → its place on the map, for those that have one."""
        rows = self._tuples(
            f"SELECT id, x, y FROM passages WHERE id {IN} AND x IS NOT NULL", passage_ids
        )
        return {passage_id: (x, y) for passage_id, x, y in rows}

    def of_people(self, passage_ids: Sequence[int]) -> set[int]:
        """Those of the passages that a person placed, linked or set apart."""
        return set(
            self._column(
                f"""SELECT passage_id FROM placements WHERE passage_id {IN} AND origin = 'person'
                    UNION SELECT one_id FROM passage_links WHERE one_id {IN}
                    UNION SELECT other_id FROM passage_links WHERE other_id {IN}""",
                *[passage_ids] * 3,
            )
        )

    def changed_by_people(self, discussion_id: int) -> set[int]:
        """Ideas that got or lost passages by a correction since the landmarks were kept.

        Corrections from the time that their run was going on count as well.
        """
        return set(
            self._column(
                """WITH since AS (
                     SELECT e.before, e.after FROM events e
                     JOIN spaces s ON s.discussion_id = e.discussion_id AND s.part = 'landmarks'
                     JOIN runs r ON r.id = s.run_id
                     WHERE e.discussion_id = ? AND e.noun IN ('idea', 'passage', 'event')
                       AND e.at >= r.started_at),
                   moved AS (
                     SELECT value FROM since, json_each(since.before, '$.placements')
                     UNION ALL SELECT value FROM since, json_each(since.after, '$.placements'))
                   SELECT DISTINCT json_extract(value, '$.idea_id') AS idea_id FROM moved
                   WHERE idea_id IS NOT NULL""",
                discussion_id,
            )
        )

    # -- writing ---------------------------------------------------------------------------

    def place(
        self,
        placements: Iterable[tuple[int, int | None, float, Unplaced | None]],
        *,
        run_id: int,
    ) -> None:
        """Write (passage id, leaf idea or None, weight, why not); what a person placed stays."""
        self._write_many(
            """INSERT INTO placements (passage_id, idea_id, weight, reason, origin, run_id)
               VALUES (?, ?, ?, ?, 'machine', ?) ON CONFLICT (passage_id) DO UPDATE
               SET idea_id = excluded.idea_id, weight = excluded.weight,
                   reason = excluded.reason, run_id = excluded.run_id
               WHERE origin = 'machine'""",
            [(*placement, run_id) for placement in placements],
        )

    def count(self, counts: Mapping[int, tuple[int, int]]) -> None:
        """Idea id → its messages and voices."""
        self._write_many(
            """UPDATE ideas SET n_messages = ?2, n_authors = ?3
               WHERE id = ?1 AND (n_messages <> ?2 OR n_authors <> ?3)""",
            [(idea_id, *both) for idea_id, both in counts.items()],
        )

    def order(self, idea_ids: Sequence[int]) -> None:
        """Put the ideas into this reading order."""
        self._write_many(
            "UPDATE ideas SET rank = ?2 WHERE id = ?1 AND rank <> ?2",
            [(idea_id, rank) for rank, idea_id in enumerate(idea_ids)],
        )
