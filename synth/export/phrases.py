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
    "says_little": "says little by itself",
    "between": "between two ideas",
    "off_topic": "near no idea",
    "key": "Suggested key passages",
    "key_why": "A machine's suggestions for harvesters; people decide.",
    "made": "How this map was made",
    "model": "Model",
    "seed": "Seed",
    "quality": "Quality",
    "sources": "Sources",
    "problems": "problems",
    "replies": "What replies rest on",
    "tentative": "tentative",
    "tentative_why": "would not surely come back if the discussion were slightly different",
    "nothing": "There are no ideas yet: the discussion is empty or too short.",
    "machine": "Titles and groups are made by a machine from the words of the participants; "
    "every quote is verbatim.",
    "skip": "Skip to the ideas",
    "more": "and more in messages.csv",
    "against": "against",
    "for": "for",
    "few": "carried by few",
    "few_why": "one voice said more than a third of this, or fewer than three voices of equal "
    "share would be as diverse",
    "repeating": "messages repeat a text that others here hold too;",
    "same_text": "of them the same text",
    "top_share": "Share of the most active voice:",
    "effective": "effective number of voices:",
    "repeated": "Repeated texts",
    "repeated_why": "In several messages, word for word or with small changes, those of the most "
    "voices first. Each voice counts once, however often it posts.",
    "first_seen": "first on",
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
    "says_little": "dit peu par lui-même",
    "between": "entre deux idées",
    "off_topic": "proche d’aucune idée",
    "key": "Passages clés suggérés",
    "key_why": "Des suggestions de la machine pour les moissonneurs ; ce sont eux qui décident.",
    "made": "Comment cette carte a été faite",
    "model": "Modèle",
    "seed": "Graine",
    "quality": "Qualité",
    "sources": "Sources",
    "problems": "problèmes",
    "replies": "Sur quoi reposent les réponses",
    "tentative": "incertaine",
    "tentative_why": "ne reviendrait pas à coup sûr si la discussion était un peu différente",
    "nothing": "Il n’y a pas encore d’idées : la discussion est vide ou trop courte.",
    "machine": "Les titres et les groupes sont faits par une machine à partir des mots des "
    "participants ; chaque citation est exacte.",
    "skip": "Aller aux idées",
    "more": "et d’autres dans messages.csv",
    "against": "contre",
    "for": "pour",
    "few": "portée par peu de voix",
    "few_why": "une seule voix en a dit plus d’un tiers, ou moins de trois voix de poids égal "
    "seraient aussi diverses",
    "repeating": "messages répètent un texte que d’autres ici contiennent aussi ;",
    "same_text": "d’entre eux le même texte",
    "top_share": "Part de la voix la plus active :",
    "effective": "nombre effectif de voix :",
    "repeated": "Textes répétés",
    "repeated_why": "Dans plusieurs messages, mot pour mot ou avec de petits changements, ceux qui "
    "ont le plus de voix d’abord. Chaque voix compte une fois, même si elle écrit souvent.",
    "first_seen": "d’abord le",
    "map_help": "Chaque point est un passage, chaque cercle une idée, d’autant plus grand que "
    "les voix sont nombreuses.",
}

PHRASES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "fr": FRENCH}
