from __future__ import annotations

import numpy as np
import pytest

from synth.records import Span
from synth.store import Store
from synth.store.participants import ErasedWords, author_hash
from synth.store.rows import sha256_text


def test_authors_have_pseudonyms_and_their_names_are_kept_apart(
    store: Store, discussion_id: int
) -> None:
    assert {m.author for m in store.messages.all(discussion_id)} == {
        "Participant 943",
        "Participant 558",
    }
    assert store.participants.names(discussion_id) == {
        "Participant 943": "Ann Carter",
        "Participant 558": "Bo Lind",
    }
    assert store.participants.find(discussion_id, "Bo Lind") == store.participants.find(
        discussion_id, "Participant 558"
    )


def test_erasing_leaves_no_word_or_name_in_the_file(store: Store, discussion_id: int) -> None:
    ann = store.participants.find(discussion_id, "Ann Carter")
    assert ann is not None
    removed = store.participants.erase(discussion_id, ann)
    assert (removed["messages"], removed["passages"], removed["names"]) == (2, 2, 1)
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
    assert bo not in {next_one, store.participants.find(discussion_id, "bo@example.org")}


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
    assert store.participants.pseudonyms([2, 99]) == {2: "Participant 558"}


WORDS = ErasedWords(
    ["The harbour crane squeaks whenever the ferry leaves.", "It squeaks. So let us grease it."],
    names=["Zebulon Quill", "zeb@quill.example"],
    subjects=["crane by night", "noise"],
)
WORDS.compare({"the", "harbour", "crane", "whenever", "ferry", "leaves", "it", "so", "let", "us"})


@pytest.mark.parametrize(
    ("quote", "left"),
    [
        ("The harbour crane squeaks whenever\nthe ferry leaves.", ""),
        ("the HARBOUR crane\nsqueaks\nwhenever the\nferry leaves", ""),
        ("It squeaks!", ""),
        ("It leaves!", "It leaves!"),
        ("So let us!", ""),
        ("--", "--"),
        ("It squeaks!\nI have heard it as well.", "I have heard it as well."),
        ("A crane is what the harbour needs.", "A crane is what the harbour needs."),
        ("Zebulon Quill wrote on Monday:\nYes, all of us.", "Yes, all of us."),
        ("mail zeb@quill.example about this one", ""),
        ("\n\n", "\n\n"),
    ],
)
def test_only_the_lines_that_repeat_the_words_go(quote: str, left: str) -> None:
    assert WORDS.left_of(quote) == left


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("Somebody said: the harbour crane squeaks whenever it rains", True),
        ("the harbour crane", False),
        ("what squeaks", True),
        ("On Monday Zebulon  QUILL wrote", True),
        ("Zebulon and Mr Quill", False),
        ("<ZEB@quill.example>", True),
        ("Crane by night", True),
        ("What a noise", False),
    ],
)
def test_runs_of_words_names_and_subjects_are_found(text: str, is_there: bool) -> None:
    assert WORDS.are_in(text) is is_there


def test_one_name_alone_counts_where_it_is_said_who_wrote() -> None:
    ann = ErasedWords([], names=["Ann"], subjects=[])
    assert ann.is_named_in("On Monday, Ann wrote:")
    assert not ann.is_named_in("On Monday, Annette wrote:")
    assert not ann.is_named_in("")
    assert not ann.are_in("Ann and Bo went home")


def test_what_stands_under_everybodys_messages_is_nobodys() -> None:
    said, footer = "we all want the same thing here", "town mailing list, see the page for more"
    ann = ErasedWords([said], names=[], subjects=[])
    ann.add(["Ann from the corner shop", footer], but=["Bo", footer])
    ann.compare(set(f"{said} {footer} ann from corner shop".replace(",", "").split()))
    assert not ann.are_in(footer)
    assert ann.left_of(f"Ann from the corner shop\n{footer}") == footer
    own = "Of course we all want the same thing here."
    assert ann.are_in(own)
    assert not ann.are_in(f"{own} Bye.", but=own)


def test_a_new_author_costs_the_same_however_many_there_are(
    store: Store, discussion_id: int
) -> None:
    """Counted in steps of SQLite's virtual machine: the clock tells something else every time."""
    n_steps = 0

    def step() -> None:
        nonlocal n_steps
        n_steps += 1

    def steps_of(author: str) -> int:
        before = n_steps
        store.participants.add(discussion_id, author_key=author, name=None)
        return n_steps - before

    store._db.conn.set_progress_handler(step, 1)
    first = steps_of("first")
    for n in range(500):
        store.participants.add(discussion_id, author_key=f"author {n}", name=None)
    # Half of the numbers of three digits are taken: a few more are tried.
    assert steps_of("last") <= 2 * first
