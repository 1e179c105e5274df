"""Addresses, numbers and handles are masked; prices, dates and other numbers stay."""

from __future__ import annotations

import time

import pytest

from synth.masks import masked
from synth.privacy import find_contacts


def shown(text: str, language: str | None) -> str:
    return masked(text, find_contacts(text, language))[0]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Write to ann.carter+town@mail.example.org.", "en", "Write to [e-mail]."),
        ("<mailto:ann@example.org?subject=x>", "en", "<[e-mail]?subject=x>"),
        ("ann (at) example (dot) org, bo[at]example.org", "en", "[e-mail], [e-mail]"),
        ("bo AT example DOT org or bo.lind at gmail.com", "en", "[e-mail] or [e-mail]"),
        ("Ou claire(arobase)exemple.fr", "fr", "Ou [e-mail]"),
        ("Écrivez à zoé@exemple.fr", "fr", "Écrivez à [e-mail]"),
        ("town.example/?who=ann@example.org&x=1", "en", "town.example/?who=[e-mail]&x=1"),
        ("Appelez le 06 12 34 56 78, le 01.23.45.67.89 ou le 0612345678", "fr",
         "Appelez le [téléphone], le [téléphone] ou le [téléphone]"),
        ("+33 6 12 34 56 78 ; +49 30 123456", None, "[phone] ; [phone]"),
        ("06.12.34.56.78/01 23 45 67 89", "fr", "[téléphone]/[téléphone]"),
        ("06\u202f12\u202f34\u202f56\u202f78, 06\u201112\u201134\u201156\u201178", "fr",
         "[téléphone], [téléphone]"),
        ("0033612345678 ou 0049 30 1234567", "fr", "[téléphone] ou [téléphone]"),
        ("(416) 555-0123, phone: 6502530000", "en", "[phone], phone: [phone]"),
        ("Ruf 030 123456 oder 0171 2345678 an", "de", "Ruf [Telefon] oder [Telefon] an"),
        ("IBAN : FR14 2004 1010 0505 0001 3M02 606 merci", "fr", "IBAN : [IBAN] merci"),
        ("DE89370400440532013000", None, "[IBAN]"),
        ("@claire_m, @Élodie. Et @33612345678", "fr", "[pseudo], [pseudo]. Et [pseudo]"),
        ("See https://www.linkedin.com/in/ann-carter-1/.", "en", "See [personal link]."),
    ],
)  # fmt: skip
def test_what_leads_to_a_person_is_masked(text: str, language: str | None, expected: str) -> None:
    assert shown(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Un budget de 1 250 000 € en 2019, puis 12 000 000 € ; 0,5 % de 2 400 000 000.", "fr"),
        (
            "L. 2121-29, article 12.3.4, loi n° 2015-991 du 7 août 2015, SIRET 732 829 320 00074",
            "fr",
        ),
        ("Le 06/12/2019 à 10:30, du 01.02.2003 au 03.04.2005, 2024-01-02 03:04:05", "fr"),
        (
            "2019\u20132024, 1\u202f250\u202f000 – 2\u202f000\u202f000 €, 0033\u20110612",
            "fr",
        ),
        ("ISBN 978-3-16-148410-0, doi 10.1000/182, version 3.8.18, 192.168.0.12", "en"),
        ("Between 123 456 7890 and 212 456 7890; 4165550123 rows, 1234567890123", "en"),
        ("FR15 2004 1010 0505 0001 3M02 606 is no IBAN", "en"),
        ("We met at example.org, look at data.table; at any point in time", "en"),
        ("#' @param x @return y; @export. @MACRO@ git@github.com:town/map, a @ b, 3@2", "en"),
        ("https://lists.example.org/list@example.org/msg05772.html", "en"),
        ("@everyone @here @tous", "fr"),
        ("https://medium.com/@ann/a-post https://town.example/0612345678/06-12-34-56-78", "fr"),
        ("", None),
    ],
)
def test_what_leads_to_nobody_stays(text: str, language: str | None) -> None:
    assert shown(text, language) == text


def test_a_long_text_takes_time_in_proportion() -> None:
    def seconds(n: int) -> float:
        text = "12 345 678 901 a.b.c.d@ @abc https://x.example/y u@x.example " * n
        begun = time.process_time()
        find_contacts(text, "fr")
        return time.process_time() - begun

    seconds(10)
    assert seconds(1_500) < 40 * max(seconds(150), 0.01)
