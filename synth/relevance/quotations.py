"""Texts that somebody copied and did not say: articles of a law, lists of references."""

from __future__ import annotations

import re

SHARE_QUOTED = 0.75
"""Share of the letters of a turn that stand between quotation marks where it is a quotation."""
LEAST_LETTERS = 60
"""A shorter quotation is a phrase that somebody takes up."""
SHARE_REFERENCES = 0.75
"""Share of the lines of a list of references that are references."""
SIGNS = 3
"""Signs of a reference that a line has at least, beside its year."""

_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|„[^„“”]*[“”]|\"[^\"]*\"", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")
_OF_A_LAW = re.compile(
    r"§§?\s?\d+|\b(?:art(?:icle|icles|ikel|[íi]culos?|icolo|icoli|igo)?\.?\s+(?:[LRD]\.?\s?)?\*?\d+|sections?\s+\d+"
    r"|(?:alin[ée]a|paragraph|absatz|abs\.|apartado|comma)\s+\d+|c(?:ode|ódigo|odi|odice)\s+\w+|act\s+\d{4}"
    r"|(?:gesetz|loi|law|ley|llei|legge|lei|d[ée]cret|directive|richtlinie|verordnung|regulation)\b)",
    re.IGNORECASE,
)
_AMENDS = re.compile(
    r"\b(?:rempla|ajout|ins[ée]r|suppri|r[ée]dig|modifi|compl[ée]t|replac|insert|add|amend|delet|remov|reword|ersetz|erg[äa]nz"
    r"|streich|einf[üu]g|[äa]nder|sustitu|a[ñn]ad|reempla|substitu|afegi|sostitu|aggiung|propos|vorschlag)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"\?|\b(?:I|we|you|my|je|j['’]|nous|vous|ich|wir|sie|yo|nosotros|io|noi|jo|nosaltres)\b"
)
_YEAR = re.compile(r"[(,.\s](?:19|20)\d\d[a-z]?[).,;:]|[(,.\s](?:19|20)\d\d$")
_SIGNS_OF_A_REFERENCE = (
    re.compile(
        r"^\W*(?:\d{1,3}\W+)?(?:[^\W\d_]|[-'’ ])+,? (?:[^\W\d_]\.[ -]?){1,3}"
    ),  # Weber, K. M.
    re.compile(r"\b(?:et al\.?|&|eds?\.|hrsg\.|dir\.|in:)", re.IGNORECASE),
    re.compile(r"\bpp?\.? ?\d+|\bS\. ?\d+|\d+\s?[-–]\s?\d+"),
    re.compile(r"\b(?:vol|no|n°|nr|bd|t)\.? ?\d+|\b\d+ ?\(\d+\)", re.IGNORECASE),
    re.compile(r"\bdoi\b|\b10\.\d{4,}/|\bISBN\b|\bISSN\b|\barXiv\b", re.IGNORECASE),
    re.compile(r"https?://|www\."),
    re.compile(
        r"\b(?:press|journal|review|revue|university|université|universität|éditions|verlag|proceedings|publishing"
        r"|annals|bulletin|zeitschrift|editorial)\b",
        re.IGNORECASE,
    ),
)


def is_law(text: str) -> bool:
    """Whether a whole turn is an article of a law, copied.

    Only what stands between quotation marks counts as copied: people who discuss a bill name
    its articles, and say in their own words, or between marks, how they should read.
    """
    parts = _QUOTED.findall(text)
    quoted = sum(len(_LETTER.findall(part)) for part in parts)
    if quoted < LEAST_LETTERS:
        return False
    around = _QUOTED.sub(" ", text)
    is_copied = (
        _OF_A_LAW.search(around) and not _AMENDS.search(around) and not _SPEAKS.search(around)
    )
    return bool(is_copied) and quoted >= SHARE_QUOTED * len(_LETTER.findall(text))


def is_bibliography(text: str) -> bool:
    """Whether a turn or passage is a reference to a publication, or a list of such."""
    if not _YEAR.search(text):
        return False
    lines = [line for line in text.split("\n") if _LETTER.search(line)]
    n = sum(map(_is_reference, lines))
    return n > 0 and n >= SHARE_REFERENCES * len(lines)


def _is_reference(line: str) -> bool:
    """Whether a line names a publication: with a year, and other signs of a reference."""
    if len(line) > 600 or not _YEAR.search(line) or _SPEAKS.search(line):
        return False
    return sum(bool(sign.search(line)) for sign in _SIGNS_OF_A_REFERENCE) >= SIGNS
