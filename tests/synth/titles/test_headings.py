"""Titles from headings."""

from __future__ import annotations

import numpy as np
import pytest

from synth.titles.exemplars import group
from synth.titles.headings import cleaned_heading, heading_titles, headings_of, is_heading
from tests.synth.titles.test_naming import BUSES, corpus_of, named, tree


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("Re: [town-list] Fwd: The old mill!", "The old mill"),
        ("[R-pkg] [External] Re: A market on Sunday?", "A market on Sunday?"),
        ("Article 27 - Paiement par SMS", "Paiement par SMS"),
        ("Article additionnel : Les jeux en ligne", "Les jeux en ligne"),
        ("Article (nouveau) - De l'accès au code", "De l'accès au code"),
        ('La publicité "déguisée', "La publicité déguisée"),
        ("NUMERO UNIQUE", "Numero unique"),
        ("12.3) Artikel über Bäume", "Artikel über Bäume"),
        ("n° 4 : un parc pour tous", "Un parc pour tous"),
        ("2024 budget for the parks", "2024 budget for the parks"),
        ("New bridge (was: Re: old bridge)", "New bridge"),
        ("The toilets (a plea)", "The toilets"),
        ("Et les enfants qui ne marchent pas ?", "Les enfants qui ne marchent pas ?"),
        ("socketConnection, delay when reading from", "socketConnection, delay when reading"),
        ("Error 'curl code 35'.", "Error 'curl code 35'"),
        ("Error 'curl code 35", "Error curl code 35"),
        ("« École ouverte »", "École ouverte"),
        ("« École ouverte » et jardins", "« École ouverte » et jardins"),
        ("‘Mill’ and ‘weir’ are old words", "‘Mill’ and ‘weir’ are old words"),
        ("Le projet « école ouverte »", "Le projet « école ouverte »"),
    ],
)
def test_a_subject_is_cleaned(line: str, heading: str) -> None:
    assert cleaned_heading(line) == heading


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        (
            "Création d’un parquet numérique spécialisé sur les questions informatiques",
            "Création d’un parquet numérique",
        ),
        (
            "Favoriser le télétravail pour réduire les déplacements domicile travail",
            "Favoriser le télétravail",
        ),
        (
            "Adaptation des tarifs des forfaits internet en fonction de la consommation",
            "Adaptation des tarifs des forfaits internet",
        ),
        (
            "Continuer d'accompagner le mouvement open data et la montée en puissance",
            "Continuer d'accompagner le mouvement open data",
        ),
        (
            "Création d'un barème permettant l'évaluation de l'utilisation des budgets",
            "Création d'un barème",
        ),
        (
            "Night buses for the villages: who pays, who drives, and who waits in the rain",
            "Night buses for the villages: who pays, who drives",
        ),
        (
            "Les compétitions de jeux vidéo dans les écoles « e-sport » et les clubs de la région",
            "Les compétitions de jeux vidéo dans les écoles « e-sport »",
        ),
    ],
)
def test_a_long_subject_is_cut_where_it_pauses(line: str, heading: str) -> None:
    assert cleaned_heading(line) == heading


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        (
            "Comment mieux éclairer nos rues ? Quels quartiers éclairer d’abord, et à quel prix ?",
            "Comment mieux éclairer nos rues ?",
        ),
        (
            "Faut-il, et à quelles heures, fermer la rue de l’école aux voitures des parents ?",
            "Faut-il fermer la rue de l’école aux voitures des parents ?",
        ),
        (
            "Faut-il fermer certaines salles de sport qui seraient trop usées ou trop chères à"
            " chauffer pour l’usage que nous en avons ?",
            "Faut-il fermer certaines salles de sport ?",
        ),
        (
            "Should the town plant trees along the whole ring road, or should it keep the money for"
            " the three parks?",
            "Should the town plant trees along the whole ring road?",
        ),
        (
            "Comment paie-t-on la nouvelle piscine : par l’impôt local, par les entrées ou par un"
            " emprunt sur vingt ans ?",
            "Comment paie-t-on la nouvelle piscine ?",
        ),
        ("Y a-t-il trop de voitures ?", "Y a-t-il trop de voitures ?"),
        (
            "En matière de logement, une fois les besoins des familles couverts, souhaitez-vous que"
            " la ville fixe un prix ?",
            "",
        ),
        (
            "Quel rôle nos conseils, dont celui des jeunes, celui des sages et celui des quartiers,"
            " doivent-ils jouer ici ?",
            "",
        ),
    ],
)
def test_a_question_is_kept_whole_or_cut_where_it_has_been_asked(line: str, heading: str) -> None:
    assert cleaned_heading(line) == heading


def test_questions_alone_and_names_are_no_headings() -> None:
    assert is_heading("The toilets", "en", frozenset())
    for line in ("Question", "Help", "Hello everybody here", "See http://town.example/mill"):
        assert not is_heading(line, "en", frozenset())
    assert not is_heading("What Agatha said of mills", "en", frozenset({"agatha"}))


TEXTS = [f"Words about number {n}." for n in range(12)]


def titles(subjects: list[str | None], threads: list[int], leaf: list[int]) -> dict[int, str]:
    corpus = corpus_of(TEXTS, subjects=subjects, threads=np.array(threads))
    groups = group(corpus, tree([-1] * (max(leaf) + 1), leaf))
    return heading_titles(corpus, groups, headings_of(corpus), people=())


def test_an_idea_that_is_a_thread_bears_its_heading() -> None:
    found = titles(
        ["The old mill", *[None] * 5, "Re: Night buses", *[None] * 5],
        threads=[1] * 6 + [2] * 6,
        leaf=[0] * 5 + [1] * 7,
    )
    assert found == {0: "The old mill", 1: "Night buses"}


def test_an_idea_that_is_a_part_of_a_thread_does_not() -> None:
    found = titles(
        ["The old mill"] * 8 + ["Night buses"] * 4,
        threads=[1] * 8 + [2] * 4,
        leaf=[0] * 4 + [1] * 4 + [2] * 4,
    )
    assert found == {2: "Night buses"}


def test_no_two_ideas_bear_one_heading() -> None:
    found = titles(
        ["Night buses"] * 12, threads=[1] * 4 + [2] * 4 + [3] * 4, leaf=[0] * 4 + [1] * 4 + [2] * 4
    )
    assert len(found) <= 1


def test_a_heading_of_all_says_nothing() -> None:
    assert titles(["Our town"] * 12, threads=[1] * 12, leaf=[0] * 12) == {}


def test_a_heading_that_says_little_has_a_keyphrase_behind_it() -> None:
    said: list[str | None] = ["Another newbie question"] * 5 + ["Re: Night buses"] * 5
    stalls = [
        "The bakers pay too much for their stalls.",
        "Half of the stalls stay empty in spring.",
        "We could share our stalls with the school.",
        "Two stalls have no roof.",
        "Our stalls need water.",
    ]
    names = named(stalls + BUSES, [0] * 5 + [1] * 5, subjects=said)
    assert [name.title for name in names] == ["Another newbie question (stalls)", "Night buses"]
