"""From one passage of a thread to the next under the same idea, on whatever page that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from synth.records import Placement
from web.services.outline import Branch, Outline


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
class Tally:
    """An idea in a thread."""

    branch: Branch
    n_passages: int
    first: Stop


class Jumps:
    """The stops of one thread. With a ``chosen`` idea, its stops are those at any idea under it."""

    def __init__(
        self, placements: Sequence[Placement], outline: Outline, chosen: Branch | None
    ) -> None:
        """``placements``: all of the thread, in reading order."""
        self.chosen = chosen
        self._chosen_ids = frozenset() if chosen is None else _ids(chosen)
        self._branch_of = {p.passage_id: outline.get(p.idea_id) for p in placements}
        stops = list(self._runs(placements))
        before = _neighbours(stops, self._key)
        after = _neighbours(stops[::-1], self._key)
        self.stops: Mapping[int, Stop] = {
            stop.passage_id: Stop(
                passage_id=stop.passage_id,
                message_id=stop.message_id,
                branch=stop.branch,
                before=before.get(stop.passage_id),
                after=after.get(stop.passage_id),
            )
            for stop in stops
        }

    @property
    def ideas(self) -> tuple[Tally, ...]:
        """Ideas of the thread, those of most passages first."""
        first: dict[int, Stop] = {}
        for stop in self.stops.values():
            first.setdefault(stop.branch.idea.id, stop)
        counts: dict[int, int] = {}
        for branch in self._branch_of.values():
            if branch is not None:
                counts[branch.idea.id] = counts.get(branch.idea.id, 0) + 1
        order = sorted(counts, key=lambda idea: (-counts[idea], idea))
        return tuple(
            Tally(branch=first[i].branch, n_passages=counts[i], first=first[i]) for i in order
        )

    @property
    def chosen_stops(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops.values() if self.is_chosen(stop.branch))

    @property
    def n_chosen(self) -> int:
        """Passages under the chosen idea."""
        return sum(self.is_chosen(branch) for branch in self._branch_of.values())

    @property
    def n_unplaced(self) -> int:
        return sum(branch is None for branch in self._branch_of.values())

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


def _ids(branch: Branch) -> frozenset[int]:
    return frozenset({branch.idea.id}).union(*map(_ids, branch.children))


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
