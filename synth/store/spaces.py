"""What a map was made with: fitted arrays, kept so that later messages find their place."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sqlite_utils import Database

    Arrays = Mapping[str, NDArray[np.generic]]

Part = Literal["fitted", "landmarks"]
"""``fitted`` is written by a whole build; ``landmarks`` change whenever the map grows."""


class Spaces:
    """Arrays by name, as an npz archive without pickled objects; one of each part a discussion."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(
        self, discussion_id: int, part: Part, arrays: Arrays, *, key: str, run_id: int
    ) -> None:
        """Keep the arrays in place of the last ones. ``key`` tells what they depend on."""
        import numpy as np

        archive = io.BytesIO()
        values: dict[str, Any] = dict(arrays)
        np.savez(archive, **values)
        self._db.execute(
            """INSERT INTO spaces (discussion_id, part, key, run_id, arrays)
               VALUES (?, ?, ?, ?, ?) ON CONFLICT (discussion_id, part) DO UPDATE
               SET key = excluded.key, run_id = excluded.run_id, arrays = excluded.arrays""",
            [discussion_id, part, key, run_id, archive.getvalue()],
        )

    def get(self, discussion_id: int, part: Part) -> Arrays | None:
        import numpy as np

        row = self._db.execute(
            "SELECT arrays FROM spaces WHERE discussion_id = ? AND part = ?", [discussion_id, part]
        ).fetchone()
        if row is None:
            return None
        with np.load(io.BytesIO(row[0]), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    def key(self, discussion_id: int) -> str | None:
        """What the kept arrays depend on; None where nothing is kept."""
        row = self._db.execute(
            "SELECT key FROM spaces WHERE discussion_id = ? AND part = 'fitted'", [discussion_id]
        ).fetchone()
        return None if row is None else str(row[0])

    def forget(self, discussion_id: int) -> None:
        self._db.execute("DELETE FROM spaces WHERE discussion_id = ?", [discussion_id])
