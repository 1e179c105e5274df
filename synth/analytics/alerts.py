"""What a facilitator should look at: the deliberation alerts that the data carries.

After the alerts of the CATALYST dashboard, whose issues, ideas and arguments are read here as top
ideas, the ideas below them, and messages that take a side or key passages of that nature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray

from synth.records import UNKNOWN_TIME, Activity

MATURE = 3
"""Ideas with an argument each, from which an issue is mature."""
MINORITY = 0.3
"""Share of the voices on sides that the smaller side has at least where opinion is divided."""
LEAST_VOICES = 5
"""On sides, under which nothing is called divided; and who answer what is hot."""
DOMINANT = 1 / 3
TWICE = 2
"""A dominant idea has so many times the messages of the next one."""
WAITED_DAYS = 7
"""A message that nobody answered for so long is ignored."""
QUIET_SHARE = 0.25
"""Share of the discussion's time without a word from which a proactive voice is inactive."""
LEAST_SPAN = 28
"""Days that a discussion lasts at least before anybody in it is inactive."""
MOST_CASES = 12
_DAY = 86_400


class Kind(StrEnum):
    IGNORED_POST = "ignored post"
    HOT_POST = "hot post"
    ORPHANED_IDEA = "orphaned idea"
    DOMINANT_IDEA = "dominant idea"
    MATURE_ISSUE = "mature issue"
    IMMATURE_ISSUE = "immature issue"
    CONTENTIOUS_ISSUE = "contentious issue"
    CONTROVERSIAL_IDEA = "controversial idea"
    INACTIVE_VOICE = "inactive voice"


class Missing(StrEnum):
    """Why an alert cannot be computed."""

    REPLIES = "replies"
    SIDES = "sides"
    ARGUMENTS = "arguments"
    DATES = "dates"
    IDEAS = "ideas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The cases of one kind, or why there can be none."""

    kind: Kind
    missing: Missing | None = None
    n: int = 0
    """All cases; the first are named below."""
    ideas: tuple[int, ...] = ()
    messages: tuple[int, ...] = ()
    voices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What alerts are computed from."""

    activity: Activity
    tops: Sequence[int]
    """Top ideas."""
    children: Mapping[int, Sequence[int]]
    """Idea → the ideas right below it."""
    messages_under: Mapping[int, NDArray[np.intp]]
    """Idea → rows of its messages, sub-ideas included."""
    argued: frozenset[int]
    """Rows of messages with a key passage that is an argument."""
    proactive: Sequence[int]
    """Voices."""
    reference: int
    """The day from which silence is counted, seconds since 1970."""


def alerts_of(watched: Watched) -> tuple[Alert, ...]:
    """One of each kind, in the order of ``Kind``."""
    activity = watched.activity
    has_replies = bool((activity.parents >= 0).any())
    has_sides = bool((activity.sides != 0).any())
    has_dates = bool((activity.posted != UNKNOWN_TIME).any())
    has_ideas = bool(watched.tops)
    has_arguments = has_sides or bool(watched.argued)
    needs: list[tuple[Kind, tuple[tuple[bool, Missing], ...]]] = [
        (Kind.IGNORED_POST, ((has_replies, Missing.REPLIES), (has_dates, Missing.DATES))),
        (Kind.HOT_POST, ((has_replies, Missing.REPLIES),)),
        (Kind.ORPHANED_IDEA, ((has_ideas, Missing.IDEAS), (has_replies, Missing.REPLIES))),
        (Kind.DOMINANT_IDEA, ((has_ideas, Missing.IDEAS),)),
        (Kind.MATURE_ISSUE, ((has_ideas, Missing.IDEAS), (has_arguments, Missing.ARGUMENTS))),
        (Kind.IMMATURE_ISSUE, ((has_ideas, Missing.IDEAS), (has_arguments, Missing.ARGUMENTS))),
        (Kind.CONTENTIOUS_ISSUE, ((has_ideas, Missing.IDEAS), (has_sides, Missing.SIDES))),
        (Kind.CONTROVERSIAL_IDEA, ((has_ideas, Missing.IDEAS), (has_sides, Missing.SIDES))),
        (Kind.INACTIVE_VOICE, ((has_dates, Missing.DATES),)),
    ]
    found = []
    for kind, wanted in needs:
        lacking = next((missing for is_there, missing in wanted if not is_there), None)
        found.append(
            _cases(kind, watched) if lacking is None else Alert(kind=kind, missing=lacking)
        )
    return tuple(found)


def _cases(kind: Kind, watched: Watched) -> Alert:
    if kind in _POSTS:
        rows = _POSTS[kind](watched)
        ids = watched.activity.messages[rows[:MOST_CASES]].tolist()
        return Alert(kind=kind, n=len(rows), messages=tuple(ids))
    if kind in _IDEAS:
        ideas = _IDEAS[kind](watched)
        return Alert(kind=kind, n=len(ideas), ideas=tuple(ideas[:MOST_CASES]))
    voices = _inactive(watched)
    return Alert(kind=kind, n=len(voices), voices=tuple(voices[:MOST_CASES]))


def _ignored(watched: Watched) -> NDArray[np.intp]:
    """First messages of threads that nobody else answered for some days, the newest first."""
    activity = watched.activity
    roots = np.flatnonzero(activity.threads == activity.messages)
    root_of = np.searchsorted(activity.messages, activity.threads)
    by_others = activity.voices != activity.voices[root_of]
    answered = np.unique(activity.threads[by_others])
    posted = activity.posted[roots]
    waited = (posted != UNKNOWN_TIME) & (posted <= watched.reference - WAITED_DAYS * _DAY)
    rows = roots[waited & ~np.isin(activity.messages[roots], answered)]
    return np.asarray(rows[np.argsort(-activity.posted[rows], kind="stable")], dtype=np.intp)


def _hot(watched: Watched) -> NDArray[np.intp]:
    """Messages that at least so many voices answer themselves, those of most voices first."""
    activity = watched.activity
    replies = np.flatnonzero(activity.parents >= 0)
    parents = activity.parents[replies]
    by_others = activity.voices[replies] != activity.voices[parents]
    pairs = np.unique(
        np.stack((parents[by_others], activity.voices[replies[by_others]]), axis=1), axis=0
    )
    rows, n_voices = np.unique(pairs[:, 0], return_counts=True)
    order = np.lexsort((rows, -n_voices))
    return np.asarray(rows[order][n_voices[order] >= LEAST_VOICES], dtype=np.intp)


def _orphaned(watched: Watched) -> list[int]:
    """Ideas without sub-ideas, of whose messages none was answered by another voice."""
    activity = watched.activity
    replies = np.flatnonzero(activity.parents >= 0)
    parents = activity.parents[replies]
    is_answered = np.zeros(len(activity.messages), dtype=np.bool_)
    is_answered[parents[activity.voices[replies] != activity.voices[parents]]] = True
    return [
        idea
        for idea, rows in watched.messages_under.items()
        if not watched.children.get(idea) and len(rows) and not is_answered[rows].any()
    ]


def _dominant(watched: Watched) -> list[int]:
    """The top idea with a third of the messages that say something, and twice those of the next."""
    sizes = sorted(((len(watched.messages_under[i]), i) for i in watched.tops), reverse=True)
    total = len(np.unique(watched.activity.of_message))
    if len(sizes) < 2 or sizes[0][0] < max(DOMINANT * total, TWICE * sizes[1][0]):
        return []
    return [sizes[0][1]]


def _issues(watched: Watched, *, is_mature: bool) -> list[int]:
    """Ideas with sub-ideas, of which three or more have an argument, or fewer."""
    found = []
    for idea, below in watched.children.items():
        if below and idea in watched.messages_under:
            n = sum(_has_argument(watched, child) for child in below)
            if (n >= MATURE) is is_mature:
                found.append(idea)
    return found


def _has_argument(watched: Watched, idea: int) -> bool:
    rows = watched.messages_under.get(idea)
    if rows is None:
        return False
    takes_side = bool((watched.activity.sides[rows] != 0).any())
    return takes_side or not watched.argued.isdisjoint(rows.tolist())


def _contentious(watched: Watched) -> list[int]:
    return [idea for idea in watched.tops if _is_divided(watched, idea)]


def _controversial(watched: Watched) -> list[int]:
    tops = set(watched.tops)
    return [i for i in watched.messages_under if i not in tops and _is_divided(watched, i)]


def _is_divided(watched: Watched, idea: int) -> bool:
    """Whether at least some voices take either side, and neither is a small minority."""
    rows, activity = watched.messages_under[idea], watched.activity
    sides = [len(np.unique(activity.voices[rows[activity.sides[rows] == s]])) for s in (1, -1)]
    total = sum(sides)
    return total >= LEAST_VOICES and min(sides) >= MINORITY * total


def _inactive(watched: Watched) -> list[int]:
    """Proactive voices who were silent for the last quarter of the time, the latest first."""
    activity = watched.activity
    known = activity.posted[activity.posted != UNKNOWN_TIME]
    first = int(known.min())
    if watched.reference - first < LEAST_SPAN * _DAY:
        return []
    limit = watched.reference - QUIET_SHARE * (watched.reference - first)
    last: dict[int, int] = {}
    for voice in watched.proactive:
        posted = activity.posted[(activity.voices == voice) & (activity.posted != UNKNOWN_TIME)]
        if len(posted) and int(posted.max()) < limit:
            last[voice] = int(posted.max())
    return sorted(last, key=lambda voice: (-last[voice], voice))


_POSTS: Mapping[Kind, Callable[[Watched], NDArray[np.intp]]] = {
    Kind.IGNORED_POST: _ignored,
    Kind.HOT_POST: _hot,
}
_IDEAS: Mapping[Kind, Callable[[Watched], list[int]]] = {
    Kind.ORPHANED_IDEA: _orphaned,
    Kind.DOMINANT_IDEA: _dominant,
    Kind.MATURE_ISSUE: partial(_issues, is_mature=True),
    Kind.IMMATURE_ISSUE: partial(_issues, is_mature=False),
    Kind.CONTENTIOUS_ISSUE: _contentious,
    Kind.CONTROVERSIAL_IDEA: _controversial,
}
