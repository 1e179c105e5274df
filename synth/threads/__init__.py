"""Threading: who answers whom, and in which order a thread is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from synth.records import ParentEvidence
from synth.threads.chat import chat_parents
from synth.threads.evidence import quote_parents, subject_parents
from synth.threads.forest import (
    Key,
    Link,
    ThreadItem,
    break_cycles,
    connected,
    reading_order,
)

__all__ = ["Key", "Link", "ThreadItem", "link"]


def link(items: Sequence[ThreadItem]) -> list[Link]:
    """One link per item, in the order given.

    A parent comes from the reply id; else from the nearest known ancestor in the
    references; else, where an item shows that it is a reply, from the quoted words, then
    from the subject. Chat lines without reply id go by mentions and turns. Threads
    follow the links, shared unknown ancestors (Zawinski, *Message threading*) and
    ``thread_key``. Of items with the same key the first is the one that others
    answer. The same items give the same links; n items cost O(n log n).
    """
    order = time_order([item.posted_at for item in items])
    index: dict[Key, int] = {}
    for i, item in enumerate(items):
        index.setdefault(item.key, i)
    parents: list[int | None] = [None] * len(items)
    evidence = [ParentEvidence.NONE] * len(items)

    def adopt(found: dict[int, int], kind: ParentEvidence) -> None:
        for i, parent in found.items():
            if parents[i] is None:
                parents[i], evidence[i] = parent, kind

    stated = [() if item.parent_key is None else (item.parent_key,) for item in items]
    adopt(_first_known(items, stated, index), ParentEvidence.HEADER)
    nearest_first = [item.reference_keys[::-1] for item in items]
    adopt(_first_known(items, nearest_first, index), ParentEvidence.REFERENCES)
    adopt(chat_parents(items, parents, order), ParentEvidence.MENTION)
    adopt(quote_parents(items, parents, order), ParentEvidence.QUOTE)
    adopt(subject_parents(items, parents, order), ParentEvidence.SUBJECT)
    groups = connected(len(items), _pairs(items, index, parents))
    parents = break_cycles(parents, order)
    thread, depth, rank = reading_order(parents, groups, order)
    return [
        Link(
            parent=parent,
            evidence=evidence[i] if parent is not None else ParentEvidence.NONE,
            thread=thread[i],
            depth=depth[i],
            rank=rank[i],
        )
        for i, parent in enumerate(parents)
    ]


def time_order(times: Sequence[datetime | None]) -> list[int]:
    """Place of each item in time. One without a time follows the item given before it."""
    keys: list[tuple[float, int]] = []
    last = float("-inf")
    for i, time in enumerate(times):
        last = time.timestamp() if time is not None else last
        keys.append((last, i))
    places = [0] * len(keys)
    for place, (_, i) in enumerate(sorted(keys)):
        places[i] = place
    return places


def _first_known(
    items: Sequence[ThreadItem], keys: Sequence[Sequence[Key]], index: dict[Key, int]
) -> dict[int, int]:
    """Message -> the first of its ``keys`` that another one of the items has."""
    found: dict[int, int] = {}
    for i, item in enumerate(items):
        known = next((key for key in keys[i] if key in index and key != item.key), None)
        if known is not None:
            found[i] = index[known]
    return found


def _pairs(
    items: Sequence[ThreadItem], index: dict[Key, int], parents: Sequence[int | None]
) -> list[tuple[int, int]]:
    """What stands in one thread: linked messages, those that name the same ancestor, known or
    not, and those the platform puts together."""
    pairs: list[tuple[int, int]] = []
    first_to_name: dict[tuple[str, Key], int] = {}
    for i, item in enumerate(items):
        parent = parents[i]
        if parent is not None:
            pairs.append((i, parent))
        named = [("id", key) for key in item.reference_keys]
        if item.parent_key is not None:
            named.append(("id", item.parent_key))
        if item.thread_key is not None:
            named.append(("thread", item.thread_key))
        for name in named:
            known = index.get(name[1]) if name[0] == "id" else None
            pairs.append((i, first_to_name.setdefault(name, i) if known is None else known))
    return pairs
