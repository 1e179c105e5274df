"""Small closed word lists, by language: what naming ideas must know about words."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any


def words(text: str) -> frozenset[str]:
    """The words of a line as a set."""
    return frozenset(text.split())


def read_toml(package: str | None, name: str) -> dict[str, Any]:
    """The tables of a TOML file of words that lies beside the modules of ``package``."""
    content = resources.files(package or __package__).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(content)


LINKS = {
    "en": words("of for in to on from with between against"),
    "fr": words("de du des d' d’ à au aux pour en sur entre contre dans sans"),
    "de": words("der des von vom für im in am an auf zu zum zur gegen ohne mit den"),
    "es": words("de del en para por con a al la las los el sin contra"),
    "it": words("di del della dei delle degli in per con a al alla sul sulla la il"),
    "pt": words("de do da dos das em no na para por com a o"),
    "nl": words("van voor in op met de het een tegen zonder aan"),
}

KEPT = {
    "en": words("name side call part cost show move bottom top front back full empty"),
    "fr": words("ouvert ouverts ouverte ouvertes directe direct parle différent"),
}
"""Words that spaCy counts as stop words and that discussions are about."""

VAGUE = {
    "en": "thing way lot people person one example kind sort bit time year day fact case point "
    "reason something anything everything someone everyone stuff use need "
    "idea question thanks hi hello regard argument agreement message",
    "fr": "chose fait exemple cas point façon manière fois jour an année type genre raison "
    "question moyen besoin personne gens merci bonjour idée nombre part plupart partie suite "
    "bien faire contre problème mise nom bon accord doublon article alinéa proposition excellent "
    "excellente",
    "de": "ding beispiel fall art weise mal jahr tag zeit grund frage leute mensch teil punkt "
    "thema sache dank hallo gruß grüße",
    "es": "cosa ejemplo caso forma manera vez día año persona gente razón tipo gracias hola tema",
    "it": "cosa esempio caso modo volta giorno anno persona gente ragione tipo grazie ciao tema",
    "pt": "coisa exemplo caso forma modo vez dia ano pessoa gente razão tipo obrigado olá tema",
    "nl": "ding voorbeeld geval manier keer dag jaar mens reden soort dank hallo punt deel",
}
"""Nouns that name nothing on their own."""

SUFFIXES: dict[str, tuple[tuple[str, int, str], ...]] = {
    "en": (
        ("ies", 3, "y"), ("sses", 2, "ss"), ("ches", 2, "ch"), ("shes", 2, "sh"), ("xes", 2, "x"),
        ("ss", 1, "ss"), ("us", 1, "us"), ("is", 1, "is"), ("s", 2, ""),
    ),
    "fr": (("eaux", 2, "eau"), ("aux", 3, "al"), ("ss", 1, "ss"), ("s", 3, ""), ("x", 3, "")),
    "de": (
        ("ern", 3, ""), ("en", 3, ""), ("er", 3, ""), ("em", 3, ""), ("es", 3, ""),
        ("e", 3, ""), ("n", 4, ""), ("s", 4, ""),
    ),
    "es": (
        ("ces", 2, "z"), ("ones", 2, "on"), ("ales", 2, "al"), ("dades", 2, "dad"), ("s", 3, ""),
    ),
    "pt": (("oes", 2, "ao"), ("ais", 2, "al"), ("dades", 2, "dade"), ("s", 3, "")),
    "it": (("i", 3, ""), ("e", 3, ""), ("o", 3, ""), ("a", 3, "")),
    "nl": (("en", 3, ""), ("s", 3, ""), ("e", 3, "")),
}  # fmt: skip
"""(suffix, letters that must remain, replacement), first match wins."""

ELIDED = words("l d j m t s n c qu lorsqu puisqu jusqu quoiqu un all dell nell sull")

CLITIC = words("s t d m ll re ve")
CONTENT = words("que qu' qu’")
CONDITIONS = CONTENT | words(
    "if unless until than without when whenever whether only except si sauf sans quand lorsque "
    "lorsqu' tant seulement hormis wenn falls ohne"
)
"""What follows one of these is not cut off: without it the rest would say something else."""
CAUSES = words("because since as car puisque puisqu' parce")

OPINIONS = words(
    "think believe feel say find know agree argue suggest propose wonder guess suppose mean see "
    "think thinks pense crois trouve estime considère propose sais souhaite suggère dire"
)

OPENERS = words(
    "however also so thus therefore then moreover furthermore additionally firstly secondly first "
    "second finally indeed besides well yes no ok okay sure actually and but or because "
    "plus too again hence instead otherwise still yet "
    "donc ainsi aussi cependant mais or enfin ensuite puis alors bref oui non certes toutefois "
    "néanmoins premièrement deuxièmement effectivement et par ailleurs également"
)

ANAPHORS = {
    "en": words(
        "it he she they them him this that these those its itself themselves one ones above "
        "below such former latter"
    ),
    "fr": words(
        "il ils elle elles ce cela ça ceci celui celle ceux celles cet cette ces y en lui leur c' "
        "eux tel telle tels telles celui-ci celle-ci ceux-ci ci-dessus ci-dessous"
    ),
    "de": words(
        "es er sie das dies diese dieser dieses diesem diesen dort hier da dafür damit dabei dazu "
        "davon dadurch dann deshalb daher somit denen jene"
    ),
    "es": words("esto eso ello ellos ese esa esos esas este esta estos aquí allí"),
    "it": words("questo quello questa quella questi ciò qui lì esso"),
    "pt": words("isto isso ele ela eles este esta esse essa aqui ali"),
    "nl": words("dit deze die het hij zij hier daar daarom"),
}
"""Words that point at something said before."""

POSSESSIVES = words("their his her its leur leurs son sa ses ihr ihre ihren seine su sus")

SPEAKER = {
    "en": words("i me my mine myself im ive"),
    "fr": words("je j' moi mon ma mes m' me"),
    "de": words("ich mir mich mein meine meinen meiner meinem"),
    "es": words("yo mi mis me mí creo pienso"),
    "it": words("io mio mia miei mi"),
    "pt": words("eu meu minha me acho"),
    "nl": words("ik mij mijn me"),
}

HEARERS = {
    "en": words("you your yours"),
    "fr": words("vous votre vos tu te toi t'"),
    "de": words("du dir dein deine ihr euch"),
    "es": words("usted ustedes tú te"),
    "nl": words("je jij jullie uw"),
}

PLEASANTRY = re.compile(
    r"^(hi|hello|hey|dear|thanks?|thank you|best|kind|regards|cheers"
    r"|sincerely|good (morning|day|luck)"
    r"|hope (this|that|it)|let (me|us) know"
    r"|bonjour|bonsoir|merci|cordialement|salut|cher|chère|bien à vous"
    r"|hallo|guten (tag|morgen|abend)|danke|vielen dank|liebe|mit freundlichen|viele grüße|lg"
    r"|ah|oh|hola|gracias|saludos|ciao|grazie|olá|obrigad[oa]|hoi|dank)\b",
    re.IGNORECASE,
)

SUBORDINATORS = words(
    "weil dass daß wenn ob da damit obwohl sodass so falls während bevor nachdem als wie wo "
    "que porque si cuando aunque para perché che se quando poiché embora omdat dat als"
)
NEVER_LAST = words(
    "other than such that those these the a an who which as so very more "
    "ceux celles celui celle que qui dont où très plus ne"
)

ABBREVIATIONS = words(
    "z b d h u a s o bzw ca usw etc inkl evtl ggf nr str st dr prof hr fr mr mrs ms mio mrd max "
    "min vgl bspw sog p ej ecc es pag art bijv enz resp sec sek std tel"
)
"""Written with a full stop that ends no sentence, in languages without a parser."""
