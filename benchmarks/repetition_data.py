"""Form letters as people change them: made up here, in English and French."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synth.duplicates.similar_sentences import is_weighty


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a language's people put around and into a form letter."""

    letters: tuple[str, ...]
    greetings: tuple[str, ...]
    personal: tuple[str, ...]
    closings: tuple[str, ...]
    synonyms: Mapping[str, str]
    opposites: tuple[tuple[str, str], ...]
    """Different claims in nearly the same words."""


WORDINGS: Mapping[str, Wording] = {
    "en": Wording(
        letters=(
            "I ask the council to keep the river path open for everybody, because families and "
            "older people have no other safe way to the market.",
            "The planned car park takes the last green place of our quarter away from the "
            "children. Please look for a site near the station, where the ground is already "
            "sealed. We would gladly help to find one.",
            "Small shops cannot live with the new delivery hours. Our customers come in the "
            "morning and our goods come at night.",
            "The swimming pool should stay open in winter, and its price should not rise.",
            "A night train to the coast would save a hundred flights every week. The rails are "
            "there, the carriages are there, and the demand has been shown by two surveys. What "
            "is missing is a decision by the region.",
            "Please plant trees along the school road before you widen it.",
        ),
        greetings=("Hello,", "Dear Mayor,", "Good evening everybody,", "Dear councillors,"),
        personal=(
            "I have lived here for 34 years and raised my children by the river.",
            "As a nurse I come home late and walk a lot.",
            "My name is Jo and I run a bakery.",
        ),
        closings=("Thank you for reading this.", "I hope that you listen to us.", "Kind regards"),
        synonyms={
            "because": "since",
            "planned": "intended",
            "gladly": "happily",
            "whole": "entire",
            "place": "spot",
            "quarter": "district",
            "cannot live": "cannot survive",
            "goods": "deliveries",
            "shown": "proved",
            "missing": "lacking",
            "everybody": "everyone",
        },
        opposites=(
            ("I am for 30 km/h in the whole town", "I am for 50 km/h in the whole town"),
            (
                "We want the tram to run along the old market street",
                "We do not want the tram to run along the old market street",
            ),
            (
                "The library should open on Sundays for the pupils",
                "The library should open on Mondays for the pupils",
            ),
            (
                "I am against the new bridge because of the noise it makes",
                "I am for the new bridge because of the noise it keeps away",
            ),
            (
                "The council should approve the plan for the new harbour quarter as it stands",
                "The council should reject the plan for the new harbour quarter as it stands",
            ),
            (
                "I live in the old town with my children and we walk to school every day. I am "
                "for 30 km/h.",
                "I live in the old town with my children and we walk to school every day. I am "
                "for 50 km/h.",
            ),
            ("Yes, I agree with that proposal.", "No, I do not agree with that proposal."),
            ("Bikes should be allowed in the park.", "Dogs should be allowed in the park."),
        ),
    ),
    "fr": Wording(
        letters=(
            "Je demande au conseil de garder le chemin de la rivière ouvert à tous, parce que les "
            "familles et les personnes âgées n'ont pas d'autre accès sûr au marché.",
            "Le parking prévu enlève aux enfants le dernier espace vert de notre quartier. "
            "Cherchez un terrain près de la gare, où le sol est déjà couvert. Nous vous aiderions "
            "volontiers à en trouver un.",
            "Les petits commerces ne survivent pas aux nouveaux horaires de livraison. Nos clients "
            "viennent le matin et nos marchandises arrivent la nuit.",
            "La piscine doit rester ouverte en hiver, et son prix ne doit pas monter.",
            "Un train de nuit vers la côte éviterait cent vols par semaine. Les rails sont là, les "
            "wagons sont là, et la demande a été montrée par deux enquêtes. Ce qui manque, c'est "
            "une décision de la région.",
            "Plantez des arbres le long de la rue de l'école avant de l'élargir.",
        ),
        greetings=("Bonjour,", "Madame la Maire,", "Bonsoir à tous,", "Chers élus,"),
        personal=(
            "J'habite ici depuis 34 ans et mes enfants ont grandi au bord de l'eau.",
            "Infirmière, je rentre tard et je marche beaucoup.",
            "Je m'appelle Dominique et je tiens une boulangerie.",
        ),
        closings=("Merci de m'avoir lue.", "J'espère que vous nous écouterez.", "Cordialement"),
        synonyms={
            "parce que": "car",
            "prévu": "envisagé",
            "volontiers": "avec plaisir",
            "espace": "lieu",
            "quartier": "secteur",
            "marchandises": "livraisons",
            "montrée": "prouvée",
            "manque": "fait défaut",
            "chemin": "sentier",
        },
        opposites=(
            (
                "Je suis pour 30 km/h dans toute la ville",
                "Je suis pour 50 km/h dans toute la ville",
            ),
            (
                "Nous voulons que le tram passe par la vieille rue du marché",
                "Nous ne voulons pas que le tram passe par la vieille rue du marché",
            ),
            (
                "La bibliothèque devrait ouvrir le dimanche pour les élèves",
                "La bibliothèque devrait ouvrir le lundi pour les élèves",
            ),
            (
                "Je suis contre le nouveau pont à cause du bruit qu'il fait",
                "Je suis pour le nouveau pont à cause du bruit qu'il évite",
            ),
            (
                "Le conseil devrait accepter le projet du nouveau quartier du port tel qu'il est",
                "Le conseil devrait refuser le projet du nouveau quartier du port tel qu'il est",
            ),
            ("Oui, je suis d'accord avec cette proposition.", "Non, pas d'accord avec cette idée."),
        ),
    ),
}


def _typo(text: str, wording: Wording, chance: random.Random) -> str:
    """One letter of a long word left out or doubled."""
    words = text.split(" ")
    long = [
        n
        for n, word in enumerate(words)
        if word.isalpha() and len(word) > 5 and not is_weighty(word)
    ]
    at = chance.choice(long)
    letter = chance.randrange(1, len(words[at]) - 1)
    again = chance.random() < 0.5
    words[at] = words[at][: letter + again] + words[at][letter + 1 - again :]
    return " ".join(words)


def _synonym(text: str, wording: Wording, chance: random.Random) -> str:
    there = [word for word in wording.synonyms if word in text]
    if not there:
        return text
    word = chance.choice(there)
    return text.replace(word, wording.synonyms[word], 1)


def _greeting(text: str, wording: Wording, chance: random.Random) -> str:
    return f"{chance.choice(wording.greetings)} {text}"


def _first_line(text: str, wording: Wording, chance: random.Random) -> str:
    return f"{chance.choice(wording.personal)}\n\n{text}"


def _added(text: str, wording: Wording, chance: random.Random) -> str:
    return f"{text} {chance.choice(wording.closings)}"


def _written_otherwise(text: str, wording: Wording, chance: random.Random) -> str:
    """Capitals, line breaks and punctuation of another mail program."""
    text = text.upper() if chance.random() < 0.3 else text.replace(",", "")
    return text.replace(" ", "\n", 3) + chance.choice(("", "!!", " ."))


CHANGES: Mapping[str, Callable[[str, Wording, random.Random], str]] = {
    "written otherwise": _written_otherwise,
    "typing mistake": _typo,
    "synonym": _synonym,
    "greeting": _greeting,
    "personal first line": _first_line,
    "added sentence": _added,
}


def several(text: str, wording: Wording, chance: random.Random) -> str:
    """One to three of the changes, as signers of a form letter make them."""
    for name in chance.sample(list(CHANGES), chance.randint(1, 3)):
        text = CHANGES[name](text, wording, chance)
    return text
