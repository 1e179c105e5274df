"""Words that masking goes by: what tells a telephone number, what a name, who is nobody."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any


@cache
def _words() -> Mapping[str, Any]:
    text = (resources.files(__package__) / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def phone_regions(language: str | None) -> tuple[str, ...]:
    """Countries whose numbers may stand there without the code of the country."""
    return tuple(_words()["regions"].get(language or "", ()))


@cache
def phone_cues() -> frozenset[str]:
    return frozenset(_words()["cues"]["phone"])


@cache
def nobodys_handles() -> frozenset[str]:
    return frozenset(_words()["handles"]["nobody"])


@cache
def no_names() -> frozenset[str]:
    """Words that are nobody's name, in small letters."""
    return frozenset(_words()["names"]["nobody"]) | frozenset(_words()["names"]["groups"])


def name_cues() -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """What stands before names: greetings, titles, closings."""
    table = _words()["names"]
    return table["greetings"], table["titles"], table["closings"]


@cache
def particles() -> frozenset[str]:
    """Words in small letters that stand inside names."""
    return frozenset(_words()["names"]["particles"])


@cache
def named_after() -> tuple[frozenset[str], frozenset[str]]:
    """Words before and after a name that make it the name of a place or a thing."""
    table = _words()["names"]
    return frozenset(table["before"]), frozenset(table["after"])
