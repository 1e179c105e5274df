"""A small stored discussion, made through the store alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synth.records import CleanText, RawMessage, Span
from synth.store import Imported, Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "discussion.db") as opened:
        yield opened


def imported(source_id: str, text: str, *, participant_id: int | None = None) -> Imported:
    return Imported(
        raw=RawMessage(source_id=source_id, text=text, position=f"record {source_id}"),
        clean=CleanText(text=text),
        language="en",
        namespace="",
        participant_id=participant_id,
        is_chat=False,
    )


@pytest.fixture
def discussion_id(store: Store) -> int:
    """Two messages by Ann and one by Bo, with one passage each."""
    found = store.discussions.add("The market square")
    source = store.sources.begin(found.id, name="market.csv", format="table")
    one = store.participants.add(found.id, author_key="ann@example.org", name="Ann Carter")
    two = store.participants.add(found.id, author_key="bo@example.org", name="Bo Lind")
    store.messages.add(
        found.id,
        source,
        [
            imported("1", "The stalls should stay by the river.", participant_id=one),
            imported("2", "Cafés need room for tables.", participant_id=two),
            imported("3", "Rents are far too high.", participant_id=one),
        ],
    )
    run_id = begin_run(store, found.id)
    messages = {m.id: m for m in store.messages.all(found.id)}
    store.passages.replace(
        found.id,
        {i: [Span(start=0, end=len(m.text))] for i, m in messages.items()},
        texts={i: m.text for i, m in messages.items()},
        run_id=run_id,
    )
    return found.id


def begin_run(store: Store, discussion_id: int) -> int:
    return store.runs.begin(discussion_id, kind="build", seed=0, settings={}, versions={})


@pytest.fixture
def ready() -> Callable[..., Imported]:
    """Make a message ready to be stored: ``ready("4", "Some words.")``."""
    return imported


@pytest.fixture
def run_id(store: Store, discussion_id: int) -> int:
    return begin_run(store, discussion_id)
