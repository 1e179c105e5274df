"""The words of the report, in the languages it speaks."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "outline": "The ideas",
    "map": "The map",
    "numbers": "In numbers",
    "messages": "messages",
    "voices": "voices",
    "threads": "threads",
    "ideas": "ideas",
    "placed": "of the passages stand under an idea",
    "period": "Period",
    "languages": "Languages",
    "unplaced": "Not placed under any idea",
    "unplaced_why": "Too short, off the topic, or between ideas. Nothing is hidden:",
    "key": "Suggested key passages",
    "key_why": "A machine's suggestions for harvesters; people decide.",
    "made": "How this map was made",
    "model": "Model",
    "seed": "Seed",
    "quality": "Quality",
    "sources": "Sources",
    "problems": "problems",
    "replies": "What replies rest on",
    "confirmed": "confirmed",
    "confirmed_why": "a person looked at this idea and says that it is right",
    "tentative": "tentative",
    "tentative_why": "would not surely come back if the discussion were slightly different",
    "nothing": "There are no ideas yet: the discussion is empty or too short.",
    "machine": "Titles and groups are made by a machine from the words of the participants; "
    "every quote is verbatim.",
    "skip": "Skip to the ideas",
    "more": "and more in messages.csv",
    "against": "against",
    "for": "for",
    "map_help": "Each dot is a passage, each circle an idea; the larger, the more voices.",
}

FRENCH: Mapping[str, str] = {
    "outline": "Les idées",
    "map": "La carte",
    "numbers": "En chiffres",
    "messages": "messages",
    "voices": "voix",
    "threads": "fils",
    "ideas": "idées",
    "placed": "des passages sont rattachés à une idée",
    "period": "Période",
    "languages": "Langues",
    "unplaced": "Rattachés à aucune idée",
    "unplaced_why": "Trop courts, hors sujet ou entre plusieurs idées. Rien n’est caché :",
    "key": "Passages clés suggérés",
    "key_why": "Des suggestions de la machine pour les moissonneurs ; ce sont eux qui décident.",
    "made": "Comment cette carte a été faite",
    "model": "Modèle",
    "seed": "Graine",
    "quality": "Qualité",
    "sources": "Sources",
    "problems": "problèmes",
    "replies": "Sur quoi reposent les réponses",
    "confirmed": "confirmée",
    "confirmed_why": "une personne a vérifié cette idée",
    "tentative": "incertaine",
    "tentative_why": "ne reviendrait pas à coup sûr si la discussion était un peu différente",
    "nothing": "Il n’y a pas encore d’idées : la discussion est vide ou trop courte.",
    "machine": "Les titres et les groupes sont faits par une machine à partir des mots des "
    "participants ; chaque citation est exacte.",
    "skip": "Aller aux idées",
    "more": "et d’autres dans messages.csv",
    "against": "contre",
    "for": "pour",
    "map_help": "Chaque point est un passage, chaque cercle une idée, d’autant plus grand que "
    "les voix sont nombreuses.",
}

PHRASES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "fr": FRENCH}
