"""Values of any type, asked for by what they should be."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.importers import fields
from synth.records import BodyFormat

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015-10-14T11:55:48+0200", datetime(2015, 10, 14, 9, 55, 48, tzinfo=UTC)),
        ("2019-01-17 10:38:20 +0100", datetime(2019, 1, 17, 9, 38, 20, tzinfo=UTC)),
        ("2012-06-19T15:14:56", datetime(2012, 6, 19, 15, 14, 56, tzinfo=UTC)),
        ("2014-09-26T14:39:44.000000-03:00", datetime(2014, 9, 26, 17, 39, 44, tzinfo=UTC)),
        ("2026-01-21T23:29:42.524Z", datetime(2026, 1, 21, 23, 29, 42, 524000, tzinfo=UTC)),
        ("1452837352.000006", datetime(2016, 1, 15, 5, 55, 52, 6, tzinfo=UTC)),
        (1542406176584, datetime(2018, 11, 16, 22, 9, 36, 584000, tzinfo=UTC)),
        (Decimal("1452837352"), datetime(2016, 1, 15, 5, 55, 52, tzinfo=UTC)),
        (True, None),
        (float("nan"), None),
        (Decimal("Infinity"), None),
        (-5, None),
        ("yesterday", None),
        ({"when": 1}, None),
    ],
)
def test_moment(value: object, expected: datetime | None) -> None:
    assert fields.moment(value) == expected


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
    assert fields.whole(value) == expected


def test_text_can_always_be_stored() -> None:
    assert fields.text_of("a\x00b \ud800 \ud83d\ude00") == "ab \ufffd \U0001f600"
    assert fields.text_of(" \n") is None
    assert fields.text_of(5) is None


def test_only_web_addresses_become_links() -> None:
    assert fields.web_url(" https://example.org/t/1 ") == "https://example.org/t/1"
    assert fields.web_url("javascript:alert(1)") is None
    assert fields.web_url("/t/1") is None
    assert fields.web_url("http://[broken") is None


def test_line_breaks_alone_make_no_html() -> None:
    said = fields.body_of("You wrote:<br />&gt; the old plan<br />\nNo &amp; no.<br>")
    assert said == ("You wrote:\n> the old plan\nNo & no.\n", BodyFormat.PLAIN)
    assert fields.body_of("if a < b and c > d")[1] is BodyFormat.PLAIN
    assert fields.body_of("<p>one<br>two</p>") == ("<p>one<br>two</p>", BodyFormat.HTML)
    assert fields.body_of("see <a href='x'>this</a>")[1] is BodyFormat.HTML


def test_titled_puts_the_title_first_once() -> None:
    assert fields.titled("Trams & trains?", "More lines.") == "Trams & trains?\n\nMore lines."
    assert fields.titled("A & B", "<p>C</p>") == "<p>A &amp; B</p>\n<p>C</p>"
    assert fields.titled("More", "More trams.") == "More trams."
    assert fields.titled("Alone", None) == "Alone"


@settings(deadline=None)
@given(ANYTHING)
def test_anything_can_be_asked_for(value: object) -> None:
    for ask in (fields.text_of, fields.id_of, fields.whole, fields.moment, fields.web_url):
        ask(value)
    fields.at(fields.mapping(value), "a", "b")
    text = fields.text_of(value)
    if text is not None:
        text.encode()
        fields.body_of(text)
