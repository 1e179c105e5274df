"""Titles of ideas above others."""

from __future__ import annotations

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
