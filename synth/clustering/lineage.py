"""Match the ideas of a new map with those of the last one, by the passages under them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from synth.outline import shown
from synth.records import Idea
from synth.store import NO_WORDS

MIN_OVERLAP = 1 / 3
"""Least Jaccard overlap of passages for a new idea to be an old one living on."""
MIN_PART = 1 / 2
"""Least share of an idea's passages that makes it a part of another one."""
MIN_SHARE = 1 / 5
"""Least share of an old idea that a part of it must hold for the old one to count as split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What became of the ideas of the last run."""

    ids: tuple[int | None, ...]
    """For each new idea the old id it keeps, or None."""
    kept: tuple[int, ...]
    split: Mapping[int, tuple[int, ...]]
    """Old ideas of which at least two new ones of the same level are parts → rows of those."""
    merged: Mapping[int, int]
    """Old ideas that did not live on but stand in a new one of the same level → its row."""
    n_born: int
    gone: tuple[int, ...]

    def with_kept(self, more: Set[int]) -> Lineage:
        """The same where old ideas stay on the map though no new one has their passages."""
        return replace(
            self,
            kept=tuple(sorted({*self.kept, *more})),
            merged={old: row for old, row in self.merged.items() if old not in more},
            gone=tuple(old for old in self.gone if old not in more),
        )


def trace(
    old: Mapping[int, frozenset[int]],
    new: Sequence[frozenset[int]],
    *,
    levels: Mapping[int, int],
    new_levels: Sequence[int],
    held: Mapping[int, int] | None = None,
) -> Lineage:
    """Match ``new`` ideas to ``old`` ones (id → passage ids, sub-ideas included).

    ``held`` (row of a new idea → old id) is matched already, whatever the overlap: people
    touched these ideas. Pairs of the others are taken greedily by Jaccard overlap, ties broken by
    nearness of level, then by age. Time and memory are linear in the number of
    (idea, passage) memberships.
    """
    shared = _shared(old, new)
    pairs = sorted(
        (
            (-n / (len(old[i]) + len(new[j]) - n), abs(levels[i] - new_levels[j]), i, j)
            for (i, j), n in shared.items()
        ),
    )
    ids: list[int | None] = [None] * len(new)
    taken: set[int] = set()
    for j, i in (held or {}).items():
        ids[j] = i
        taken.add(i)
    for negative_overlap, _, i, j in pairs:
        if -negative_overlap >= MIN_OVERLAP and ids[j] is None and i not in taken:
            ids[j] = i
            taken.add(i)

    def is_peer(i: int, j: int) -> bool:
        return levels[i] == new_levels[j]

    split = _split(shared, old, new, is_peer)
    merged = _merged(shared, old, taken, is_peer)
    return Lineage(
        ids=tuple(ids),
        kept=tuple(sorted(taken)),
        split=split,
        merged=merged,
        n_born=sum(i is None for i in ids),
        gone=tuple(sorted(old.keys() - taken - split.keys() - merged.keys())),
    )


def _shared(
    old: Mapping[int, frozenset[int]], new: Sequence[frozenset[int]]
) -> Counter[tuple[int, int]]:
    holders: dict[int, list[int]] = {}
    for j, passages in enumerate(new):
        for passage in passages:
            holders.setdefault(passage, []).append(j)
    return Counter(
        (i, j) for i, passages in old.items() for p in passages for j in holders.get(p, ())
    )


def _split(
    shared: Counter[tuple[int, int]],
    old: Mapping[int, frozenset[int]],
    new: Sequence[frozenset[int]],
    is_peer: Callable[[int, int], bool],
) -> dict[int, tuple[int, ...]]:
    parts: dict[int, list[int]] = {}
    for (i, j), n in sorted(shared.items()):
        if is_peer(i, j) and n >= MIN_PART * len(new[j]) and n >= MIN_SHARE * len(old[i]):
            parts.setdefault(i, []).append(j)
    return {i: tuple(rows) for i, rows in parts.items() if len(rows) >= 2}


def _merged(
    shared: Counter[tuple[int, int]],
    old: Mapping[int, frozenset[int]],
    taken: set[int],
    is_peer: Callable[[int, int], bool],
) -> dict[int, int]:
    return {
        i: j
        for (i, j), n in sorted(shared.items())
        if i not in taken and is_peer(i, j) and n >= MIN_PART * len(old[i])
    }


def what_became(lineage: Lineage, ids: Sequence[int], before: Sequence[Idea]) -> dict[str, Any]:
    """The fates of ideas by id, as a run tells them.

    ``kept`` and ``born`` list ids of the new map. ``split``, ``merged`` and ``gone`` list old ideas
    with id and title, for the title may stand nowhere else any more: those that were split with
    the ids of their parts, those that were merged with the id of what holds them now.
    What stood under a hidden idea keeps its words to itself.
    ``ids``: (n_ideas,) the id of each row of the new tree.
    """
    title = dict.fromkeys((idea.id for idea in before), NO_WORDS)
    title |= {idea.id: idea.title for idea in shown(before)}
    return {
        "kept": list(lineage.kept),
        "split": [
            {"id": old, "title": title[old], "into": [ids[row] for row in rows]}
            for old, rows in sorted(lineage.split.items())
        ],
        "merged": [
            {"id": old, "title": title[old], "into": ids[row]}
            for old, row in sorted(lineage.merged.items())
        ],
        "born": [new for new, old in zip(ids, lineage.ids, strict=True) if old is None],
        "gone": [{"id": old, "title": title[old]} for old in lineage.gone],
    }
