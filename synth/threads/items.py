"""What threading reads of a message, and what it says about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from synth.records import ParentEvidence

Key = tuple[str, str]
"""(namespace, source id) of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadItem:
    """One message as far as reply links need it."""

    key: Key
    parent_key: Key | None = None
    """The reply id of the platform, known or not among the items."""
    reference_keys: tuple[Key, ...] = ()
    """Ancestors, oldest first."""
    thread_key: Key | None = None
    """Items that share it are in one thread, whatever their parents say."""
    author_key: str | None = None
    author_names: tuple[str, ...] = ()
    """How others address the author in a chat: handle, display name. ``author_key`` counts too."""
    posted_at: datetime | None = None
    subject: str | None = None
    text: str = ""
    """The author's own words (the clean text)."""
    quotes: tuple[str, ...] = ()
    """Quoted words, without quote marks."""
    is_chat: bool = False
    """A line of a chat: replies are seen from mentions and turns, not from quotes and subjects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where one message stands. Indices count the items as they were given."""

    parent: int | None
    evidence: ParentEvidence
    thread: int
    """Index of the root: the earliest message of the thread that has no parent."""
    depth: int
    """Links up to a message without parent; 0 for such a message."""
    rank: int
    """Reading order in the thread, depth first, replies by time; 0 is the root."""
