"""What came in together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from synth.store import Source
from web.map.batches import MOST, batches_of

BEGIN = datetime(2024, 5, 1, tzinfo=UTC)


def source(n: int, after: timedelta) -> Source:
    return Source(
        id=n, name="a.csv", format="table", sha256="", n_bytes=1, n_added=1, n_updated=0,
        n_unchanged=0, n_problems=0, state="done", imported_at=BEGIN + after,
    )  # fmt: skip


def test_files_of_one_import_are_one_batch() -> None:
    minutes = (0, 1, 9, 60, 61)
    found = batches_of([source(n, timedelta(minutes=m)) for n, m in enumerate(minutes)])
    assert [batch.source_ids for batch in found] == [(0, 1, 2), (3, 4)]
    assert found[0].at == BEGIN + timedelta(minutes=9)


def test_where_there_are_too_many_the_oldest_count_as_one() -> None:
    found = batches_of([source(n, timedelta(hours=n)) for n in range(MOST + 3)])
    assert len(found) == MOST
    assert found[0].source_ids == (0, 1, 2, 3)
    assert found[-1].source_ids == (MOST + 2,)


def test_nothing_imported_is_no_batch() -> None:
    assert batches_of([]) == ()
