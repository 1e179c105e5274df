"""The nature a sentence is given, in three languages."""

from __future__ import annotations

import pytest

from synth.harvest import SentenceRow, score_sentences
from synth.records import Nature

CASES = [
    ("en", Nature.ISSUE, "Does anyone know who looks after the playground?"),
    ("en", Nature.ISSUE, "The problem is the lack of light behind the station."),
    ("en", Nature.SOLUTION, "We should put a second gate at the north end."),
    ("en", Nature.SOLUTION, "How about opening the hall to the choir on Mondays?"),
    ("en", Nature.KNOWLEDGE, "According to the survey 37 % of the tenants cycle."),
    ("en", Nature.EXAMPLE, "For example, my neighbor waited two hours for the plumber."),
    ("en", Nature.CONCEPT, "The term commons refers to what nobody owns alone."),
    ("en", Nature.ARGUMENT, "Rents rise because nothing gets built."),
    ("en", Nature.BIAS, "Everybody knows that landlords are liars."),
    ("fr", Nature.ISSUE, "Pourquoi la cantine ferme-t-elle le mercredi ?"),
    ("fr", Nature.ISSUE, "Le manque de bancs est un vrai problème."),
    ("fr", Nature.SOLUTION, "Il faudrait planter des tilleuls le long du canal."),
    ("fr", Nature.SOLUTION, "Supprimer la taxe sur les petits étals."),
    ("fr", Nature.KNOWLEDGE, "Selon l'enquête, 37 % des locataires roulent à vélo."),
    ("fr", Nature.EXAMPLE, "Par exemple, chez nous le facteur passe à midi."),
    ("fr", Nature.CONCEPT, "On appelle communs ce que personne ne possède seul."),
    ("fr", Nature.ARGUMENT, "Les loyers montent car rien ne se construit."),
    ("fr", Nature.BIAS, "Tout le monde sait que les élus sont tous les mêmes."),
    ("de", Nature.ISSUE, "Warum ist die Ampel am Markt so lange rot?"),
    ("de", Nature.ISSUE, "Der Weg ist leider viel zu schmal und gefährlich."),
    ("de", Nature.SOLUTION, "Hier sollte ein Zebrastreifen hin."),
    ("de", Nature.SOLUTION, "Hecken am Radweg regelmäßig schneiden."),
    ("de", Nature.KNOWLEDGE, "Laut Umfrage fahren 37 % der Mieter mit dem Rad."),
    ("de", Nature.EXAMPLE, "Zum Beispiel steht mein Nachbar jeden Morgen an."),
    ("de", Nature.CONCEPT, "Der Begriff Allmende bezeichnet gemeinsamen Besitz."),
    ("de", Nature.ARGUMENT, "Die Mieten steigen, weil nichts gebaut wird."),
    ("de", Nature.BIAS, "Jeder weiß, dass Vermieter nur ans Geld denken."),
]


def nature_of(text: str, language: str) -> Nature:
    row = SentenceRow(message=0, start=0, end=len(text), text=text, thread=0, language=language)
    return score_sentences([row]).nature[0]


@pytest.mark.parametrize(("language", "nature", "text"), CASES)
def test_the_cues_of_each_nature(language: str, nature: Nature, text: str) -> None:
    assert nature_of(text, language) is nature


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Hier la fontaine coulait encore."),
        ("fr", "Notre marché reste petit."),
        ("de", "Die Radwege werden jeden Winter von Laub bedeckt gehalten."),
        ("en", "The gate is green."),
    ],
)
def test_a_plain_statement_is_no_solution(language: str, text: str) -> None:
    assert nature_of(text, language) is not Nature.SOLUTION


@pytest.mark.parametrize("text", ["The bus never comes on Sunday.", "I always take the stairs."])
def test_always_and_never_alone_are_no_bias(text: str) -> None:
    assert nature_of(text, "en") is not Nature.BIAS


def test_accents_and_case_do_not_matter() -> None:
    assert nature_of("IL FAUDRAIT UN ABRI", "fr") is Nature.SOLUTION
    assert nature_of("Le probleme, c'est le bruit.", "fr") is Nature.ISSUE
