"""Pipelines load quickly, and tokenize as spaCy does."""

from __future__ import annotations

import re

import pytest

from models.spacy_pipelines import LONG_PATTERN, Alternation, pipeline

WORDS = (
    "l'air",
    "Grand-mère",
    "garde-boue",
    "garde-boues",
    "haut-parleur",
    "haut-parleurs",
    "entr'ouvrir",
    "saut-de-ski",
    "pet-en-l'air",
    "PORTE-VÉLOS",
    "porte--vélo",
    "-vélo",
    "aujourd'hui",
    "3-4",
    "non-sens\n",
    "non-sens",
    "",
)


def test_french_words_match_as_with_the_whole_pattern() -> None:
    match = pipeline("fr").tokenizer.token_match
    pattern = match.__self__.pattern
    assert isinstance(match.__self__, Alternation)
    assert len(pattern) > LONG_PATTERN
    whole = re.compile(pattern).match
    found = {word: match(word) for word in WORDS}
    for word, one in found.items():
        other = whole(word)
        assert (one and one.span()) == (other and other.span()), word
    assert {bool(one) for one in found.values()} == {True, False}


def test_other_patterns_are_refused() -> None:
    with pytest.raises(ValueError, match="alternatives"):
        Alternation("(?iu)(?:a)|(?:^b$)")
