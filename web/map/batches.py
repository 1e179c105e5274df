"""What came in together: files imported one right after the other are one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from synth.store import Source

APART = timedelta(minutes=10)
"""An archive may hold hundreds of files; more than this after the last one is another import."""
MOST = 256
"""A point has one byte for its batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    at: datetime
    """When its last file came in."""
    source_ids: tuple[int, ...]


def batches_of(sources: Sequence[Source]) -> tuple[Batch, ...]:
    """The oldest first, at most ``MOST``: beyond that the oldest count as one."""
    groups: list[list[Source]] = []
    for source in sorted(sources, key=lambda s: (s.imported_at, s.id)):
        if groups and source.imported_at - groups[-1][-1].imported_at <= APART:
            groups[-1].append(source)
        else:
            groups.append([source])
    if len(groups) > MOST:
        old = len(groups) - MOST + 1
        groups = [[source for group in groups[:old] for source in group], *groups[old:]]
    return tuple(
        Batch(at=group[-1].imported_at, source_ids=tuple(source.id for source in group))
        for group in groups
    )
