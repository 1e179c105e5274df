"""Messages and their links as a forest: threads, depth and reading order, without recursion."""

from __future__ import annotations

from collections.abc import Sequence
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


def connected(n: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """(n,) the number of each one's group; all that is paired, directly or not, is one group."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not pairs:
        return list(range(n))
    rows, columns = np.array(pairs, dtype=np.int32).T
    links = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(n, n))
    groups: list[int] = connected_components(links, directed=False)[1].tolist()
    return groups


def break_cycles(parents: Sequence[int | None], order: Sequence[int]) -> list[int | None]:
    """Parents without cycles: in each, the earliest message loses its parent.

    ``order[i]`` is the place of message ``i`` in time. The link that goes is the one that
    goes back in time, since the earliest of a circle cannot answer a later one.
    """
    fixed = list(parents)
    state = bytearray(len(fixed))  # 0 unseen, 1 on the path in hand, 2 done
    for start in range(len(fixed)):
        path: list[int] = []
        node: int | None = start
        while node is not None and state[node] == 0:
            state[node] = 1
            path.append(node)
            node = fixed[node]
        if node is not None and state[node] == 1:
            cycle = path[path.index(node) :]
            fixed[min(cycle, key=order.__getitem__)] = None
        for seen in path:
            state[seen] = 2
    return fixed


def reading_order(
    parents: Sequence[int | None], groups: Sequence[int], order: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """(thread, depth, rank) of each message.

    ``thread`` is the index of the earliest parentless message of its group. Groups are
    walked depth first from their parentless messages, earliest first.
    """
    n = len(parents)
    by_time = sorted(range(n), key=order.__getitem__)
    children: list[list[int]] = [[] for _ in range(n)]
    roots: dict[int, list[int]] = {}
    for i in by_time:
        parent = parents[i]
        if parent is None:
            roots.setdefault(groups[i], []).append(i)
        else:
            children[parent].append(i)
    thread, depth, rank = [0] * n, [0] * n, [0] * n
    for tops in roots.values():
        stack = list(reversed(tops))
        n_read = 0
        while stack:
            i = stack.pop()
            parent = parents[i]
            thread[i] = tops[0]
            depth[i] = 0 if parent is None else depth[parent] + 1
            rank[i] = n_read
            n_read += 1
            stack.extend(reversed(children[i]))
    return thread, depth, rank
