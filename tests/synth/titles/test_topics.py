"""Names made of what ideas speak of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from synth.titles import scoring
from tests.synth.titles.test_naming import BUSES, MARKET, TREES, named

FARMS = [
    "Local farms lose money when the covered market closes early.",
    "The covered market should sell food from local farms.",
    "Every covered market needs more stalls for local farms.",
    "A covered market without local farms is a supermarket.",
]
STALLS = [
    "Stalls in the covered market are too expensive for young bakers.",
    "A covered market needs drinking water at all stalls.",
    "The rent of stalls in the covered market rises every spring.",
    "Empty stalls make the covered market look sad.",
]


def test_a_phrase_of_most_sub_ideas_is_the_title() -> None:
    names = named(
        FARMS + STALLS + BUSES,
        [1] * 4 + [2] * 4 + [3] * 5,
        parent=[-1, 0, 0, -1],
    )
    assert names[0].title == "Covered market"


def test_else_the_two_largest_stand_side_by_side() -> None:
    names = named(FARMS + BUSES, [1] * 4 + [2] * 5, parent=[-1, 0, 0])
    first, second = names[0].title.split(" · ")
    assert "buses" in first.casefold()
    assert second[0].isupper()
    assert not any(word in names[0].title.split() for word in ("and", "und", "et"))


def test_a_name_tells_a_sub_idea_from_the_one_beside_it() -> None:
    names = named(
        FARMS + STALLS + BUSES,
        [2] * 4 + [3] * 4 + [4] * 5,
        parent=[-1, 0, 1, 1, 0],
    )
    assert names[1].title == "Covered market"
    assert all("market" not in part.casefold() for part in names[0].title.split(" · ")[1:])


def test_two_languages_do_not_stand_in_one_title() -> None:
    languages: list[str | None] = ["en"] * 9 + ["fr"] * 4
    names = named(
        FARMS + BUSES + TREES,
        [1] * 4 + [2] * 5 + [3] * 4,
        parent=[-1, 0, 0, 0],
        languages=languages,
    )
    assert names[0].language == "en"
    assert "arbres" not in names[0].title.casefold()


def test_headings_of_threads_stand_side_by_side() -> None:
    subjects: list[str | None] = ["Re: The farms"] * 4 + ["Late buses home"] * 5
    names = named(FARMS + BUSES, [1] * 4 + [2] * 5, parent=[-1, 0, 0], subjects=subjects)
    assert [name.title for name in names] == [
        "Late buses home · The farms",
        "The farms",
        "Late buses home",
    ]


def test_other_ideas_share_no_title() -> None:
    names = named(MARKET * 2, [0] * 5 + [1] * 5)
    assert names[0].title != names[1].title
    assert "#" not in "".join(name.title for name in names)


def test_a_phrase_is_known_by_its_key_however_its_title_is_written() -> None:
    # A small "x" alone is no word, a capital one may be.
    lines = [f"Every clinic needs x ray machines for town {n}." for n in range(5)]
    names = named(lines + BUSES, [1] * 5 + [2] * 5, parent=[-1, 0, 0])
    assert names[1].title.startswith("X ray machines")


def test_two_phrases_cover_between_them_what_neither_covers_alone() -> None:
    trains = [
        f"The {town} train needs a later evening service." for town in ("Ely", "Diss", "Ware")
    ]
    bikes = [f"We want safe bike lanes along {road} Road." for road in ("Mill", "Park", "Hill")]
    names = named(
        trains + bikes + FARMS + BUSES,
        [1] * 3 + [2] * 3 + [3] * 4 + [4] * 5,
        parent=[-1, 0, 0, -1, -1],
    )
    said = names[0].title.casefold().split(" · ")
    assert len(said) == 2
    assert sum("bike" in part for part in said) == 1
    assert sum("train" in part or "evening service" in part for part in said) == 1


def test_a_word_that_stands_in_a_longer_phrase_is_not_named_without_it() -> None:
    signs = [f"The right of way at the {place} needs signs." for place in ("bank", "inn", "mill")]
    hedges = [f"Hedges close the right of way behind the {place}." for place in ("barn", "pub")]
    names = named(signs + hedges + BUSES, [1] * 3 + [2] * 2 + [3] * 5, parent=[-1, 0, 0, -1])
    assert names[0].title == "Right of way"


def test_a_lone_word_stands_beside_another_phrase() -> None:
    parking = [
        "Parking, we said it before: parking.",
        "Again it comes down to parking.",
        "It is all about parking, nothing else.",
        "This is more about parking than anything.",
        "And what about the taxis?",
        "What about all those taxis?",
        "And the taxis?",
    ]
    names = named(parking + TREES, [0] * 7 + [1] * 4)
    assert sorted(names[0].title.casefold().split(" · ")) == ["parking", "taxis"]


def test_names_do_not_depend_on_how_many_ideas_are_scored_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def names() -> list[tuple[str, Sequence[str]]]:
        found = named(FARMS + STALLS + BUSES, [2] * 4 + [3] * 4 + [4] * 5, parent=[-1, 0, 1, 1, 0])
        return [(name.title, name.keyphrases) for name in found]

    at_once = names()
    monkeypatch.setattr(scoring, "IDEAS_AT_ONCE", 2)
    assert names() == at_once
