"""Ideas and groups: which ideas one group speaks about more than others, or alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.analytics.group.communities import APART, LEAST_PEOPLE, Communities
from synth.analytics.group.network import Network
from synth.store.activity import Activity

CORNER = 0.8
"""An idea lives in one corner where one group has this share of its voices."""
LEAST_VOICES = 5
"""Voices in groups that an idea must have before that is said."""
RARE = 0.05
"""By chance, in one of all the ideas together (Bonferroni): hypergeometric test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The part that one group has in an idea."""

    idea: int
    group: int
    n_voices: int
    """Of this group."""
    n_all: int
    """In any group."""
    p: float
    """How probable it is that so many would be of this group by chance."""

    @property
    def share(self) -> float:
        return self.n_voices / self.n_all


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaHolds:
    """Which ideas are whose."""

    corners: tuple[Hold, ...]
    """Ideas that live in one group, those of most voices first."""
    typical: Mapping[int, tuple[int, ...]]
    """Group → the ideas that are more its own than chance would have it, the clearest first."""
    n_told: int
    """Ideas of enough voices to tell."""


def holds_of(
    activity: Activity,
    people: NDArray[np.int64],
    network: Network,
    communities: Communities,
    messages_under: Mapping[int, NDArray[np.intp]],
) -> IdeaHolds:
    """``people``: ids of all participants with a message, ascending.

    ``messages_under``: idea → rows of the messages that say something under it.
    """
    group_of = np.full(len(people), APART, dtype=np.int64)
    group_of[network.voices] = communities.group
    sizes = np.array(communities.sizes, dtype=np.int64)
    counts = {
        idea: _counts(activity, people, group_of, rows, len(sizes))
        for idea, rows in messages_under.items()
    }
    told = {idea: found for idea, found in counts.items() if found.sum() >= LEAST_VOICES}
    holds = [_hold(idea, found, sizes) for idea, found in told.items()]
    limit = RARE / max(len(told), 1)
    corners = [one for one in holds if one.share >= CORNER and one.p <= limit]
    return IdeaHolds(
        corners=tuple(sorted(corners, key=lambda one: (-one.n_all, one.idea))),
        typical=_typical(told, sizes, limit),
        n_told=len(told),
    )


def _counts(
    activity: Activity,
    people: NDArray[np.int64],
    group_of: NDArray[np.int64],
    rows: NDArray[np.intp],
    n_groups: int,
) -> NDArray[np.int64]:
    """(n_groups,) distinct voices of each group in these messages."""
    voices = np.unique(activity.voices[rows])
    found = group_of[np.searchsorted(people, np.intersect1d(voices, people))]
    return np.bincount(found[found != APART], minlength=n_groups).astype(np.int64)


def _hold(idea: int, counts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Hold:
    group = int(counts.argmax())
    return _hold_of(idea, group, counts, sizes)


def _hold_of(idea: int, group: int, counts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Hold:
    from scipy.stats import hypergeom

    n, n_all = int(counts[group]), int(counts.sum())
    p = float(hypergeom.sf(n - 1, int(sizes.sum()), int(sizes[group]), n_all))
    return Hold(idea=idea, group=group, n_voices=n, n_all=n_all, p=p)


def _typical(
    counts: Mapping[int, NDArray[np.int64]], sizes: NDArray[np.int64], limit: float
) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[Hold]] = {}
    for idea, of_groups in counts.items():
        for group in np.flatnonzero(of_groups >= LEAST_PEOPLE).tolist():
            hold = _hold_of(idea, group, of_groups, sizes)
            if hold.p <= limit:
                found.setdefault(group, []).append(hold)
    return {
        group: tuple(one.idea for one in sorted(holds, key=lambda one: (one.p, one.idea)))
        for group, holds in found.items()
    }
