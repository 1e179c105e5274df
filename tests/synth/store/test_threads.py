from __future__ import annotations

from synth.records import ParentEvidence
from synth.store import Linked, Store


def linked(store: Store) -> None:
    """Messages 1, 3 and 2, in this order."""
    store.messages.link(
        Linked(
            message_id=i,
            parent_id=None,
            evidence=ParentEvidence.NONE,
            thread_id=1,
            depth=0,
            rank=rank,
        )
        for i, rank in ((1, 0), (2, 2), (3, 1))
    )


def test_a_thread_is_read_in_its_order(store: Store, discussion_id: int) -> None:
    linked(store)
    assert store.threads.message_ids(1) == [1, 3, 2]
    assert store.threads.counts(1) == (3, 2)
    assert [p.message_id for p in store.threads.placements(1)] == [1, 3, 2]
    assert store.threads.message_ids(99) == []


def test_a_thread_is_called_by_its_subject_or_its_first_words(
    store: Store, discussion_id: int
) -> None:
    store._db.execute("UPDATE messages SET subject = 'Cafés' WHERE id = 2")
    titles = store.threads.titles([1, 2])
    assert titles[1] == ("The stalls should stay by the river.", "en")
    assert titles[2] == ("Cafés", "en")
