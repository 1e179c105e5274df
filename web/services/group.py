"""The network of replies as pages and API show it: figures of three people and more, and for
facilitators the voices by pseudonym."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from synth.analytics.group.corners import Hold, IdeaHolds
from synth.analytics.group.replies import replies_of, without_hidden
from synth.analytics.group.report import GroupReport, idea_holds, is_shown, report_of
from synth.analytics.group.voices import VoiceRow, voice_rows
from synth.analytics.group.windows import Window
from synth.analytics.periods import Unit
from synth.store.activity import Activity
from web.http.discussion_cache import submitted
from web.services.outline import Branch
from web.services.snapshot import Snapshot
from web.services.trends import period_name

PATIENCE = 8.0
"""Seconds that a request waits for the figures of a large discussion; then the page says that they
are being worked out."""
MOST_GROUPS = 20
MOST_CORNERS = 20
N_TYPICAL = 2
"""Ideas that say what a group speaks about."""
FEW_CONNECTORS = 0.15
"""Connectors are few where they are at most this share of the voices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group as everybody may see it."""

    number: int
    n_voices: int
    inside: float | None
    """Share of what its voices exchange that stays in the group."""
    ideas: tuple[Branch, ...]
    """What it speaks about more than others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """An idea that lives in one group."""

    branch: Branch
    number: int
    n_all: int
    n_voices: int | None
    """Of this group; None where one or two voices of others would be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWindow:
    """A window of time; None where fewer than three people stand behind a figure."""

    name: str
    """``May 2024``."""
    window: Window
    n_voices: int | None
    n_new: int | None
    connected: float | None
    crossing: float | None
    answered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """The report in figures of which each stands for three people at least."""

    report: GroupReport
    n_voices: int | None
    """Who exchange replies."""
    largest_share: float | None
    """Of them, those in the largest connected piece."""
    n_people: int
    """Who wrote under a name."""
    n_connectors: int | None
    connectors_are_few: bool
    n_unanswered: int | None
    n_apart: int | None
    groups: tuple[GroupRow, ...]
    n_more_groups: int
    corners: tuple[Corner, ...]
    windows: tuple[ShownWindow, ...]
    """The latest first."""


def group_report(snapshot: Snapshot, *, with_inferred: bool = False) -> GroupReport | None:
    """The report over the replies of a discussion; None where it is still being worked out.

    It is kept until somebody answers somebody: corrections of the map do not change it.
    """
    hidden = list(snapshot.store.hidden.rulings(snapshot.id))
    activity, stated = without_hidden(snapshot.activity, hidden), _stated(snapshot)
    future = submitted(
        snapshot.discussion,
        f"group {with_inferred}",
        _version(activity, stated),
        lambda: report_of(activity, replies_of(activity, stated, with_inferred=with_inferred)),
    )
    try:
        return future.result(timeout=PATIENCE)
    except (TimeoutError, CancelledError):
        return None


def view_of(snapshot: Snapshot, report: GroupReport, *, with_inferred: bool = False) -> GroupView:
    """What everybody may see of a report."""
    holds = snapshot.cached(
        f"group ideas {with_inferred}",
        lambda: idea_holds(report, snapshot.activity, snapshot.messages_by_idea),
    )
    communities, n_people = report.communities, len(report.voices.ids)
    n_tied = len(report.network)
    n_connectors = report.n_connectors
    is_told = is_shown(n_tied, n_people) and is_shown(report.n_apart)
    return GroupView(
        report=report,
        n_voices=n_tied if is_told else None,
        largest_share=_shown_share(report.measures.largest_share, n_tied),
        n_people=n_people,
        n_connectors=_shown(n_connectors, n_tied),
        connectors_are_few=n_connectors <= max(FEW_CONNECTORS * n_tied, 1),
        n_unanswered=_shown(report.n_unanswered, n_people),
        # The sizes of the groups and those apart are all together.
        n_apart=_shown(report.n_apart) if is_told else None,
        groups=_groups(snapshot, report, holds) if communities.are_told_apart else (),
        n_more_groups=max(0, communities.n_groups - MOST_GROUPS),
        corners=_corners(snapshot, holds.corners),
        windows=_windows(report, is_told=is_told),
    )


def voices_of(snapshot: Snapshot, report: GroupReport) -> list[VoiceRow]:
    """Everybody who wrote under a name, for those who may see it."""
    ids = report.voices.ids.tolist()
    return voice_rows(report, snapshot.store.participants.pseudonyms(ids))


def _stated(snapshot: Snapshot) -> NDArray[np.int64]:
    def read() -> NDArray[np.int64]:
        return np.array(snapshot.store.evidence.stated(snapshot.id), dtype=np.int64)

    return snapshot.cached("stated replies", read)


def _version(activity: Activity, stated: NDArray[np.int64]) -> bytes:
    """Another value where anything differs that the report is made of."""
    found = blake2b(digest_size=16)
    for column in (
        activity.messages, activity.threads, activity.parents, activity.voices, activity.posted,
        stated,
    ):  # fmt: skip
        found.update(np.ascontiguousarray(column).data)
        found.update(b"/")
    return found.digest()


def _shown(n: int, of: int | None = None) -> int | None:
    return n if is_shown(n, of) else None


def _shown_share(share: float, of: int) -> float | None:
    """A share of people; None where it would tell of one or two, or of all but so few."""
    return share if is_shown(round(share * of), of) else None


def _groups(snapshot: Snapshot, report: GroupReport, holds: IdeaHolds) -> tuple[GroupRow, ...]:
    return tuple(
        GroupRow(
            number=group + 1,
            n_voices=n_voices,
            inside=report.inside[group],
            ideas=_typical(snapshot, holds.typical.get(group, ())),
        )
        for group, n_voices in enumerate(report.communities.sizes[:MOST_GROUPS])
    )


def _typical(snapshot: Snapshot, ideas: Sequence[int]) -> tuple[Branch, ...]:
    """The clearest ideas; of an idea and one below it the clearer."""
    found: list[Branch] = []
    for branch in snapshot.outline.shown(ideas):
        near = {branch.idea.id, *(one.idea.id for one in snapshot.outline.path(branch.idea.id))}
        if not any(one.idea.id in near or branch.idea.id in one.subtree_ids for one in found):
            found.append(branch)
        if len(found) == N_TYPICAL:
            break
    return tuple(found)


def _corners(snapshot: Snapshot, holds: Sequence[Hold]) -> tuple[Corner, ...]:
    """An idea is left out where the one above it lives in the same corner."""
    by_idea = {hold.idea: hold for hold in holds}
    found = []
    for branch in snapshot.outline.shown(by_idea):
        hold = by_idea[branch.idea.id]
        above = snapshot.outline.path(branch.idea.id)
        if any(by_idea[one.idea.id].group == hold.group for one in above if one.idea.id in by_idea):
            continue
        n_voices = hold.n_voices if is_shown(hold.n_voices, hold.n_all) else None
        found.append(
            Corner(branch=branch, number=hold.group + 1, n_all=hold.n_all, n_voices=n_voices)
        )
    return tuple(found[:MOST_CORNERS])


def _windows(report: GroupReport, *, is_told: bool) -> tuple[ShownWindow, ...]:
    """``is_told``: whether it may be worked out how many exchange replies."""
    if report.windows is None:
        return ()
    has_groups = report.communities.are_told_apart
    unit, windows = report.windows.unit, report.windows.windows
    shown = [_window(one, unit, has_groups=has_groups) for one in reversed(windows)]
    n_withheld = sum(one.window.n_new for one in shown if one.n_new is None)
    return tuple(shown if is_told and not n_withheld else _without_one_more(shown))


def _without_one_more(shown: list[ShownWindow]) -> list[ShownWindow]:
    """The same with one more figure of new voices withheld: all of them together are those who
    exchange replies, so that one that is withheld alone could be worked out.

    In the first window all are new; where no other has any to withhold, it is left out.
    """
    others = [one for one in shown[:-1] if one.n_new]
    if not others:
        return shown[:-1]
    fewest = min(others, key=lambda one: one.window.n_new)
    return [replace(one, n_new=None) if one is fewest else one for one in shown]


def _window(window: Window, unit: Unit, *, has_groups: bool) -> ShownWindow:
    is_told = is_shown(window.n_voices)
    crossing = answered = None
    if is_told and has_groups and window.n_between_groups:
        crossing = window.n_crossing / window.n_between_groups
    if is_told and window.n_messages:
        answered = window.n_answered / window.n_messages
    return ShownWindow(
        name=period_name(unit, window.start),
        window=window,
        n_voices=window.n_voices if is_told else None,
        n_new=_shown(window.n_new, window.n_voices) if is_told else None,
        connected=_shown_share(window.connected, window.n_voices) if is_told else None,
        crossing=crossing,
        answered=answered,
    )
