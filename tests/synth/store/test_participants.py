from __future__ import annotations

from synth.store import Store
from synth.store.participants import author_hash


def test_authors_are_numbered_and_their_names_are_kept_apart(
    store: Store, discussion_id: int
) -> None:
    assert {m.author for m in store.messages.all(discussion_id)} == {
        "Participant 1",
        "Participant 2",
    }
    assert store.participants.names(discussion_id) == {
        "Participant 1": "Ann Carter",
        "Participant 2": "Bo Lind",
    }
    assert store.participants.find(discussion_id, "Bo Lind") == store.participants.find(
        discussion_id, "Participant 2"
    )


def test_erasing_leaves_no_word_or_name_in_the_file(store: Store, discussion_id: int) -> None:
    ann = store.participants.find(discussion_id, "Ann Carter")
    assert ann is not None
    assert store.participants.erase(discussion_id, ann) == 2
    store.vacuum()
    path = store.path
    store.close()
    stored = path.read_bytes()
    for trace in (b"stalls", b"Rents", b"Ann Carter", b"ann@example.org"):
        assert trace not in stored
    assert "Cafés".encode() in stored


def test_an_erased_author_is_known_by_a_hash_only(store: Store, discussion_id: int) -> None:
    bo = store.participants.find(discussion_id, "bo@example.org")
    assert bo is not None
    store.participants.erase(discussion_id, bo)
    assert store.participants.erased_keys(discussion_id) == {author_hash("bo@example.org")}
    next_one = store.participants.add(discussion_id, author_key="cy", name=None)
    assert store.participants.find(discussion_id, "Participant 3") == next_one
