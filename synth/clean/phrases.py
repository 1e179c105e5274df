"""The set phrases of mail programs and letter writers, kept by language in ``phrases.toml``."""

from __future__ import annotations

from models.wordlists import read_toml

_PHRASES = read_toml(__package__, "phrases.toml")


def phrases(kind: str) -> tuple[str, ...]:
    """The phrases of one kind in all languages."""
    return tuple(phrase for said in _PHRASES[kind].values() for phrase in said)


def one_of(kind: str) -> str:
    """A pattern for any phrase of one kind."""
    return f"(?:{'|'.join(phrases(kind))})"
