"""Word lists by language, read from ``wordlists.toml`` and its like beside other modules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any


def words(text: str) -> frozenset[str]:
    """The words of a line as a set."""
    return frozenset(text.split())


def read_toml(package: str | None, name: str) -> dict[str, Any]:
    """The tables of a TOML file of words that lies beside the modules of ``package``."""
    content = resources.files(package or __package__).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(content)


_LISTS = read_toml(__package__, "wordlists.toml")


def _by_language(name: str) -> Mapping[str, frozenset[str]]:
    return {language: words(text) for language, text in _LISTS[name].items()}


LINKS = _by_language("links")
KEPT = _by_language("kept")
VAGUE = _by_language("vague")
ANAPHORS = _by_language("anaphors")
STANDS_FOR = _by_language("stands_for")
ALWAYS_OUTSIDE = _by_language("always_outside")
SPEAKER = _by_language("speaker")
HEARERS = _by_language("hearers")
POSSESSIVES = _by_language("possessives")
IMPERSONAL = _by_language("impersonal")
AFTER_IMPERSONAL = _by_language("after_impersonal")
NEVER_ENDS = _by_language("never_ends")
OPENING = _by_language("opening")
INTERROGATIVES = _by_language("interrogatives")
AFTER_COMMA = _by_language("after_comma")
FINITE = _by_language("finite")
SUFFIXES: Mapping[str, list[tuple[str, int, str]]] = _LISTS["suffixes"]
SENTENCES = _by_language("sentences")
"""By kind, not by language."""

ELIDED = words(_LISTS["elided"])
CLITIC = words(_LISTS["clitic"])
CONTENT = words(_LISTS["content"])
CONDITIONS = CONTENT | words(_LISTS["conditions"])
CAUSES = words(_LISTS["causes"])
OPINIONS = words(_LISTS["opinions"])
OPENERS = words(_LISTS["openers"])
SUBORDINATORS = words(_LISTS["subordinators"])
CLOSERS = words(_LISTS["closers"])
NEVER_LAST = words(_LISTS["never_last"])
CUT_OFF = words(_LISTS["cut_off"])
ABBREVIATIONS = words(_LISTS["abbreviations"])
ASIDE = re.compile(rf"^({'|'.join(_LISTS['asides'])})\b", re.IGNORECASE)
ABOUT_MESSAGES = re.compile(rf"\b(?:{'|'.join(_LISTS['about_messages'])})\b", re.IGNORECASE)
PLEASANTRY = re.compile(rf"^({'|'.join(_LISTS['pleasantries'])})\b", re.IGNORECASE)
