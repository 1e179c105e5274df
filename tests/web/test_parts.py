"""The small parts pages are made of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from synth.records import Idea, Span
from web.services.outline import Outline
from web.services.quotes import find_span, parse_span, widen
from web.ui.i18n import day, duration, language_name, language_tag, number, percent
from web.ui.query import Paging
from web.ui.templates import web_address
from web.ui.words import counted


def idea(n: int, parent: int | None = None, **more: object) -> Idea:
    facts: dict[str, object] = {
        "id": n,
        "parent_id": parent,
        "level": 1 if parent is None else 2,
        "title": f"Idea number {n} about the square",
        "keyphrases": (),
        "summary": "",
        "n_messages": 3,
        "n_authors": n,
        "stability": None,
    }
    return Idea(**{**facts, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=1", "https://example.org/a?b=1"),
        (" http://example.org ", "http://example.org"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org", None),
        ("https://[bad", None),
        ("https:", None),
        (None, None),
    ],
)
def test_only_web_addresses_are_kept(url: str | None, kept: str | None) -> None:
    assert web_address(url) == kept


def test_numbers_read_as_people_write_them(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert counted(1, "voice") == "1 voice"
        assert counted(12345, "message") == "12,345 messages"
        assert percent(0.836) == "84%"
        assert [duration(s) for s in (0.2, 59.7, 61, 3723)] == [
            "under 1 s", "1 min 0 s", "1 min 1 s", "1 h 2 min",
        ]  # fmt: skip
        assert language_name("fr") == "French"
        assert language_name("xx-nowhere") == "xx-nowhere"


def test_numbers_and_dates_are_written_as_the_page_s_language_writes_them(app: Flask) -> None:
    with app.test_request_context("/?lang=fr"):
        assert number(12345) == "12\u202f345"
        assert percent(0.836) == "84\u00a0%"
        assert day(datetime(2024, 3, 1, tzinfo=UTC)) == "1 mars 2024"
        assert language_name("en") == "anglais"


def test_a_language_tag_is_one_or_empty() -> None:
    assert [language_tag(c) for c in ("fr", "pt-BR", '"><b>', "", None, "x")] == [
        "fr", "pt-BR", "", "", "", "",
    ]  # fmt: skip


@given(total=st.integers(0, 500), size=st.integers(1, 60))
def test_the_pages_of_a_list_cover_it_once(total: int, size: int) -> None:
    seen: list[int] = []
    for page in range(1, Paging(page=1, size=size, total=total).n_pages + 1):
        paging = Paging(page=page, size=size, total=total)
        seen += range(paging.first, paging.last + 1) if total else []
    assert seen == list(range(1, total + 1))


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


def test_the_outline_is_numbered_and_coloured_by_top_idea() -> None:
    outline = Outline([idea(1), idea(3, 1), idea(2), idea(4, 2)], {1: "fr"})
    assert [(b.number, b.hue, b.language) for b in outline.in_order()] == [
        ("1", "hue-0", "fr"),
        ("1.1", "hue-0", None),
        ("2", "hue-1", None),
        ("2.1", "hue-1", None),
    ]
    assert [b.idea.id for b in outline.path(3)] == [1]
    assert outline.get(99) is None
