"""Who connects: the few voices that carry what passes between groups, or between all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.analytics.group.communities import APART
from synth.analytics.group.network import Network

MOST_OF_IT = 0.8
"""Of the replies that pass between groups."""
HALF = 0.5
"""Of the shortest ways between voices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What passes between groups."""

    n_replies: int
    """Between voices of different groups."""
    share: float
    """0..1 of the replies between voices of groups."""
    expected: float
    """0..1: the share if everybody answered as much, but anybody."""
    between: NDArray[np.int64]
    """(n_groups, n_groups), symmetric: replies."""
    people: NDArray[np.int64]
    """(n_groups, n_groups), symmetric: distinct voices of both who exchange them."""


def crossing_of(network: Network, group: NDArray[np.int64]) -> Crossing:
    """``group`` (n,): number of the group of each voice, ``APART`` for none."""
    n_groups = int(group.max(initial=APART)) + 1
    one, other = group[network.first], group[network.second]
    inside = (one != APART) & (other != APART)
    crosses = inside & (one != other)
    between = np.zeros((n_groups, n_groups), dtype=np.int64)
    np.add.at(between, (one[crosses], other[crosses]), network.n_replies[crosses])
    total, n_crossing = int(network.n_replies[inside].sum()), int(between.sum())
    return Crossing(
        n_replies=n_crossing,
        share=n_crossing / total if total else 0.0,
        expected=_expected(one[inside], other[inside], network.n_replies[inside]),
        between=between + between.T,
        people=_people(network, group, crosses, n_groups),
    )


def carriers_of(network: Network, group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of the fewest voices, found greedily, of whom one has a hand in ``MOST_OF_IT`` of the
    replies that pass between groups; ascending."""
    one, other = group[network.first], group[network.second]
    ties = np.flatnonzero((one != APART) & (other != APART) & (one != other))
    left = network.n_replies[ties].copy()
    ends = np.stack((network.first[ties], network.second[ties]))
    wanted = MOST_OF_IT * left.sum()
    held = np.zeros(len(network))
    for side in ends:
        np.add.at(held, side, left)
    ties_of = _incidence(ends, len(network))
    covered, chosen = 0, []
    while len(ties) and covered < wanted:
        best = int(held.argmax())
        chosen.append(best)
        for tie in ties_of[best]:
            covered += int(left[tie])
            held[ends[:, tie]] -= left[tie]
            left[tie] = 0
    return np.array(sorted(chosen), dtype=np.int64)


def linked_groups(network: Network, group: NDArray[np.int64]) -> dict[int, tuple[int, ...]]:
    """Row of a voice → the other groups that it exchanges replies with, for those that do."""
    found: dict[int, set[int]] = {}
    for one, other in zip(network.first.tolist(), network.second.tolist(), strict=True):
        a, b = int(group[one]), int(group[other])
        if APART not in (a, b) and a != b:
            found.setdefault(one, set()).add(b)
            found.setdefault(other, set()).add(a)
    return {row: tuple(sorted(groups)) for row, groups in found.items()}


def hubs_of(betweenness: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows of the fewest voices that together carry half of the betweenness; ascending."""
    total = float(betweenness.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((np.arange(len(betweenness)), -betweenness))
    n = int(np.searchsorted(np.cumsum(betweenness[order]), HALF * total)) + 1
    return np.sort(order[:n]).astype(np.int64)


def _incidence(ends: NDArray[np.int64], n: int) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(n)]
    for tie, (one, other) in enumerate(ends.T.tolist()):
        found[one].append(tie)
        found[other].append(tie)
    return found


def _expected(
    one: NDArray[np.int64], other: NDArray[np.int64], n_replies: NDArray[np.int64]
) -> float:
    """The share that would cross in the configuration model, which modularity counts with."""
    ends = np.bincount(np.concatenate((one, other)), np.concatenate((n_replies, n_replies)))
    shares = ends / max(float(ends.sum()), 1.0)
    return float(1.0 - (shares**2).sum()) if len(one) else 0.0


def _people(
    network: Network, group: NDArray[np.int64], crosses: NDArray[np.bool_], n_groups: int
) -> NDArray[np.int64]:
    first, second = network.first[crosses], network.second[crosses]
    low = np.minimum(group[first], group[second])
    high = np.maximum(group[first], group[second])
    pairs = np.concatenate((low * n_groups + high,) * 2)
    seen = np.unique(np.stack((pairs, np.concatenate((first, second)))), axis=1)[0]
    counts = np.zeros((n_groups, n_groups), dtype=np.int64)
    np.add.at(counts, (seen // max(n_groups, 1), seen % max(n_groups, 1)), 1)
    return counts + counts.T
