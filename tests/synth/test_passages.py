"""Passages: what belongs to one, and what to none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sentences import split
from synth.passages import MAX_CHARS, MAX_WORDS, cut, is_speech, n_words
from synth.records import Span

SENTENCE = (
    "The northern road is closed for several weeks in every spring and nobody seems to care. "
)
LONG = SENTENCE * 9


def at_stops(text: str) -> list[tuple[int, int]]:
    """Sentences end at a full stop: enough for texts that are written so."""
    return [found.span() for found in re.finditer(r"\S[^.!?]*[.!?]*", text)]


def passages(text: str) -> list[str]:
    return [text[span.start : span.end] for span in cut(text, at_stops(text))]


def test_a_short_message_is_one_passage_without_its_courtesies() -> None:
    text = "Hello all,\n\nThe bridge is too narrow. It needs a second lane.\n\nBest regards,\nAnn"
    assert passages(text) == ["The bridge is too narrow. It needs a second lane."]


def test_a_long_paragraph_is_shared_out_evenly() -> None:
    lengths = [n_words(passage) for passage in passages(LONG)]
    assert len(lengths) == 3
    assert max(lengths) <= MAX_WORDS
    assert min(lengths) >= 25


def test_passages_keep_to_their_paragraph_but_headings_join_the_next() -> None:
    text = f"{SENTENCE * 2}\n\nThe second point\n\n{SENTENCE * 2}"
    first, second = passages(text)
    assert first == (SENTENCE * 2).strip()
    assert second.startswith("The second point\n\nThe northern")


def test_list_items_lose_their_marker_and_small_ones_are_joined() -> None:
    text = (
        f"{LONG}\n\nWe need:\n- more trees\n- fewer cars\n- wider paths for everybody who walks\n"
    )
    assert passages(text)[-1] == (
        "We need:\n- more trees\n- fewer cars\n- wider paths for everybody who walks"
    )
    items = "\n".join(f"{i}. {SENTENCE}" for i in range(1, 5))
    assert passages(items) == [SENTENCE.strip()] * 4


@pytest.mark.parametrize(
    "block",
    [
        "x <- c(1, 2, 3)\nprint(x)\n[1] 1 2 3",
        "> library(bridges)\nError in library(bridges) : there is no such package",
        'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\nValueError: no',
        "@@ -1,3 +1,4 @@\n+++ b/bridge.c",
        "$ git clone https://example.org/bridge.git\n$ cd bridge",
        "width  height  cost\n1.0    2.0     3\n4.0    5.0     6",
        "https://example.org/a/very/long/address?with=query",
        "```\nany words in a fence belong to the code\n```",
        "2021-05-03 10:02:11 server started and is listening now",
        "#include <stdio.h>\nint main(void) {\n    return 0;\n}",
        "* checking examples ... ERROR",
    ],
)
def test_pasted_blocks_belong_to_no_passage(block: str) -> None:
    text = f"{SENTENCE}\n\n{block}\n\n{SENTENCE}"
    assert passages(text) == [SENTENCE.strip()] * 2
    assert passages(block) == []


def test_sentences_without_end_are_cut_to_the_budget() -> None:
    endless = "and then we walk on, " * 100
    assert all(n_words(passage) <= MAX_WORDS for passage in passages(endless))
    assert all(len(passage) <= MAX_CHARS for passage in passages("Donaudampfschiff" * 200))


@pytest.mark.parametrize(
    "text",
    [
        "The bridge is too narrow.",
        "Thanks to the new bridge the village lives again, and so does its only school.",
        "Best would be a second lane.",
        "Il faut élargir le pont.",
        "Merci de prévoir une seconde voie pour les cyclistes sur le pont.",
        "Die Brücke ist zu schmal.",
        "Liebe Stadtverwaltung, bitte baut die Brücke aus.",
        "Call foo() before bar(), or it will fail.",
        "See https://example.org for the plan.",
        "Parks!",
        "道路が狭すぎる。",
        "सड़क बहुत संकरी है और पुल भी।",
        "> 50 % of people do not vote.",
        "make room for cyclists",
        "* building more schools",
        "let me say this,",
        "if we want the following:",
        "Warning: the old bridge is dangerous.",
        "Budget: 3 million for the bridge is too much.",
        "trees & parks & paths",
        "A **very** good *idea*",
        "One thing.  Another thing.  And a third.",
        "public transport is too slow;",
    ],
)
def test_what_says_something_is_speech(text: str) -> None:
    assert is_speech(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "Hi all,",
        "Dear Ann Lee,",
        "Bonjour à tous,",
        "Madame, Monsieur,",
        "Sehr geehrte Damen und Herren,",
        "Hallo zusammen!",
        "Thanks in advance for your help!",
        "Many thanks, Ann",
        "Merci beaucoup à tous.",
        "Bien cordialement",
        "Vielen Dank im Voraus",
        "Liebe Grüße",
        "Mit freundlichen Grüßen",
        "Yes.",
        "ok",
        "https://example.org/plan",
        "12.5 33.1 18.0",
        "----------",
        "x <- f(y)",
        '{ "a": 1 }',
    ],
)
def test_what_says_nothing_is_not(text: str) -> None:
    assert not is_speech(text)


def test_words_are_counted_in_scripts_with_and_without_spaces() -> None:
    assert n_words("l'idée d’un porte-monnaie, 3.5 fois") == 5
    assert n_words("道路が狭い") == 3
    assert n_words("") == 0


PIECES = st.sampled_from(
    [
        SENTENCE,
        "Hi all,",
        "\n\n",
        "\n",
        "- ",
        "x <- 1\n",
        "```\n",
        "Trees. ",
        "é ",
        "http://x.org ",
        "1 2 3",
    ]
)


@given(st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=25).map("".join)))
@settings(max_examples=150, deadline=None)
def test_passages_are_ordered_disjoint_and_filled(text: str) -> None:
    end = 0
    for span in cut(text, at_stops(text)):
        passage = text[span.start : span.end]
        assert end <= span.start < span.end <= len(text)
        assert passage == passage.strip()
        assert is_speech(passage) or n_words(passage) >= 1
        end = span.end


def test_a_sentence_is_cut_where_its_paragraph_ends() -> None:
    text = "We need a second lane over the old bridge\n- and a pavement on each side of it now"
    assert passages(f"{LONG}\n\n{text}")[-1] == text
    assert cut(text, [(0, len(text))]) == [Span(start=0, end=len(text))]


def test_the_sentences_of_the_models_make_passages() -> None:
    text = "Die Brücke z. B. ist zu schmal. Sie braucht eine zweite Spur. " * 8
    spans = cut(text, split(text, "de"))
    assert len(spans) >= 2
    assert all(text[span.end - 1] == "." for span in spans)
