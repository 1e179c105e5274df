from __future__ import annotations

import sqlite3
from collections.abc import Callable

from synth.records import ExtractState, Nature, ParentEvidence, Span
from synth.store import Imported, Linked, Store

Ready = Callable[..., Imported]


def test_an_edit_replaces_the_words_and_keeps_the_old_ones_in_the_history(
    store: Store, discussion_id: int, ready: Ready
) -> None:
    store.messages.update(discussion_id, [ready("1", "The stalls should move to the park.")])
    first = next(store.messages.all(discussion_id))
    assert first.text == "The stalls should move to the park."
    (event,) = store.events.last(discussion_id)
    assert event["verb"] == "edited"
    assert event["before"] == {"text": "The stalls should stay by the river."}


def test_an_edit_moves_what_was_taken_to_where_the_words_now_stand(
    store: Store, discussion_id: int, ready: Ready
) -> None:
    taken = store.extracts.take(
        1, Span(start=4, end=10), nature=Nature.ISSUE, tags=("stalls",), actor="me"
    )
    assert taken.quote == "stalls"
    store.messages.update(discussion_id, [ready("1", "I say: all the stalls should go.")])
    (moved,) = store.extracts.all(discussion_id)
    assert (moved.start, moved.end, moved.quote) == (15, 21, "stalls")


def test_taken_words_that_an_edit_removed_are_set_aside_but_not_lost(
    store: Store, discussion_id: int, ready: Ready
) -> None:
    taken = store.extracts.take(1, Span(start=4, end=10), nature=Nature.ISSUE, tags=(), actor="me")
    store.messages.update(discussion_id, [ready("1", "Never mind.")])
    assert store.extracts.all(discussion_id) == []
    kept = store.extracts.get(taken.id)
    assert kept is not None
    assert kept.state is ExtractState.TAKEN
    store.messages.update(discussion_id, [ready("1", "The stalls, then.")])
    assert [e.quote for e in store.extracts.all(discussion_id)] == ["stalls"]


def test_links_are_read_back_in_reading_order(store: Store, discussion_id: int) -> None:
    store.messages.link(
        Linked(
            message_id=i,
            parent_id=parent,
            evidence=ParentEvidence.HEADER if parent else ParentEvidence.NONE,
            thread_id=1,
            depth=depth,
            rank=rank,
        )
        for i, parent, depth, rank in [(1, None, 0, 0), (2, 1, 1, 2), (3, 1, 1, 1)]
    )
    assert [m.id for m in store.messages.thread(1)] == [1, 3, 2]
    assert [m.id for m in store.messages.last_of_thread(1, 2)] == [3, 2]
    assert [m.id for m in store.messages.thread(1, limit=1, offset=1)] == [3]
    assert store.evidence.counts(discussion_id) == {"header": 2, "none": 1}


def test_fingerprints_tell_an_edit_from_a_repeat(
    store: Store, discussion_id: int, ready: Ready
) -> None:
    before = store.messages.fingerprints(discussion_id)
    store.messages.update(discussion_id, [ready("1", "Other words.")])
    after = store.messages.fingerprints(discussion_id)
    assert before["", "1"] != after["", "1"]
    assert before["", "2"] == after["", "2"]


def test_search_follows_an_edit_but_linking_leaves_the_index_alone(
    store: Store, discussion_id: int, ready: Ready
) -> None:
    store.messages.update(discussion_id, [ready("1", "The umbrellas should stay by the river.")])
    found = store.search.ranked(discussion_id, "umbrellas")
    assert [one.message_id for one in found] == [1]
    assert 1 not in {one.message_id for one in store.search.ranked(discussion_id, "stalls")}
    with sqlite3.connect(store.path) as raw:
        (trigger,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'messages_au'")
    raw.close()
    assert "UPDATE OF subject, text" in trigger[0]
