"""What is kept from a language model: the names of the participants."""

from __future__ import annotations

import pytest

from synth.titles.language_model import Names, ordinary_words

PEOPLE = ["Bo Li", "Martin green", "Will Ngô", "jd Person12", "de Vries"]
TEXTS = ["More green along the river.", "We plant green hedges."] * 5 + ["Thanks Martin."]


@pytest.mark.parametrize(
    ("text", "is_held"),
    [
        ("thanks martin, well said", True),
        ("MARTIN said so", True),
        ("As Li said", True),
        ("Bo is right", True),
        ("so says ngo", True),
        ("Green said so", True),
        ("the green roof", False),
        ("bo and li", False),
        ("Will it rain?", False),
        ("ask Will about it", True),
        ("it will rain", False),
        ("12 buses de nuit", False),
        ("the vries plan", True),
        ("Martinique", False),
    ],
)
def test_a_part_of_a_name_is_found_in_a_text(text: str, is_held: bool) -> None:
    names = Names(PEOPLE, "en", ordinary=ordinary_words(PEOPLE, TEXTS))
    assert names.one_in(text) is is_held


@pytest.mark.parametrize(("n_small", "n_capital", "is_word"), [(4, 0, 0), (5, 1, 1), (5, 2, 0)])
def test_a_name_is_a_word_where_nearly_all_write_it_small(
    n_small: int, n_capital: int, is_word: int
) -> None:
    texts = ["a green hill"] * n_small + ["as Green said"] * n_capital
    assert len(ordinary_words(["Martin Green"], texts)) == is_word
