"""Clauses that can stand as a title."""

from __future__ import annotations

import pytest

from models.clauses import MAX_CHARS, heading_clauses, read, self_contained


def _best(text: str, language: str) -> str:
    (reading,) = read([text], [language])
    return (
        max(reading.clauses, key=lambda clause: clause.quality).surface if reading.clauses else ""
    )


def test_opinions_are_freed_of_their_frame() -> None:
    text = "I think that late buses help the night workers."
    assert _best(text, "en") == "late buses help the night workers"


def test_a_denied_opinion_is_not_asserted() -> None:
    (reading,) = read(["I do not think that late buses help the night workers."], ["en"])
    assert not any(clause.surface.startswith("late buses") for clause in reading.clauses)


def test_a_condition_is_not_lost() -> None:
    (reading,) = read(["The pool should close unless the city repairs the roof."], ["en"])
    assert reading.clauses
    assert all(
        "unless" in clause.surface for clause in reading.clauses if "close" in clause.surface
    )


def test_demands_stand_without_a_subject() -> None:
    assert _best("Interdire les camions dans le centre.", "fr").startswith("Interdire les camions")


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for the quick reply, everyone.",
        "Write to office@town.example about the parking permits.",
        "See https://town.example/parking for the parking permits.",
        "x = foo(bar) fails in the loop",
        "Should the town sell the old mill?",
    ],
)
def test_courtesies_addresses_code_and_questions_are_no_titles(text: str) -> None:
    assert _best(text, "en") == ""


def test_clauses_are_verbatim_and_short() -> None:
    text = (
        "However, the tram line brings shoppers to the old market, which pleases the traders, "
        "because parking near the square costs too much for most families nowadays."
    )
    (reading,) = read([text], ["en"])
    assert reading.clauses
    for clause in reading.clauses:
        assert text[clause.start : clause.end] == clause.surface
        assert len(clause.surface) <= MAX_CHARS
        assert not clause.surface.startswith("However")


def test_abbreviations_do_not_end_a_german_sentence() -> None:
    text = "Die Bänke, z.B. am Markt. Der Platz bzw. die Wiese braucht ca. 20 neue Bäume."
    (reading,) = read([text], ["de"])
    assert "Der Platz bzw. die Wiese braucht ca. 20 neue Bäume" in {
        clause.surface for clause in reading.clauses
    }


def test_what_leans_on_earlier_words_stands_less() -> None:
    assert self_contained("The bridge is closed", "en") > self_contained("They closed this", "en")
    assert self_contained("Le pont est fermé", "fr") > self_contained(
        "Je pense que cela suffit", "fr"
    )


def test_a_heading_is_taken_whole_or_not_at_all() -> None:
    lines = ["More benches along the river.", "Hello", "Hello dear neighbours of mine"]
    benches, *others = heading_clauses(lines, ["en"] * 3)
    assert benches is not None
    assert benches.surface == "More benches along the river"
    assert others == [None, None]


def test_a_heading_with_a_slip_of_the_pen_is_none() -> None:
    lines = ["Création d'une tranche supplémentaire", "Création tranche supplémentaires pour impôt"]
    right, wrong = heading_clauses(lines, ["fr"] * 2)
    assert right is not None
    assert wrong is None


def surfaces(text: str, language: str) -> set[str]:
    (reading,) = read([text], [language])
    return {clause.surface for clause in reading.clauses}


@pytest.mark.parametrize(
    ("wrong", "right", "language"),
    [
        (
            "Women in are just as capable as men combat.",
            "Women are just as capable as men in combat.",
            "en",
        ),
        (
            "School uniforms take away a students individuality.",
            "School uniforms take away a student's individuality.",
            "en",
        ),
        (
            "Religion gives people a belief if a better life.",
            "Religion gives people a belief in a better life.",
            "en",
        ),
        ("Many nurses are not a strong as miners.", "Many nurses are as strong as miners.", "en"),
        (
            "Women should have equal right to men and there for should be in combat.",
            "Women should have equal rights in combat.",
            "en",
        ),
        (
            "Nous la garderie coûte 3 euros la demi-heure entamée.",
            "La garderie coûte trois euros la demi-heure.",
            "fr",
        ),
        ("Les propriétaires ne sont pas motivé.", "Les propriétaires ne sont pas motivés.", "fr"),
        (
            "Nous sommes un des pays fondateur de l'Europe.",
            "Nous sommes un des pays fondateurs de l'Europe.",
            "fr",
        ),
        ("La dette s accroit tous les ans.", "La dette publique augmente tous les ans.", "fr"),
    ],
)
def test_what_does_not_hold_together_is_no_title(wrong: str, right: str, language: str) -> None:
    assert surfaces(wrong, language) == set()
    assert right.rstrip(".") in surfaces(right, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("People who want cars gone always forget to say “except”.", "en"),
        ("Nobody can hear it at night.", "en"),
        ("Their children walk to the old school.", "en"),
        ("Votre projet oublie les commerçants du centre.", "fr"),
        ("Les enfants y prennent le petit déjeuner.", "fr"),
        ("Tout à fait d'accord avec la fermeture de la rue.", "fr"),
        ("Exactement, rien à rajouter au texte.", "fr"),
        ("Cette proposition est un doublon de la fermeture.", "fr"),
        ("The last proposal is a duplicate of the school street.", "en"),
        ("Celles-ci sont attachées à la personne du défunt.", "fr"),
        ("Bei Regen mit dem Bus", "de"),
        ("Ebenso in privaten Gärten am Fluss", "de"),
        ("Weil die Busse zu selten fahren", "de"),
        ("Dieser Vorschlag gefällt den Nachbarn", "de"),
        ("Estoy de acuerdo con los nuevos carriles", "es"),
        ("Esta propuesta olvida los mercados del barrio", "es"),
        ("Aquesta proposta oblida els mercats del barri", "ca"),
        ("Perquè els autobusos passen massa poc", "ca"),
    ],
)
def test_loose_ends_and_remarks_are_no_titles(text: str, language: str) -> None:
    assert surfaces(text, language) == set()


@pytest.mark.parametrize(
    ("text", "clause", "language"),
    [
        (
            "Second point: a volunteer never replaces a librarian.",
            "a volunteer never replaces",
            "en",
        ),
        (
            "Setts with tight joints would be lovely, yes.",
            "Setts with tight joints would be lovely",
            "en",
        ),
        ("Il faut planter des arbres fruitiers.", "Il faut planter des arbres fruitiers", "fr"),
        ("Es braucht mehr Bäume am Fluss.", "Es braucht mehr Bäume am Fluss", "de"),
        ("Das Auto gehört nicht in die Stadt.", "Das Auto gehört nicht in die Stadt", "de"),
        (
            "Caldria ampliar els carrils bici del barri, perquè ara són perillosos i estrets.",
            "Caldria ampliar els carrils bici del barri",
            "ca",
        ),
        (
            "Además, faltan bancos y sombra en la plaza del mercado.",
            "faltan bancos y sombra en la plaza del mercado",
            "es",
        ),
    ],
)
def test_clauses_are_freed_of_what_stands_around(text: str, clause: str, language: str) -> None:
    assert any(found.startswith(clause) for found in surfaces(text, language))


def test_a_noun_keeps_what_tells_which_one_is_meant() -> None:
    found = surfaces("Early retirement creates a society that wastes knowledge.", "en")
    assert "Early retirement creates a society" not in found
    found = surfaces("Home lessons are a good choice for children who are bullied.", "en")
    assert "Home lessons are a good choice for children" in found


def test_two_sentences_without_a_mark_between_count_less() -> None:
    one, other = read(
        ["Human cloning is unethical we are tampering with nature.", "Human cloning is unethical."],
        ["en", "en"],
    )
    assert max((c.quality for c in one.clauses), default=0.0) < other.clauses[0].quality


def test_what_others_think_is_not_asserted() -> None:
    found = surfaces("Some people think that the night buses are dangerous.", "en")
    assert "the night buses are dangerous" not in found


def test_no_word_is_cut() -> None:
    found = surfaces("Contractors say they won’t come before the autumn of next year.", "en")
    assert not any(clause.endswith(" wo") for clause in found)


def test_a_list_is_not_cut_in_the_middle() -> None:
    text = "The fund pays for the roof, the windows, the stairs and the new heating of the house."
    assert not any(found.endswith(("roof", "windows", "stairs")) for found in surfaces(text, "en"))
