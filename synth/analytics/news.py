"""What is new in a discussion since a moment: messages, voices, and what became of its ideas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.records import Run
from synth.store.activity import UNKNOWN_TIME, Activity

ONCE_LIVELY = 3
"""An idea is quiet that had so many messages in an equally long time before, and none since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaNews:
    """What came under one idea."""

    idea_id: int
    n_new: int
    """Messages."""
    n_before: int
    n_new_voices: int
    """Voices that had said nothing under it before."""

    @property
    def is_new(self) -> bool:
        """Whether nothing was said under it before."""
        return self.n_before == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of an idea in a rebuild."""

    idea_id: int
    title: str
    """Its title then; the map may not have it any more."""
    into: tuple[int, ...] = ()
    """Ids of what it was split into, or the one it was merged into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """All that is new."""

    n_messages: int
    n_voices: int
    """Voices in the new messages."""
    n_new_voices: int
    """Those of them that had never spoken before."""
    n_threads: int
    """Threads with new messages."""
    n_new_threads: int
    """Those of them that begin with one."""
    newest: tuple[int, ...]
    """Ids of the newest messages, the newest first."""
    ideas: tuple[IdeaNews, ...]
    """Ideas with new messages, those of most first."""
    quiet: tuple[int, ...]
    """Ideas that had messages in an equally long time before, and none since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """What rebuilds made of the ideas of earlier maps."""

    born: tuple[int, ...] = ()
    split: tuple[Fate, ...] = ()
    merged: tuple[Fate, ...] = ()
    gone: tuple[Fate, ...] = ()


def news_since(
    activity: Activity,
    when: NDArray[np.int64],
    moment: int,
    *,
    messages_under: Mapping[int, NDArray[np.intp]],
    most: int,
) -> News:
    """What came after ``moment``, in seconds since 1970.

    ``when`` (n_messages,): when each message counts as having come, ``UNKNOWN_TIME`` where nobody
    knows: it is not new then. ``messages_under``: idea → rows of its messages.
    ``most``: how many of the newest messages are named.
    """
    is_new = when > moment
    rows = np.flatnonzero(is_new)
    order = rows[np.lexsort((-rows, -when[rows]))]
    voices = np.unique(activity.voices[rows])
    threads = np.unique(activity.threads[rows])
    ideas, quiet = _ideas(activity, when, moment, messages_under)
    return News(
        n_messages=len(rows),
        n_voices=len(voices),
        n_new_voices=len(np.setdiff1d(voices, activity.voices[~is_new])),
        n_threads=len(threads),
        n_new_threads=len(np.intersect1d(threads, activity.messages[rows])),
        newest=tuple(activity.messages[order[:most]].tolist()),
        ideas=tuple(sorted(ideas, key=lambda one: (-one.n_new, one.idea_id))),
        quiet=quiet,
    )


def _ideas(
    activity: Activity,
    when: NDArray[np.int64],
    moment: int,
    messages_under: Mapping[int, NDArray[np.intp]],
) -> tuple[list[IdeaNews], tuple[int, ...]]:
    """Ideas with something new, and those that fell silent."""
    known = when[when != UNKNOWN_TIME]
    last = int(known.max()) if len(known) else moment
    as_long = moment - max(last - moment, 0)
    found: list[IdeaNews] = []
    quiet: list[int] = []
    for idea, rows in messages_under.items():
        new, old = rows[when[rows] > moment], rows[when[rows] <= moment]
        if len(new):
            voices = np.setdiff1d(activity.voices[new], activity.voices[old])
            found.append(
                IdeaNews(idea_id=idea, n_new=len(new), n_before=len(old), n_new_voices=len(voices))
            )
        elif last > moment and int((when[old] > as_long).sum()) >= ONCE_LIVELY:
            quiet.append(idea)
    return found, tuple(quiet)


def fates_of(runs: Sequence[Run]) -> Fates:
    """What these builds, later ones last, say of the ideas of earlier maps."""
    # The outcome of an early version has counts only.
    by_run = [found for run in runs if isinstance(found := run.outcome.get("became"), Mapping)]

    def fates(name: str) -> tuple[Fate, ...]:
        return tuple(_fate(facts) for became in by_run for facts in became.get(name, ()))

    born = [int(idea) for became in by_run for idea in became.get("born", ())]
    return Fates(
        born=tuple(dict.fromkeys(born)),
        split=fates("split"),
        merged=fates("merged"),
        gone=fates("gone"),
    )


def _fate(facts: Mapping[str, Any]) -> Fate:
    into = facts.get("into", ())
    parts = (into,) if isinstance(into, int) else tuple(into)
    return Fate(idea_id=int(facts["id"]), title=str(facts["title"]), into=parts)
