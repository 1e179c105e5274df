"""Words of somebody who is erased, found again in what others quote."""

from __future__ import annotations

import pytest

from synth.store.erasure import ErasedWords

WORDS = ErasedWords(
    ["The harbour crane squeaks whenever the ferry leaves.", "It squeaks."],
    names=["Zebulon Quill", "zeb@quill.example"],
    subjects=["crane by night", "noise"],
)


@pytest.mark.parametrize(
    ("quote", "left"),
    [
        ("The harbour crane squeaks whenever\nthe ferry leaves.", ""),
        ("the HARBOUR crane\nsqueaks\nwhenever the\nferry leaves", ""),
        ("It squeaks!", ""),
        ("It squeaks!\nI have heard it as well.", "I have heard it as well."),
        ("A crane is what the harbour needs.", "A crane is what the harbour needs."),
        ("Zebulon Quill wrote on Monday:\nYes, all of us.", "Yes, all of us."),
        ("mail zeb@quill.example about this one", ""),
        ("\n\n", ""),
    ],
)
def test_only_the_lines_that_repeat_the_words_go(quote: str, left: str) -> None:
    assert WORDS.left_of(quote) == left


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("Somebody said: the harbour crane squeaks whenever it rains", True),
        ("the harbour crane squeaks", False),
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
