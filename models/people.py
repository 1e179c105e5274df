"""Names of people in texts, by the named-entity recognition of the spaCy pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from models.embedders import ModelMissing
from models.languages import primary
from models.spacy_pipelines import TAGGED, import_spacy

if TYPE_CHECKING:
    from spacy.language import Language

LANGUAGES = frozenset(TAGGED)
"""Languages in which names are recognised; in others none are."""
_KEPT = frozenset({"tok2vec", "ner"})
_PEOPLE = frozenset({"PERSON", "PER"})
MOST_LETTERS = 50_000
"""Of one text; what is longer is a file, and read no further."""


@cache
def _recogniser(language: str) -> Language:
    """Raises ModelMissing where the pipeline is not installed."""
    import_spacy()
    import spacy

    try:
        read = spacy.load(TAGGED[language])
    except OSError as error:
        package = TAGGED[language].replace("_", "-")
        raise ModelMissing(
            f"the spaCy pipeline {TAGGED[language]} is missing: pip install {package}==3.8.0"
        ) from error
    for name in read.pipe_names:
        if name not in _KEPT:
            read.remove_pipe(name)
    return read


def find_people(
    texts: Sequence[str], languages: Sequence[str | None]
) -> list[list[tuple[int, int]]]:
    """Where names of people stand in each text: ``(start, end)``, in order of place.

    Empty for texts in other languages than those of ``LANGUAGES``. Raises ModelMissing.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in texts]
    for language in sorted(LANGUAGES):
        rows = [row for row, tag in enumerate(languages) if tag and primary(tag) == language]
        if not rows:
            continue
        docs = _recogniser(language).pipe(
            (texts[row][:MOST_LETTERS] for row in rows), batch_size=64
        )
        for row, doc in zip(rows, docs, strict=True):
            found[row] = [
                (one.start_char, one.end_char) for one in doc.ents if one.label_ in _PEOPLE
            ]
    return found
