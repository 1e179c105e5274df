"""Which language a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.languages import identify, identify_one, identify_together, n_words, shares

SENTENCES = {
    "en": "The council should plant more trees along the river before next summer.",
    "fr": "La mairie devrait planter davantage d'arbres le long de la rivière avant l'été.",
    "de": "Die Stadt sollte vor dem Sommer mehr Bäume am Fluss entlang pflanzen.",
    "es": "El ayuntamiento debería plantar más árboles junto al río antes del verano.",
    "it": "Il comune dovrebbe piantare più alberi lungo il fiume prima dell'estate.",
    "nl": "De gemeente zou voor de zomer meer bomen langs de rivier moeten planten.",
    "pl": "Miasto powinno przed latem posadzić więcej drzew nad rzeką.",
    "ru": "Город должен посадить больше деревьев вдоль реки до начала лета.",
    "ja": "市は夏までに川沿いにもっと木を植えるべきです。",
    "ar": "يجب على البلدية زراعة المزيد من الأشجار على طول النهر قبل الصيف.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_full_sentences_are_recognised(language: str) -> None:
    assert identify_one(SENTENCES[language]) == language


def test_line_breaks_do_not_matter() -> None:
    broken = {key: text.replace(" ", "\n") + "\r\n\n" for key, text in SENTENCES.items()}
    assert identify(list(broken.values())) == list(broken)


@pytest.mark.parametrize("text", ["", " \n", "ok", "+1", "???", "42", "https://example.org/a/b"])
def test_what_says_nothing_has_no_language(text: str) -> None:
    assert identify_one(text) is None


@pytest.mark.parametrize("text", ["ok", "+1", "D'accord", "oui !"])
def test_short_texts_take_the_language_of_the_discussion(text: str) -> None:
    assert identify_one(text, prior={"fr": 0.95, "en": 0.05}) == "fr"


def test_a_full_sentence_overrules_the_discussion() -> None:
    prior = {"fr": 0.97, "en": 0.03}
    assert identify_one(SENTENCES["de"], prior=prior) == "de"
    assert identify_one(SENTENCES["en"], prior=prior) == "en"


def test_addresses_and_code_are_not_read() -> None:
    noise = "https://example.org/the-long-english-name-of-this-page `for name in names`"
    text = f"{SENTENCES['fr']} {noise}"
    assert identify_one(text) == "fr"


def test_shouting_is_still_a_language() -> None:
    assert identify_one(SENTENCES["en"].upper()) == "en"


def test_shares_are_of_the_known_ones_largest_first() -> None:
    assert shares(["fr", None, "en", "fr", "fr"]) == {"fr": 0.75, "en": 0.25}
    assert list(shares(["fr", "en", "en"])) == ["en", "fr"]
    assert shares([None, None]) == {}


def test_texts_read_together_are_each_others_prior() -> None:
    texts = [SENTENCES["fr"], "ok", SENTENCES["de"], SENTENCES["fr"] + " Vite !", "+1"]
    assert identify_together(texts) == identify(texts, prior=shares(identify(texts)))
    assert identify_together(texts) == ["fr", "fr", "de", "fr", "fr"]
    assert identify_together(["+1"]) == [None]


def test_words_are_counted_with_and_without_blanks() -> None:
    assert n_words("Trees  in the square", "en") == 4
    assert n_words("広場に木を植えましょう", "ja") == 5
    assert n_words("", "zh-Hant") == n_words("", None) == 0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from([None, {"fr": 1.0}, {"en": 0.5, "de": 0.5}]))
def test_any_text_gets_a_two_letter_code_or_nothing(text: str, prior) -> None:
    found = identify_one(text, prior=prior)
    assert found is None or (len(found) == 2 and found.isalpha())
