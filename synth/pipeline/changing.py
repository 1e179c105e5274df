"""What changed since a map was made, and whether it may grow or has to be built afresh."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from synth.embedding.space import Landmarks, prints
from synth.settings import Settings
from synth.store import Store
from synth.store.values import json_text

SMALL = 200
"""Passages up to which a discussion is always built whole: that takes seconds."""
CHANGED_AT_MOST = 0.25
"""Share of its messages that may come, be edited or go before a map is built afresh: the words
and means that the space was fitted on are then no longer those of the discussion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Messages whose words the map does not hold yet, by id."""

    new: tuple[int, ...]
    edited: tuple[int, ...]
    n_gone: int
    n_same: int
    """Messages of which all but the words is other now: votes, authors, addresses."""

    @property
    def to_map(self) -> tuple[int, ...]:
        return tuple(sorted((*self.new, *self.edited)))

    @property
    def n_words(self) -> int:
        """How many messages' words are new, other or gone."""
        return len(self.new) + len(self.edited) + self.n_gone

    def __bool__(self) -> bool:
        return bool(self.n_words or self.n_same)


def space_key(settings: Settings, versions: Mapping[str, str], model: str) -> str:
    """What a space depends on beside the messages; another key asks for a whole build."""
    facts = [asdict(settings), dict(versions), model]
    return hashlib.sha256(json_text(facts).encode()).hexdigest()


def changes_since(store: Store, landmarks: Landmarks, fingerprints: Mapping[int, str]) -> Changes:
    """What came, was edited or went since the map was made or grew."""
    ids, starts = prints(fingerprints)
    before = dict(zip(landmarks.message_ids.tolist(), landmarks.fingerprints.tolist(), strict=True))
    now = dict(zip(ids.tolist(), starts.tolist(), strict=True))
    other = [i for i, start in now.items() if i in before and before[i] != start]
    # New words are cut before they are mapped: after a build that was interrupted in between,
    # an edited message has passages, and no map has dealt with them.
    passages = store.passages.of_messages(other)
    mapped = store.growth.mapped(other)
    same_words = {p.message_id for p in passages} - {
        p.message_id for p in passages if p.id not in mapped
    }
    edited = tuple(i for i in other if i not in same_words)
    return Changes(
        new=tuple(i for i in now if i not in before),
        edited=edited,
        n_gone=len(before.keys() - now.keys()),
        n_same=len(other) - len(edited),
    )


def why_whole(
    store: Store, discussion_id: int, landmarks: Landmarks, changes: Changes, key: str
) -> str:
    """Why the map has to be built afresh instead of growing, in words for people; else nothing."""
    if store.spaces.key(discussion_id) != key:
        return "its settings, model or program version are not those of the last map"
    n_changed = landmarks.n_changed + changes.n_words
    if n_changed > CHANGED_AT_MOST * landmarks.n_built:
        return (
            f"{n_changed} messages have come or changed since it was last built afresh, "
            f"then there were {landmarks.n_built}"
        )
    return ""
