"""What templates may call: numbers, days and languages, addresses, the pages of a list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from web.ui.i18n import day, duration, language_name, language_tag, number, percent
from web.ui.query import Paging
from web.ui.templates import web_address
from web.ui.words import counted


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
