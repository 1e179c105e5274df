from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from web.services.quotes import closed, contained

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
