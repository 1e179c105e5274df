"""What is passed over quickly is what the slow way would not find either."""

from __future__ import annotations

import re
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import fold
from synth.harvest import QuoteRow, SentenceRow, count_quotes, score_sentences
from synth.harvest.surface import _ADDRESS, _END, _LINK, _NUMBER, _share_small, read_surface
from synth.harvest.words import tokenise

PIECES = st.sampled_from(
    ["A word", "école", "Straße", "+1", "+10", " ", "\n", "http://a.b", "WWW.a.b", "a@b.c",
     "a [AT] b", "<tag>", "01 23-45.67", "mailto:x", "12 %", "2", "42", "_", "---", "wrote:",
     "> on x wrote", "?", ".", " )", "”", "…", "! ", "。", "'", "\ud800", "É", "́"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=6).map("".join)


@given(TEXTS)
def test_words_of_plain_letters_are_those_of_the_pattern(text: str) -> None:
    assert tokenise(text) == re.findall(r"[^\W_]+|\+1", fold(text))


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_shapes_are_those_of_the_patterns(texts: list[str]) -> None:
    surface = read_surface(texts)
    for row, text in enumerate(texts):
        bare = text.strip()
        assert surface.prose[row] == _share_small(_ADDRESS.sub(" ", bare))
        assert (surface.address[row] > 0) == (_ADDRESS.search(bare) is not None)
        assert surface.is_unfinished[row] == (_END.search(bare) is None)
        assert surface.is_rule[row] == (re.fullmatch(r"[\W_]*", text) is not None)
        assert surface.has_digit[row] == (re.search(r"\d", bare) is not None)
        assert surface.has_number[row] == (_NUMBER.search(bare) is not None)
        assert surface.has_link[row] == (_LINK.search(bare) is not None)


@given(TEXTS)
def test_addresses_are_those_of_the_pattern_without_a_bound(text: str) -> None:
    unbound = re.compile(_ADDRESS.pattern.replace("{1,64}+", "+"), _ADDRESS.flags)
    assert unbound.pattern != _ADDRESS.pattern
    assert _ADDRESS.sub(" ", text) == unbound.sub(" ", text)


def test_a_line_of_letters_is_read_in_linear_time() -> None:
    begun = time.perf_counter()
    assert read_surface(["a" * 60_000 + " @"]).address[0] == 0
    assert time.perf_counter() - begun < 2


def test_quotes_are_counted_portion_by_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["We should widen the old bridge soon.", "The ferry is slow in the winter months."]
    rows = [
        SentenceRow(message=at, start=0, end=len(text), text=text, thread=7, message_rank=at)
        for at, text in enumerate(texts)
    ]
    quotes = [
        QuoteRow(message=at, thread=7, message_rank=at, text=" ".join(texts[: 1 + at % 2]))
        for at in range(9)
    ]
    # Neither a message's own words nor those of a later one are quotations.
    assert count_quotes(rows, quotes).tolist() == [8, 3]
    monkeypatch.setattr("synth.harvest.quotes._PORTION", 5)
    assert count_quotes(rows, quotes).tolist() == [8, 3]


def test_a_line_that_all_have_and_all_quote_fits_into_memory() -> None:
    line = "Sent from the pocket telephone of mine."
    rows = [
        SentenceRow(message=at, start=0, end=len(line), text=line, thread=7, message_rank=at)
        for at in range(3_000)
    ]
    quotes = [QuoteRow(message=at, thread=7, message_rank=at, text=line) for at in range(3_000)]
    tracemalloc.start()
    counts = count_quotes(rows, quotes)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counts.tolist() == list(range(2_999, -1, -1))
    assert peak < 60_000_000


def test_quotes_given_with_the_sentences_count_like_those_counted_before() -> None:
    texts = ["We should widen the old bridge soon.", "The ferry is slow in winter."]
    rows = [
        SentenceRow(message=1, start=at * 50, end=at * 50 + len(text), text=text, thread=7)
        for at, text in enumerate(texts)
    ]
    quotes = [QuoteRow(message=2, thread=7, message_rank=1, text="We should widen\nthe old bridge")]
    assert count_quotes(rows, quotes).tolist() == [1, 0]
    features = score_sentences(rows, quotes=quotes).features
    assert features["quoted"].tolist() == [0.25, -0.25]
