"""Values of any type, asked for by what they should be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.importers import values
from synth.importers.times import parse_time
from synth.records import BodyFormat

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        ("-12", -12),
        (" 7 ", 7),
        (2.0, 2),
        (2.5, None),
        (Decimal("4"), 4),
        (True, None),
        (2**70, None),
        ("9" * 400, None),
        ("three", None),
        (float("inf"), None),
        (None, None),
    ],
)
def test_whole(value: object, expected: int | None) -> None:
    assert values.whole(value) == expected


def test_text_can_always_be_stored() -> None:
    assert values.text_of("a\x00b \ud800 \ud83d\ude00") == "ab \ufffd \U0001f600"
    assert values.text_of(" \n") is None
    assert values.text_of(5) is None


def test_only_web_addresses_become_links() -> None:
    assert values.web_url(" https://example.org/t/1 ") == "https://example.org/t/1"
    assert values.web_url("javascript:alert(1)") is None
    assert values.web_url("/t/1") is None
    assert values.web_url("http://[broken") is None


def test_line_breaks_alone_make_no_html() -> None:
    said = values.body_of("You wrote:<br />&gt; the old plan<br />\nNo &amp; no.<br>")
    assert said == ("You wrote:\n> the old plan\nNo & no.\n", BodyFormat.PLAIN)
    assert values.body_of("if a < b and c > d")[1] is BodyFormat.PLAIN
    assert values.body_of("<p>one<br>two</p>") == ("<p>one<br>two</p>", BodyFormat.HTML)
    assert values.body_of("see <a href='x'>this</a>")[1] is BodyFormat.HTML


def test_titled_puts_the_title_first_once() -> None:
    assert values.with_title("Trams & trains?", "More lines.") == "Trams & trains?\n\nMore lines."
    assert values.with_title("A & B", "<p>C</p>") == "<p>A &amp; B</p>\n<p>C</p>"
    assert values.with_title("More", "More trams.") == "More trams."
    assert values.with_title("Alone", None) == "Alone"


@settings(deadline=None)
@given(ANYTHING)
def test_anything_can_be_asked_for(value: object) -> None:
    for ask in (values.text_of, values.id_of, values.whole, parse_time, values.web_url):
        ask(value)
    record = values.JsonRecord(value)
    record.text("a.b", "a")
    record.total("a", "b")
    text = values.text_of(value)
    if text is not None:
        text.encode()
        values.body_of(text)
