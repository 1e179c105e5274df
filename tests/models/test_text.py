"""Text made comparable: case, accents, runs of words, broken characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import fold, shingles, without_accents, without_surrogates


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Événement", "evenement"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ﬁn", "fin")],
)
def test_case_and_accents_do_not_count(text: str, plain: str) -> None:
    assert fold(text) == plain


def test_the_case_may_stay() -> None:
    assert without_accents("À Genève, ÇA") == "A Geneve, CA"


def test_letters_in_a_mathematical_style_are_folded_only_once_they_are_plain() -> None:
    assert without_accents("𝐍𝐨").casefold() == "no"
    assert fold("𝐍𝐨") == "No"


@given(st.text())
def test_what_is_folded_stays_as_it_is_without_accents(text: str) -> None:
    assert without_accents(fold(text)) == fold(text)


def test_runs_of_words() -> None:
    assert list(shingles("One two\nTHREE", 2)) == [("one", "two"), ("two", "three")]
    assert list(shingles("one two", 3)) == []


def test_lone_surrogates_give_way_to_a_character_of_the_same_length() -> None:
    assert without_surrogates("a\ud800b") == "a\ufffdb"
    without_surrogates("a\udfff é").encode()
