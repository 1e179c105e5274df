"""What a facilitator should look at: the deliberation alerts that the data carries.

After the alerts of the CATALYST dashboard, whose issues, ideas and arguments are read here as top
ideas, the ideas below them, and messages that take a side or key passages of that nature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from synth.analytics.periods import DAY
from synth.store.activity import UNKNOWN_TIME, Activity

MATURE = 3
"""An issue is mature when so many of its ideas have an argument."""
MINORITY = 0.3
"""Opinion is divided where the smaller side has at least this share of the voices on both."""
LEAST_VOICES = 5
"""So many voices must take sides before opinion is divided, or answer before a post is hot."""
DOMINANT = 1 / 3
TWICE = 2
"""A dominant idea has so many times the messages of the next one."""
WAITED_DAYS = 7
"""A message that nobody answered for so long is ignored."""
QUIET_SHARE = 0.25
"""A proactive voice is inactive that was silent for this last share of the discussion's time."""
LEAST_SPAN = 28
"""In a discussion of fewer days nobody is inactive."""
MOST_CASES = 12


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
class AlertInputs:
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

    def lacks(self, what: Missing) -> bool:
        """Whether the data has nothing of this kind."""
        activity = self.activity
        match what:
            case Missing.REPLIES:
                return not (activity.parents >= 0).any()
            case Missing.SIDES:
                return not (activity.sides != 0).any()
            case Missing.ARGUMENTS:
                return not self.argued and self.lacks(Missing.SIDES)
            case Missing.DATES:
                return not (activity.posted != UNKNOWN_TIME).any()
            case Missing.IDEAS:
                return not self.tops


def _ignored(inputs: AlertInputs) -> list[int]:
    """First messages of threads that nobody else answered for some days, the newest first."""
    activity = inputs.activity
    roots = np.flatnonzero(activity.threads == activity.messages)
    root_of = np.searchsorted(activity.messages, activity.threads)
    by_others = activity.voices != activity.voices[root_of]
    answered = np.unique(activity.threads[by_others])
    posted = activity.posted[roots]
    waited = (posted != UNKNOWN_TIME) & (posted <= inputs.reference - WAITED_DAYS * DAY)
    rows = roots[waited & ~np.isin(activity.messages[roots], answered)]
    return _ids(activity, rows[np.argsort(-activity.posted[rows], kind="stable")])


def _ids(activity: Activity, rows: NDArray[np.intp]) -> list[int]:
    ids: list[int] = activity.messages[rows].tolist()
    return ids


def _answers_of_others(activity: Activity) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Rows of the messages that answer another voice, and of what each answers."""
    replies = np.flatnonzero(activity.parents >= 0)
    replies = replies[activity.voices[replies] != activity.voices[activity.parents[replies]]]
    return replies, activity.parents[replies]


def _hot(inputs: AlertInputs) -> list[int]:
    """Messages that at least so many voices answer themselves, those of most voices first."""
    activity = inputs.activity
    replies, answered = _answers_of_others(activity)
    pairs = np.unique(np.stack((answered, activity.voices[replies])), axis=1)
    rows, n_voices = np.unique(pairs[0], return_counts=True)
    order = np.lexsort((rows, -n_voices))
    return _ids(activity, rows[order][n_voices[order] >= LEAST_VOICES])


def _orphaned(inputs: AlertInputs) -> list[int]:
    """Ideas without sub-ideas, of whose messages none was answered by another voice."""
    is_answered = np.zeros(len(inputs.activity.messages), dtype=np.bool_)
    is_answered[_answers_of_others(inputs.activity)[1]] = True
    return [
        idea
        for idea, rows in inputs.messages_under.items()
        if not inputs.children.get(idea) and len(rows) and not is_answered[rows].any()
    ]


def _dominant(inputs: AlertInputs) -> list[int]:
    """The top idea with a third of the messages that say something, and twice those of the next."""
    sizes = sorted(((len(inputs.messages_under[i]), i) for i in inputs.tops), reverse=True)
    total = len(np.unique(inputs.activity.of_message))
    if len(sizes) < 2 or sizes[0][0] < max(DOMINANT * total, TWICE * sizes[1][0]):
        return []
    return [sizes[0][1]]


def _issues(inputs: AlertInputs, *, is_mature: bool) -> list[int]:
    """Ideas with sub-ideas, of which three or more have an argument, or fewer."""
    found = []
    for idea, below in inputs.children.items():
        if below and idea in inputs.messages_under:
            n = sum(_has_argument(inputs, child) for child in below)
            if (n >= MATURE) is is_mature:
                found.append(idea)
    return found


def _has_argument(inputs: AlertInputs, idea: int) -> bool:
    rows = inputs.messages_under.get(idea)
    if rows is None:
        return False
    takes_side = bool((inputs.activity.sides[rows] != 0).any())
    return takes_side or not inputs.argued.isdisjoint(rows.tolist())


def _divided(inputs: AlertInputs, *, is_top: bool) -> list[int]:
    """Ideas over which opinion is divided, at the top or below."""
    ideas = [idea for idea in inputs.messages_under if (idea in inputs.tops) is is_top]
    return [idea for idea in ideas if _is_divided(inputs, idea)]


def _is_divided(inputs: AlertInputs, idea: int) -> bool:
    """Whether at least some voices take either side, and neither is a small minority."""
    rows, activity = inputs.messages_under[idea], inputs.activity
    sides = [len(np.unique(activity.voices[rows[activity.sides[rows] == s]])) for s in (1, -1)]
    total = sum(sides)
    return total >= LEAST_VOICES and min(sides) >= MINORITY * total


def _inactive(inputs: AlertInputs) -> list[int]:
    """Proactive voices who were silent for the last quarter of the time, the latest first."""
    activity = inputs.activity
    known = activity.posted[activity.posted != UNKNOWN_TIME]
    first = int(known.min())
    if inputs.reference - first < LEAST_SPAN * DAY:
        return []
    limit = inputs.reference - QUIET_SHARE * (inputs.reference - first)
    last: dict[int, int] = {}
    for voice in inputs.proactive:
        posted = activity.posted[(activity.voices == voice) & (activity.posted != UNKNOWN_TIME)]
        if len(posted) and int(posted.max()) < limit:
            last[voice] = int(posted.max())
    return sorted(last, key=lambda voice: (-last[voice], voice))


@dataclass(frozen=True, slots=True)
class _Rule:
    """How the cases of one kind are found."""

    of: Literal["ideas", "messages", "voices"]
    """What a case is."""
    needs: tuple[Missing, ...]
    find: Callable[[AlertInputs], list[int]]


_REPLIES, _SIDES, _ARGUMENTS, _DATES, _IDEAS = Missing
_RULES: Mapping[Kind, _Rule] = {
    Kind.IGNORED_POST: _Rule("messages", (_REPLIES, _DATES), _ignored),
    Kind.HOT_POST: _Rule("messages", (_REPLIES,), _hot),
    Kind.ORPHANED_IDEA: _Rule("ideas", (_IDEAS, _REPLIES), _orphaned),
    Kind.DOMINANT_IDEA: _Rule("ideas", (_IDEAS,), _dominant),
    Kind.MATURE_ISSUE: _Rule("ideas", (_IDEAS, _ARGUMENTS), partial(_issues, is_mature=True)),
    Kind.IMMATURE_ISSUE: _Rule("ideas", (_IDEAS, _ARGUMENTS), partial(_issues, is_mature=False)),
    Kind.CONTENTIOUS_ISSUE: _Rule("ideas", (_IDEAS, _SIDES), partial(_divided, is_top=True)),
    Kind.CONTROVERSIAL_IDEA: _Rule("ideas", (_IDEAS, _SIDES), partial(_divided, is_top=False)),
    Kind.INACTIVE_VOICE: _Rule("voices", (_DATES,), _inactive),
}


def alerts_of(inputs: AlertInputs) -> tuple[Alert, ...]:
    """One of each kind, in the order of ``Kind``."""
    return tuple(_alert(kind, rule, inputs) for kind, rule in _RULES.items())


def _alert(kind: Kind, rule: _Rule, inputs: AlertInputs) -> Alert:
    for what in rule.needs:
        if inputs.lacks(what):
            return Alert(kind=kind, missing=what)
    cases = rule.find(inputs)
    first = tuple(cases[:MOST_CASES])
    return Alert(
        kind=kind,
        n=len(cases),
        ideas=first if rule.of == "ideas" else (),
        messages=first if rule.of == "messages" else (),
        voices=first if rule.of == "voices" else (),
    )
