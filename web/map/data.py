"""Every passage as sixteen bytes, for the browser to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.store import Discussion, Store
from web.map.batches import Batch, batches_of
from web.services.outline import Outline

GRID = 65535
"""x and y run from 0 to this across the layout's unit square, y downwards."""
UNPLACED = 65535
"""In place of the number of an idea."""
POINT = np.dtype(
    [
        ("x", "<u2"),
        ("y", "<u2"),
        ("idea", "<u2"),  # its place in the outline's reading order
        ("stance", "u1"),  # 0 none, 1 for, 2 against
        ("batch", "u1"),  # the import it came in
        ("posted", "<u4"),  # seconds since 1970, 0 where unknown
        ("passage", "<u4"),
    ]
)
_ROW = np.dtype(
    [
        ("x", "f8"),
        ("y", "f8"),
        ("idea", "i8"),
        ("stance", "u1"),
        ("source", "i8"),
        ("posted", "i8"),
        ("passage", "u4"),
    ]
)


def pack_points(store: Store, discussion: Discussion, outline: Outline) -> bytes:
    """Every laid-out passage as ``POINT``, little-endian, in order of message and place."""
    rows = np.array(store.passages.points(discussion.id), dtype=_ROW)
    ideas = {branch.idea.id: n for n, branch in enumerate(outline.in_order())}
    batches = _batch_numbers(batches_of(store.sources.all(discussion.id)))
    packed = np.empty(len(rows), dtype=POINT)
    packed["x"], packed["y"] = _on_grid(rows["x"]), _on_grid(rows["y"])
    packed["idea"] = _looked_up(rows["idea"], ideas, missing=UNPLACED)
    packed["stance"] = rows["stance"]
    packed["batch"] = _looked_up(rows["source"], batches, missing=0)
    packed["posted"] = np.clip(rows["posted"], 0, 2**32 - 1)
    packed["passage"] = rows["passage"]
    return packed.tobytes()


def _on_grid(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.rint(GRID * np.clip(places, 0.0, 1.0))


def _looked_up(
    keys: NDArray[np.int64], numbers: Mapping[int, int], *, missing: int
) -> NDArray[Any]:
    """The number of each key; ``missing`` where it has none."""
    table = np.full(max((int(keys.max(initial=0)), *numbers)) + 1, missing)
    table[list(numbers)] = list(numbers.values())
    return np.asarray(table[keys])


def _batch_numbers(batches: Sequence[Batch]) -> dict[int, int]:
    return {source_id: n for n, batch in enumerate(batches) for source_id in batch.source_ids}
