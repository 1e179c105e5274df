"""Where sentences begin and end."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.sentences import split


def sentences(text: str, language: str | None = "en") -> list[str]:
    return [text[start:end] for start, end in split(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Dr. Novak met J. R. Lee at 3.14 p.m. on Monday.", "They left at once!"]),
        ("en", ["See Fig. 3 and approx. ten tables, e.g. the last.", "It helps, I think."]),
        ("en", ["Bring pens, paper, etc.", "We start at nine."]),
        ("en", ["Wait... what?", "Really?!", "Yes."]),
        ("en", ['"Why not?" she asked.', "(Nobody knew.)", "So we went on."]),
        ("en", ["Call as.Date(x) first.", "Then read data.csv twice."]),
        ("fr", ["M. Petit et Mme Roux sont venus.", "Cf. l'art. 3 de la loi n° 12-345."]),
        ("fr", ["« C'est fini. »", "Il a crié « non ! » puis il est parti."]),
        ("fr", ["Des bancs, des arbres, etc.", "Ensuite, on verra…", "Peut-être ?"]),
        ("de", ["Am 3. Oktober war z. B. Frau Dr. Klein da.", "Das ist d.h. fast alles."]),
        ("de", ["Das war im Jahr 2010.", "Dann kam die Brücke."]),
        (None, ["Город растёт.", "Что делать?", "Сажать деревья."]),
        ("xyz", ["One thing.", "Another thing."]),
    ],
)
def test_sentences_on_one_line(language: str | None, expected: list[str]) -> None:
    assert sentences(" ".join(expected), language) == expected


def test_full_width_stops_need_no_blank() -> None:
    text = "木を植える。「はい。」と言った！そうする。"
    assert sentences(text, "ja") == ["木を植える。", "「はい。」と言った！", "そうする。"]


def test_a_forgotten_blank_still_ends_a_sentence() -> None:
    assert sentences("Il manque des bancs.Les gens restent debout.", "fr") == [
        "Il manque des bancs.",
        "Les gens restent debout.",
    ]


def test_paragraphs_lists_and_headings_are_kept_apart() -> None:
    text = (
        "# What we need\n"
        "Some things are missing:\n"
        "- benches\n"
        "- trees near the stop\n"
        "1. First a plan\n"
        "2. Then the money\n"
        "\n"
        "Without them nothing moves\n"
        "\n\n"
        "Regards"
    )
    assert sentences(text) == [
        "# What we need",
        "Some things are missing:",
        "- benches",
        "- trees near the stop",
        "1. First a plan",
        "2. Then the money",
        "Without them nothing moves",
        "Regards",
    ]


def test_wrapped_lines_are_one_sentence_and_short_lines_are_not() -> None:
    text = (
        "Dear all\n"
        "I wonder whether the path along the old railway could be opened in\n"
        "Spring, because many of us would use it every day to get to school\n"
        "and to work."
    )
    assert sentences(text) == ["Dear all", text.removeprefix("Dear all\n")]


def test_a_very_long_text_is_no_problem() -> None:
    spans = split("A short sentence. " * 80_000, "en")
    assert len(spans) == 80_000


TEXTS = st.text(
    st.one_of(st.sampled_from(list(" \n\t.!?…,:;-*()«»\"'0123aAbBéЖ木。")), st.characters()),
    max_size=120,
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(["en", "fr", "de", "ja", None]))
@example("a\r\n\r\n- b\x0b.\x85c", "en")
@example('x. "', "en")
def test_spans_are_ordered_disjoint_trimmed_and_hold_everything(text, language) -> None:
    spans = split(text, language)
    covered = ""
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not text[last:start].strip()
        covered += text[start:end]
        last = end
    assert not text[last:].strip()
    assert "".join(covered.split()) == "".join(text.split())
