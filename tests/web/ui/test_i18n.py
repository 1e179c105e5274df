"""The pages speak every language that they offer, wholly."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message
from flask.testing import FlaskClient

from tests import catalogues
from web.ui.i18n import LANGUAGES

PLACE = re.compile(r"%\((\w+)\)s")
BREAKING = re.compile("[^\u202f][;!?»]|[ \u00a0]:|«[^\u202f]")
"""Signs that could begin a line, or stand too near to their word."""


def forms(message: Message) -> list[str]:
    string = message.string
    return list(string) if isinstance(string, (list, tuple)) else [string]


def test_every_language_on_offer_has_a_catalogue() -> None:
    assert set(LANGUAGES) == {"en", *catalogues.LANGUAGES}


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_word_is_translated(language: str) -> None:
    assert list(catalogues.untranslated(catalogues.updated(language))) == [], (
        "run `python -m tests.catalogues` and translate"
    )


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_the_catalogue_holds_the_words_of_today(language: str) -> None:
    there = {(m.id, m.context) for m in catalogues.translated(language) if m.id}
    assert there == {(m.id, m.context) for m in catalogues.found() if m.id}


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = catalogues.path_of(language, "mo").read_bytes()
    assert compiled == catalogues.compiled(catalogues.translated(language))


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_translation_has_the_places_of_the_words(language: str) -> None:
    for message in catalogues.translated(language):
        ids = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        places = {place for one in ids for place in PLACE.findall(one)}
        for form in forms(message) if message.id else ():
            assert set(PLACE.findall(form)) <= places, message.id
            assert len(ids) > 1 or set(PLACE.findall(form)) == places, message.id


def test_french_signs_stand_as_french_printers_set_them() -> None:
    for message in catalogues.translated("fr"):
        for form in forms(message) if message.id else ():
            assert not BREAKING.search(form), f"a narrow no-break space belongs there: {form}"
            assert "'" not in form, f"an apostrophe is written ’: {form}"


def test_the_address_chooses_the_language_and_a_cookie_keeps_it(client: FlaskClient) -> None:
    assert '<html lang="en"' in client.get("/").text
    french = client.get("/?lang=fr")
    assert '<html lang="fr"' in french.text
    assert "lang=fr" in french.headers["Set-Cookie"]
    assert '<html lang="fr"' in client.get("/").text
    assert "Set-Cookie" not in client.get("/").headers


def test_the_browser_chooses_where_nobody_asked(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}).text
    assert '<html lang="fr"' in page
    assert "Cartes de discussions" in page


def test_a_language_nobody_offers_changes_nothing(client: FlaskClient) -> None:
    answer = client.get("/?lang=xx")
    assert '<html lang="en"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_link_to_the_other_language_keeps_the_address(client: FlaskClient) -> None:
    page = client.get("/d/town-square/search?q=two+words&page=1").text
    assert "/d/town-square/search?q=two+words&amp;page=1&amp;lang=fr" in page


def test_errors_speak_the_language_of_the_page(client: FlaskClient) -> None:
    assert "Introuvable" in client.get("/nowhere?lang=fr").text
