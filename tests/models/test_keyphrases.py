"""Candidate keyphrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clauses import read
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


def test_a_german_noun_is_not_known_at_the_beginning_of_a_sentence() -> None:
    (parsed,) = read(["Einfach mehr Bäume pflanzen."], ["de"])
    assert "Einfach" not in {phrase.surface for phrase in parsed.phrases}
    assert any("Bäume" in phrase.surface for phrase in parsed.phrases)
