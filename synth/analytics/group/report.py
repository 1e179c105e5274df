"""All that is told of the network of a discussion, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.analytics.group.communities import (
    APART,
    LEAST_PEOPLE,
    Communities,
    Verdict,
    communities_of,
)
from synth.analytics.group.connectors import Crossing, carriers_of, crossing_of, hubs_of
from synth.analytics.group.corners import IdeaHolds, holds_of
from synth.analytics.group.network import (
    Measures,
    Network,
    betweenness_of,
    measures_of,
    network_of,
)
from synth.analytics.group.replies import Ledger, Replies
from synth.analytics.group.windows import Windows, windows_of
from synth.analytics.periods import DAY
from synth.store.activity import UNKNOWN_TIME, Activity

WAITED_DAYS = 7
"""So long before the last message somebody must have written to count as not answered."""
TIED_TO_TIME = 0.5
"""Groups follow one another where they explain this share of when people answer (eta squared)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceFacts:
    """One row a participant with a message, in order of id."""

    ids: NDArray[np.int64]
    n_written: NDArray[np.int64]
    group: NDArray[np.int64]
    """``APART`` for those in no group."""
    is_tied: NDArray[np.bool_]
    """Whether they exchanged any reply."""
    n_sent: NDArray[np.int64]
    """Replies to others."""
    n_received: NDArray[np.int64]
    n_partners: NDArray[np.int64]
    """Others that they exchange replies with."""
    is_connector: NDArray[np.bool_]
    is_unanswered: NDArray[np.bool_]
    """Nobody answered any of their messages, though a week went by."""
    betweenness: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """The network of a discussion."""

    ledger: Ledger
    network: Network
    measures: Measures
    communities: Communities
    crossing: Crossing
    inside: tuple[float | None, ...]
    """Per group the share of what its voices exchange that stays inside; None for none."""
    are_cohorts: bool
    """Whether the groups follow one another in time."""
    voices: VoiceFacts
    windows: Windows | None

    @property
    def verdict(self) -> Verdict:
        return self.communities.verdict

    @property
    def may_be_measured(self) -> bool:
        """Whether enough people exchange replies for any figure of the network to be shown."""
        return len(self.network) >= LEAST_PEOPLE

    @property
    def n_connectors(self) -> int:
        return int(self.voices.is_connector.sum())

    @property
    def n_unanswered(self) -> int:
        return int(self.voices.is_unanswered.sum())

    @property
    def n_apart(self) -> int:
        """Voices that exchange replies and stand in no group."""
        return int((self.communities.group == APART).sum())


def report_of(activity: Activity, replies: Replies, *, seed: int = 0) -> GroupReport:
    """The report. The same replies and seed give the same report."""
    network = network_of(replies)
    communities = communities_of(replies, network, seed=seed)
    betweenness = betweenness_of(network, seed=seed)
    if communities.are_told_apart:
        connectors = carriers_of(network, communities.group)
    else:
        connectors = hubs_of(betweenness)
    crossing = crossing_of(network, communities.group)
    return GroupReport(
        ledger=replies.ledger,
        network=network,
        measures=measures_of(network, seed=seed),
        communities=communities,
        crossing=crossing,
        inside=_inside(network, communities, crossing),
        are_cohorts=communities.are_told_apart and _are_cohorts(replies, network, communities),
        voices=_facts(activity, replies, network, communities, (betweenness, connectors)),
        windows=windows_of(activity, replies, network, communities),
    )


def idea_holds(
    report: GroupReport,
    activity: Activity,
    messages_under: Mapping[int, NDArray[np.intp]],
) -> IdeaHolds:
    """Which ideas are whose; none where there are no groups to tell apart."""
    if not report.communities.are_told_apart:
        return IdeaHolds(corners=(), typical={}, n_told=0)
    return holds_of(activity, report.voices.ids, report.network, report.communities, messages_under)


def is_shown(n: int, of: int | None = None) -> bool:
    """Whether a number of people may be shown: nobody, or at least three; and the same of those
    who are left of all of them, as a difference tells as much."""
    left = 0 if of is None else of - n
    return all(part == 0 or part >= LEAST_PEOPLE for part in (n, left))


def _inside(
    network: Network, communities: Communities, crossing: Crossing
) -> tuple[float | None, ...]:
    own = communities.group[network.first]
    is_inside = (own == communities.group[network.second]) & (own != APART)
    within = np.bincount(
        own[is_inside], network.n_replies[is_inside], minlength=communities.n_groups
    )
    across = crossing.between.sum(axis=1)
    return tuple(
        float(n / (n + out)) if n + out else None
        for n, out in zip(within.tolist(), across.tolist(), strict=True)
    )


def _are_cohorts(replies: Replies, network: Network, communities: Communities) -> bool:
    """Whether the groups explain when people answer: eta squared over voices of groups."""
    known = replies.posted != UNKNOWN_TIME
    if not known.any():
        return False
    senders, posted = replies.senders[known], replies.posted[known].astype(np.float64)
    n = np.bincount(senders, minlength=len(replies.people))
    mean = np.bincount(senders, posted, minlength=len(replies.people)) / np.maximum(n, 1)
    is_in = (communities.group != APART) & (n[network.voices] > 0)
    times, groups = mean[network.voices][is_in], communities.group[is_in]
    spread = float(((times - times.mean()) ** 2).sum()) if len(times) else 0.0
    if not spread:
        return False
    sizes = np.bincount(groups, minlength=communities.n_groups)
    means = np.bincount(groups, times, minlength=communities.n_groups) / np.maximum(sizes, 1)
    between = float((sizes * (means - times.mean()) ** 2).sum())
    return between / spread >= TIED_TO_TIME


def _facts(
    activity: Activity,
    replies: Replies,
    network: Network,
    communities: Communities,
    found: tuple[NDArray[np.float64], NDArray[np.int64]],
) -> VoiceFacts:
    n = len(replies.people)
    betweenness, connectors = found
    group = np.full(n, APART, dtype=np.int64)
    group[network.voices] = communities.group
    is_tied, is_connector = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    is_tied[network.voices] = True
    is_connector[network.voices[connectors]] = True
    partners, ways = np.zeros(n, dtype=np.int64), np.zeros(n)
    partners[network.voices] = network.degree
    ways[network.voices] = betweenness
    received = np.bincount(replies.receivers, minlength=n)
    return VoiceFacts(
        ids=replies.people,
        n_written=replies.n_written,
        group=group,
        is_tied=is_tied,
        n_sent=np.bincount(replies.senders, minlength=n),
        n_received=received,
        n_partners=partners,
        is_connector=is_connector,
        is_unanswered=(received == 0) & _has_waited(activity, replies.people) & (len(replies) > 0),
        betweenness=ways,
    )


def _has_waited(activity: Activity, people: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n_people,) whether they wrote something a week before the last message, or undated."""
    is_known = activity.voices > 0
    dated = activity.posted[activity.posted != UNKNOWN_TIME]
    latest = int(dated.max()) - WAITED_DAYS * DAY if len(dated) else 0
    early = is_known & (activity.posted <= latest)  # an unknown time is below all others
    return np.isin(people, activity.voices[early])
