"""The figures and alerts of the overview, computed once for each version of a discussion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from synth.analytics.alerts import Alert, AlertInputs, alerts_of
from synth.analytics.participation import (
    Coverage,
    Participation,
    Pulse,
    coverage_of,
    participation_of,
    pulse_of,
)
from synth.records import ExtractState, HiddenReason, Message, Nature, Problem
from synth.store import Discussion, Source, Store
from synth.store.activity import UNKNOWN_TIME
from web.services.outline import Branch, Outline
from web.services.snapshot import Snapshot

N_PROBLEMS = 50
"""Problems shown of one file."""
GOING_ON = timedelta(days=30)
"""So long after its last message a discussion is over; silence is counted to that message then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The day up to which silence is counted."""

    at: datetime
    is_today: bool
    """Otherwise the day of the last message: the discussion is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaPulse:
    """How lively a top idea is."""

    branch: Branch
    pulse: Pulse


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case of an alert: an idea, a message or an author."""

    branch: Branch | None = None
    message: Message | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAlert:
    alert: Alert
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The figures and alerts of a discussion as it is stored now."""

    participation: Participation
    coverage: Coverage
    n_not_about: int
    """Passages that are not about the question."""
    reference: Reference | None
    """None where no message has a date."""
    pulse: Pulse
    ideas: Sequence[IdeaPulse]
    alerts: Sequence[ShownAlert]
    timeline: Sequence[int]
    """Messages in each period of the calendar."""
    n_undated: int
    hidden: Mapping[HiddenReason, int]
    """Reason → messages that facilitators hide for it."""


def first_problems(store: Store, source: Source) -> list[Problem]:
    """The first ``N_PROBLEMS`` of a file."""
    return store.sources.problems(source.id)[:N_PROBLEMS] if source.n_problems else []


def overview_of(snapshot: Snapshot) -> Overview:
    today = datetime.now(UTC).date()
    name = f"overview {today.isoformat()}"
    return snapshot.cached(name, lambda: _overview(snapshot))


def reference_of(discussion: Discussion, *, now: datetime) -> Reference | None:
    """Today while the discussion goes on, else the day of its last message."""
    if discussion.last_at is None:
        return None
    is_today = discussion.last_at <= now <= discussion.last_at + GOING_ON
    return Reference(at=now if is_today else discussion.last_at, is_today=is_today)


def _overview(snapshot: Snapshot) -> Overview:
    activity, under = snapshot.activity, snapshot.outline.leaves_under()
    reference = reference_of(snapshot.discussion, now=datetime.now(UTC))
    at = 0 if reference is None else int(reference.at.timestamp())
    rows_of = snapshot.messages_by_idea
    participation = participation_of(activity)
    inputs = AlertInputs(
        activity=activity,
        tops=[b.idea.id for b in snapshot.outline.roots],
        children={b.idea.id: [c.idea.id for c in b.children] for b in snapshot.outline.in_order()},
        messages_under=rows_of,
        argued=_argued(snapshot, activity.messages),
        proactive=participation.proactive,
        reference=at,
    )
    everything = np.arange(len(activity.messages))
    counts = () if snapshot.calendar is None else snapshot.calendar.counts(activity.posted).tolist()
    return Overview(
        participation=participation,
        coverage=coverage_of(activity, list(under)),
        n_not_about=len(snapshot.not_about()),
        reference=reference,
        pulse=pulse_of(activity, everything, reference=at),
        ideas=[
            IdeaPulse(branch=b, pulse=pulse_of(activity, rows_of[b.idea.id], reference=at))
            for b in snapshot.outline.roots
        ],
        alerts=_shown(snapshot, alerts_of(inputs)),
        timeline=counts,
        n_undated=int((activity.posted == UNKNOWN_TIME).sum()),
        hidden=snapshot.store.hidden.counts(snapshot.id),
    )


def _argued(snapshot: Snapshot, messages: NDArray[np.int64]) -> frozenset[int]:
    """Rows of the messages with a key passage that is an argument, and was not rejected."""
    ids = [
        e.message_id
        for e in snapshot.store.extracts.marks(snapshot.id)
        if e.nature is Nature.ARGUMENT and e.state is not ExtractState.REJECTED
    ]
    return frozenset(np.flatnonzero(np.isin(messages, np.array(ids, dtype=np.int64))).tolist())


def _shown(snapshot: Snapshot, alerts: Sequence[Alert]) -> list[ShownAlert]:
    messages = snapshot.store.messages.many([i for alert in alerts for i in alert.messages])
    known = [voice for alert in alerts for voice in alert.voices if voice > 0]
    names = snapshot.store.participants.pseudonyms(known)
    return [
        ShownAlert(alert=alert, cases=_cases(alert, snapshot.outline, messages, names))
        for alert in alerts
    ]


def _cases(
    alert: Alert, outline: Outline, messages: Mapping[int, Message], names: Mapping[int, str]
) -> list[Case]:
    return [
        *(Case(branch=branch) for branch in outline.shown(alert.ideas)),
        *(Case(message=messages[i]) for i in alert.messages if i in messages),
        *(Case(author=names[i]) for i in alert.voices if i in names),
    ]
