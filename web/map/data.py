"""The map as data for the browser: passages as sixteen bytes each, ideas, and imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.store import Source
from web.services.outline import Branch
from web.services.snapshot import Snapshot

GRID = 65535
"""x and y run from 0 to this across the layout's unit square, y downwards."""
UNPLACED = 65535
"""In place of the number of an idea."""
POINT = np.dtype(
    [
        ("x", "<u2"),
        ("y", "<u2"),
        ("idea", "<u2"),  # its place in the outline's reading order
        ("stance", "u1"),  # 0 none, 1 for, 2 against; 3 for, 4 against from the words
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
BATCH_GAP = timedelta(minutes=10)
"""An archive may hold hundreds of files; more than this after the last one is another import."""
MAX_BATCHES = 256
"""A point has one byte for its batch."""


def pack_points(snapshot: Snapshot) -> bytes:
    """Every laid-out passage as ``POINT``, little-endian, in order of message and place."""
    rows = np.array(snapshot.store.passages.points(snapshot.id), dtype=_ROW)
    ideas = {branch.idea.id: n for n, branch in enumerate(snapshot.outline.in_order())}
    batches = _batch_numbers(batches_of(snapshot.store.sources.all(snapshot.id)))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    at: datetime
    """When its last file came in."""
    source_ids: tuple[int, ...]


def batches_of(sources: Sequence[Source]) -> tuple[Batch, ...]:
    """The oldest first, at most ``MAX_BATCHES``: beyond that the oldest count as one."""
    groups: list[list[Source]] = []
    for source in sorted(sources, key=lambda s: (s.imported_at, s.id)):
        if groups and source.imported_at - groups[-1][-1].imported_at <= BATCH_GAP:
            groups[-1].append(source)
        else:
            groups.append([source])
    if len(groups) > MAX_BATCHES:
        old = len(groups) - MAX_BATCHES + 1
        groups = [[source for group in groups[:old] for source in group], *groups[old:]]
    return tuple(
        Batch(at=group[-1].imported_at, source_ids=tuple(source.id for source in group))
        for group in groups
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MapIdea:
    branch: Branch
    parent: int | None
    """Place of its parent in the list."""
    n_for: int
    n_against: int
    """Passages under it, sub-ideas included, that speak for and against their parent."""


def map_ideas(snapshot: Snapshot) -> tuple[MapIdea, ...]:
    """Every idea in reading order; a point names its leaf by the place in this list."""
    branches = snapshot.outline.in_order()
    places = {branch.idea.id: n for n, branch in enumerate(branches)}
    totals = _totals(branches, snapshot.store.ideas.stances(snapshot.id))
    return tuple(
        MapIdea(
            branch=branch,
            parent=None if branch.idea.parent_id is None else places[branch.idea.parent_id],
            n_for=totals[branch.idea.id][0],
            n_against=totals[branch.idea.id][1],
        )
        for branch in branches
    )


def _totals(
    branches: tuple[Branch, ...], own: Mapping[int, tuple[int, int]]
) -> dict[int, tuple[int, int]]:
    """Idea id → for and against, those of its sub-ideas added."""
    totals: dict[int, tuple[int, int]] = {}
    for branch in reversed(branches):  # children before their parents
        parts = [own.get(branch.idea.id, (0, 0)), *(totals[c.idea.id] for c in branch.children)]
        totals[branch.idea.id] = (sum(p[0] for p in parts), sum(p[1] for p in parts))
    return totals
