from __future__ import annotations

import numpy as np

from synth.records import Span
from synth.store import Store
from synth.store.participants import author_hash
from synth.store.values import sha256_text


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


def test_vectors_of_words_that_others_say_too_are_kept(store: Store, discussion_id: int) -> None:
    ann = store.participants.find(discussion_id, "Ann Carter")
    assert ann is not None
    messages = list(store.messages.all(discussion_id))
    (own, *_) = (m for m in messages if m.participant_id == ann)
    (other, *_) = (m for m in messages if m.participant_id != ann)
    run_id = store.runs.begin(discussion_id, kind="build", seed=0, settings={}, versions={})
    said = {own.id: "both say this", other.id: "both say this"}
    store.passages.replace_in({i: [Span(start=0, end=4)] for i in said}, texts=said, run_id=run_id)
    shared = sha256_text("both")
    store.vectors.put([shared], np.ones((1, 2), dtype=np.float16), model="a model")
    store.participants.erase(discussion_id, ann)
    assert set(store.vectors.get([shared], model="a model")) == {shared}


def test_pseudonyms_are_looked_up_by_id(store: Store, discussion_id: int) -> None:
    assert store.participants.pseudonyms([2, 99]) == {2: "Participant 2"}
