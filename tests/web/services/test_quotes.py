"""Words as pages quote them: closed directions, few marks, and spans that a person gave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from synth.records import Span
from web.services.quotes import closed, contained, find_span, parse_span, widen

RLO, PDF, RLI, PDI = "\u202e", "\u202c", "\u2067", "\u2069"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("words", "words"),
        (f"{RLO}gpj.exe", f"{RLO}gpj.exe{PDF}"),
        (f"{RLI}a{RLO}b", f"{RLI}a{RLO}b{PDF}{PDI}"),
        (f"{RLI}a{RLO}b{PDI}c", f"{RLI}a{RLO}b{PDI}c"),
        (f"a{PDF}b{PDI}c", "abc"),
        (f"{RLO}a{RLI}b{PDF}c", f"{RLO}a{RLI}bc{PDI}{PDF}"),
        (f"{RLO}a{PDF}b", f"{RLO}a{PDF}b"),
    ],
)
def test_what_is_opened_is_closed(text: str, shown: str) -> None:
    assert closed(text) == shown


@given(st.text(st.sampled_from("ab \u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")))
def test_closing_is_done_once_and_takes_no_letters(text: str) -> None:
    once = closed(text)
    assert closed(once) == once
    assert [c for c in once if c in "ab "] == [c for c in text if c in "ab "]
    assert sum(c in "\u202a\u202b\u202d\u202e" for c in once) >= once.count(PDF)


def test_marks_pile_up_to_eight() -> None:
    acute, ring = "\u0301", "\u030a"
    assert contained("a" + acute * 100 + "b" + ring) == "a" + acute * 8 + "b" + ring
    for word in ("é", "ệ", "שָׁלוֹם", "ཧྐྵྨླྺྼྻྂ"):
        assert contained(word) == word


def test_markup_stays_markup_and_other_values_stay_themselves() -> None:
    assert contained(Markup(f"<b>{RLO}</b>")) == Markup(f"<b>{RLO}</b>{PDF}")
    assert isinstance(contained(Markup(f"<b>{RLO}</b>")), Markup)
    for value in (3, None, "é", ["\u202e"]):
        assert contained(value) is value


@given(
    text=st.text(alphabet="ab \n.é", max_size=60), start=st.integers(0, 59), n=st.integers(1, 20)
)
def test_words_of_a_text_are_found_in_it(text: str, start: int, n: int) -> None:
    words = text[start : start + n].strip()
    found = find_span(text, words.replace("\n", "\r\n"), near=start)
    if words:
        assert found is not None
        assert text[found.start : found.end].split() == words.split()
    else:
        assert found is None


def test_the_nearest_place_is_chosen() -> None:
    assert find_span("yes, yes, yes", "yes", near=6) == Span(start=5, end=8)
    assert find_span("a.c abc", "a.c") == Span(start=0, end=3)
    assert find_span("abc", "a.c") is None


def test_a_span_is_widened_by_one_sentence() -> None:
    sentences = [(0, 5), (6, 12), (13, 20)]
    middle = Span(start=6, end=12)
    assert widen(sentences, middle, side="before") == Span(start=0, end=12)
    assert widen(sentences, middle, side="after") == Span(start=6, end=20)
    assert widen(sentences, Span(start=8, end=20), side="before") == Span(start=6, end=20)
    assert widen(sentences, Span(start=0, end=3), side="before") is None
    assert widen([], middle, side="after") is None


def test_a_span_is_two_numbers() -> None:
    assert parse_span("3:17") == Span(start=3, end=17)
    assert [parse_span(v) for v in ("", "3", "-1:4", "1:2:3", "a:b")] == [None] * 5
