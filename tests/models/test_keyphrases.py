"""Candidate keyphrases and title-worthy clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clauses import MAX_CHARS, heading_clause, read, self_contained
from models.keyphrases import content_runs, key_of, stem
from models.languages import primary


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("accès aux données", "Accès à la donnée", "fr"),
        ("l'Événement local", "événements locaux", "fr"),
        ("school uniforms", "the School Uniform's", "en"),
        ("city policies", "City policy", "en"),
        ("breite Straßen", "Breite Strasse", "de"),
        ("paradas de los autobús", "parada del Autobus", "es"),
    ],
)
def test_spelling_variants_share_a_key(one: str, other: str, language: str) -> None:
    assert key_of(one, language) == key_of(other, language)


def test_different_words_keep_different_keys() -> None:
    assert key_of("bus lanes", "en") != key_of("bike lanes", "en")
    assert stem("bus", "en") == "bus"
    assert stem("class", "en") == "class"


def test_runs_break_at_punctuation_and_skip_function_words() -> None:
    assert content_runs("The price of parking, and the noise.", "en") == [
        ["price", "parking"],
        ["noise"],
    ]


def test_elisions_are_not_words() -> None:
    assert content_runs("l'eau d’une rivière", "fr") == [["eau", "riviere"]]


@given(st.text(max_size=200), st.sampled_from(["en", "fr", "de", "xx", "ja"]))
def test_any_text_folds(text: str, language: str) -> None:
    for run in content_runs(text, language):
        assert run
        assert all(word and " " not in word for word in run)


@pytest.mark.parametrize(
    ("tag", "expected"), [("fr-CA", "fr"), ("EN_us", "en"), (None, "xx"), ("de", "de")]
)
def test_primary_subtag(tag: str | None, expected: str) -> None:
    assert primary(tag) == expected


def test_noun_phrases_of_each_language_are_at_their_offsets() -> None:
    texts = [
        "The new library opens late because of the budget cuts.",
        "La nouvelle bibliothèque manque de places de lecture.",
        "Der Ausbau der Radwege kostet zu viel.",
        "La falta de transporte nocturno preocupa.",
    ]
    found = [one.phrases for one in read(texts, ["en", "fr", "de", "es"])]
    surfaces = [{phrase.surface for phrase in phrases} for phrases in found]
    assert "new library" in surfaces[0]
    assert "budget cuts" in surfaces[0]
    assert "places de lecture" in surfaces[1]
    assert "Ausbau der Radwege" in surfaces[2]
    assert any("transporte nocturno" in surface for surface in surfaces[3])
    for text, phrases in zip(texts, found, strict=True):
        assert all(text[phrase.start : phrase.end] == phrase.surface for phrase in phrases)


def test_vague_nouns_are_no_keyphrases() -> None:
    (parsed,) = read(["This thing is a good example of the way people talk."], ["en"])
    assert not {"thing", "way", "people"} & {phrase.key for phrase in parsed.phrases}


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
    heading = heading_clause("More benches along the river.", "en")
    assert heading is not None
    assert heading.surface == "More benches along the river"
    assert heading_clause("Hello", "en") is None
    assert heading_clause("Hello dear neighbours of mine", "en") is None
