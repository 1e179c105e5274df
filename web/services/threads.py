"""The threads of a discussion as a list, and where one thread speaks about which idea.

Links lead from one such place to the next under the same idea, on whatever page it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from synth.analytics.activity import ThreadOrder, Threads
from synth.records import Placement
from synth.store import Store
from synth.store.activity import UNKNOWN_TIME
from web.services.outline import Branch, Outline
from web.services.quotes import shortened
from web.services.snapshot import Snapshot
from web.ui.query import Paging

TITLE_LETTERS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLine:
    """A thread in the list."""

    id: int
    title: str
    language: str | None
    """Of its first message."""
    n_messages: int
    n_authors: int
    first_at: datetime | None
    last_at: datetime | None
    idea: Branch | None
    """The one that most of its passages stand under."""
    share: float
    """0..1 of its passages under that idea."""


def thread_lines(
    snapshot: Snapshot, paging: Paging, *, order: ThreadOrder = ThreadOrder.LONGEST
) -> list[ThreadLine]:
    """One page of the list of threads."""
    table = snapshot.threads
    rows = table.ordered(order)[paging.offset : paging.offset + paging.size].tolist()
    return _lines(snapshot, table, rows)


def thread_in(snapshot: Snapshot, thread_id: int) -> list[int]:
    """The messages of a thread in reading order; empty where the discussion has no such thread."""
    is_here = snapshot.store.messages.discussion_of(thread_id) == snapshot.id
    return snapshot.store.threads.message_ids(thread_id) if is_here else []


def threads_beside(
    snapshot: Snapshot, thread_id: int
) -> tuple[ThreadLine | None, ThreadLine | None]:
    """The threads that began before and after this one."""
    table = snapshot.threads
    order = table.ordered(ThreadOrder.OLDEST).tolist()
    at = next((n for n, row in enumerate(order) if table.ids[row] == thread_id), None)
    if at is None:
        return None, None
    before = _lines(snapshot, table, order[max(0, at - 1) : at])
    after = _lines(snapshot, table, order[at + 1 : at + 2])
    return next(iter(before), None), next(iter(after), None)


def titles_of(store: Store, thread_ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    """Thread id → the subject of its first message or the first words, and their language."""
    found = store.threads.titles(thread_ids)
    return {i: (shortened(title, TITLE_LETTERS), tag) for i, (title, tag) in found.items()}


def _lines(snapshot: Snapshot, table: Threads, rows: Sequence[int]) -> list[ThreadLine]:
    ids = [int(table.ids[row]) for row in rows]
    titles = titles_of(snapshot.store, ids)
    return [
        ThreadLine(
            id=thread_id,
            title=titles[thread_id][0],
            language=titles[thread_id][1],
            n_messages=int(table.n_messages[row]),
            n_authors=int(table.n_voices[row]),
            first_at=_time(int(table.first[row])),
            last_at=_time(int(table.last[row])),
            idea=snapshot.outline.get(int(table.leaf[row])),
            share=int(table.n_under[row]) / max(1, int(table.n_passages[row])),
        )
        for thread_id, row in zip(ids, rows, strict=True)
        if thread_id in titles
    ]


def _time(seconds: int) -> datetime | None:
    return None if seconds == UNKNOWN_TIME else datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a thread begins to speak about an idea: the margin names it there."""

    passage_id: int
    message_id: int
    branch: Branch
    before: int | None = None
    """Passage of the stop before it at the same idea."""
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadIdea:
    """An idea in a thread."""

    branch: Branch
    n_passages: int


class Jumps:
    """The stops of one thread. With a ``chosen`` idea, its stops are those at any idea under it."""

    def __init__(
        self, placements: Sequence[Placement], outline: Outline, chosen: Branch | None
    ) -> None:
        """``placements``: all of the thread, in reading order."""
        self.chosen = chosen
        self._chosen_ids = frozenset(() if chosen is None else chosen.subtree_ids)
        self._branch_of = {p.passage_id: outline.get(p.idea_id) for p in placements}
        self.n_not_about = sum(p.reason is not None and not p.reason.is_about for p in placements)
        """Passages that are not about the question."""
        stops = list(self._runs(placements))
        before = _neighbours(stops, self._key)
        after = _neighbours(stops[::-1], self._key)
        self.stops: Mapping[int, Stop] = {
            (i := stop.passage_id): replace(stop, before=before.get(i), after=after.get(i))
            for stop in stops
        }

    @property
    def ideas(self) -> tuple[ThreadIdea, ...]:
        """Ideas of the thread, those of most passages first."""
        counts = Counter(b.idea.id for b in self._branch_of.values() if b is not None)
        branches = {b.idea.id: b for b in self._branch_of.values() if b is not None}
        order = sorted(counts, key=lambda idea: (-counts[idea], idea))
        return tuple(ThreadIdea(branch=branches[i], n_passages=counts[i]) for i in order)

    @property
    def chosen_stops(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops.values() if self.is_chosen(stop.branch))

    @property
    def n_chosen(self) -> int:
        """Passages under the chosen idea."""
        return sum(self.is_chosen(branch) for branch in self._branch_of.values())

    @property
    def n_unplaced(self) -> int:
        """Passages about the question under no idea that readers see."""
        return sum(branch is None for branch in self._branch_of.values()) - self.n_not_about

    def is_chosen(self, branch: Branch | None) -> bool:
        return branch is not None and branch.idea.id in self._chosen_ids

    def _runs(self, placements: Sequence[Placement]) -> Iterator[Stop]:
        """A stop wherever the idea, or the message, is another than before."""
        last: tuple[int, int] | None = None
        for placement in placements:
            branch = self._branch_of[placement.passage_id]
            here = None if branch is None else (placement.message_id, branch.idea.id)
            if branch is not None and here != last:
                yield Stop(
                    passage_id=placement.passage_id,
                    message_id=placement.message_id,
                    branch=branch,
                )
            last = here

    def _key(self, stop: Stop) -> int:
        """Stops of the same key are joined by jumps; the chosen idea's by one chain."""
        return 0 if self.is_chosen(stop.branch) else stop.branch.idea.id


def _neighbours(stops: Sequence[Stop], key: Callable[[Stop], int]) -> dict[int, int]:
    """Passage of a stop → that of the one before it with the same key."""
    last: dict[int, int] = {}
    found: dict[int, int] = {}
    for stop in stops:
        group = key(stop)
        if group in last:
            found[stop.passage_id] = last[group]
        last[group] = stop.passage_id
    return found
