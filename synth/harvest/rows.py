"""What the first harvester's help takes and gives."""

from __future__ import annotations

from dataclasses import dataclass

from synth.records import Nature


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRow:
    """One sentence ``start:end`` of a message's clean text, and what is known around it.

    Rows of one message follow each other in the order of the text. ``message``, ``thread``,
    ``author`` and ``idea`` are any integers that tell messages, threads, authors and ideas
    apart (rows or ids); -1 stands for an unknown author and for no idea.
    """

    message: int
    start: int
    end: int
    text: str
    thread: int
    language: str | None = None
    """Two-letter code; None takes the language that most rows of the discussion have."""
    subject: str | None = None
    """Subject or title of the message or of its thread."""
    author: int = -1
    idea: int = -1
    message_rank: int = 0
    """Reading order of the message inside its thread; 0 is the root."""
    depth: int = 0
    n_replies: int = 0
    """Messages anywhere below this one in the reply tree."""
    n_likes: int = 0
    n_for: int = 0
    n_against: int = 0
    is_accepted: bool = False
    n_quoted: float = 0.0
    """How many later messages are known to quote the sentence; see `count_quotes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """Words of somebody else that a message repeats, without quote marks."""

    message: int
    thread: int
    message_rank: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedSpan:
    """A stretch of a message that a person took, adjusted or rejected."""

    message: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One sentence put before the harvesters."""

    row: int
    """Row in the sentences given to `suggest`."""
    message: int
    start: int
    end: int
    nature: Nature
    score: float
    """0..1: how likely a reader is to call it a key passage of its thread."""
    thread: int
    idea: int
    reasons: tuple[str, ...] = ()
    """Names of the features that speak most for it, strongest first."""
