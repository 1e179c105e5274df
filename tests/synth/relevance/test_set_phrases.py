"""Turns made of set phrases: told as whole turns, in several languages, never inside a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.records import Unplaced
from synth.relevance import reason_of
from synth.relevance.set_phrases import reason_in_words

SAID = {
    Unplaced.GREETING: [
        *("Hello everybody!", "Good morning, all", "Bonjour à toutes et à tous", "Bonsoir Hélène"),
        *("Guten Morgen zusammen", "Buenos días a todos", "Bon dia a tothom", "Buongiorno a tutti"),
        *("Hi @ada", "Bom dia", "Goedemorgen", "Dzień dobry!", "Всем привет", "Günaydın"),
        *("السلام عليكم", "皆さん、こんにちは。", "大家好！", "안녕하세요"),
    ],
    Unplaced.THANKS: [
        *("Thanks a lot for your help!", "Thank you, Peter.", "Merci Paulette !", "LOL"),
        *("Merci beaucoup pour votre réponse", "Vielen Dank für die schnelle Antwort", "Gracias"),
        *("Moltes gràcies", "Grazie mille a tutti", "Muito obrigada", "Dank je wel", "Bravo !"),
        *("Great, thank you Peter", "Super !", "Parfait, merci Hélène"),
        *("Hello, thank you all", "Dziękuję bardzo", "Спасибо!", "Teşekkür ederim"),
        *("شكرًا جزيلًا", "ありがとうございます。", "谢谢大家", "감사합니다"),
    ],
    Unplaced.TEST: [
        "test",
        "Test test 123",
        "Ceci est un test.",
        "esto es una prueba",
        "asdfgh",
        "テスト",
    ],
    Unplaced.NO_ANSWER: [
        *("RAS", "R.A.S.", "Néant", "N/A", "n.a.", "rien à signaler", "Aucune remarque", "idem"),
        *("+1", "+ 1 !", "same", "sans avis", "Je n'ai pas d'idée", "Kein Kommentar.", "nada"),
        *("keine Angabe", "Cap comentari", "res a afegir", "Nessun commento", "niente", "-", "..."),
        *("Hayır", "Затрудняюсь ответить", "لا شيء", "特になし", "没有意见。", "없음"),
        *("Nothing to add, thanks", "All fine for me, nothing to report", "Bonjour, RAS, merci"),
        *(
            "Sem comentários",
            "n.v.t.",
            "Geen mening",
            "brak uwag",
            "👍",
            "???",
            "Tout à fait d'accord !",
        ),
    ],
    Unplaced.DUPLICATE: [
        *("Doublon", "Doublon avec la proposition 112", "This is a duplicate of #12.", "Duplicado"),
        "doublon avec https://forum.example/t/12",
        "Das ist ein Duplikat von Vorschlag 7",
    ],
    Unplaced.LIST_MATTER: [
        *("unsubscribe", "Please unsubscribe me from this list", "Darme de baja, por favor"),
        *("Merci de me désinscrire de cette discussion, je reçois trop de courriels.",),
        *("Ce sujet a été déplacé dans la rubrique « Loisirs » par un modérateur.",),
        *("Dieses Thema wurde in den Bereich „Hof“ verschoben.",),
        *("Bitte aus dem Verteiler nehmen", "This topic was moved to Sports by a moderator."),
    ],
    Unplaced.BOT: [
        *("Read full topic", "Lire la suite", "This topic was automatically closed after 90 days."),
        *("I am a bot, and this action was performed automatically.", "@ada joined the channel"),
        "Ceci est un message automatique, merci de ne pas y répondre.",
    ],
    Unplaced.ADDRESS: [
        *("https://town.example/minutes.pdf", "See https://a.example and https://b.example"),
        *("ada@town.example", "Voir ici : www.mairie.example/plu", "+33 6 12 34 56 78"),
    ],
}
SAYS_MORE = [
    "No to the motorway",
    "Rien ne sert de fermer la rue aux voitures",
    "Merci de fermer la rue aux voitures",
    "Thanks to the new bus I can go to work",
    "Nothing is done against the noise",
    "Bonjour, la place manque d'arbres",
    "Bonjour la pollution",
    "Same problem in our street",
    "Danke für Radweg und Ampel",
    "Doublons les lignes de bus le soir",
    "Le doublon des horaires de bus est une erreur",
    "Test the water of the lake every week",
    "Keine Autos in der Innenstadt",
    "Nada de coches en el centro",
    "Cap cotxe al centre",
    "Нет новой дороге",
    "لا للسيارات في المدينة",
    "ありがとうございますと言える町にしたい",
    "没有足够的公园",
    "See https://town.example/plan, the trees are missing there",
    "Unsubscribe buttons should be larger on the town's letters",
    "Hello kitty cafés bring tourists",
    "Great Britain",
    "Super Marché",
    "Welcome Refugees",
    "Buenas Prácticas",
    "42",
    "",
    "   ",
]


@pytest.mark.parametrize(
    ("text", "reason"), [(text, reason) for reason, texts in SAID.items() for text in texts]
)
def test_a_turn_of_set_phrases_is_told_with_its_reason(text: str, reason: Unplaced) -> None:
    assert reason_in_words(text) is reason


@pytest.mark.parametrize("text", SAYS_MORE)
def test_whatever_says_more_stays(text: str) -> None:
    assert reason_of(text, "de" if "Radweg" in text else None, is_whole=True) is None


def test_a_long_turn_says_something_beside_its_phrases() -> None:
    assert reason_in_words("thanks " * 24) is Unplaced.THANKS
    assert reason_in_words("thanks " * 26) is None


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    reason = reason_of(text, is_whole=True)
    assert reason is None or not reason.is_about
