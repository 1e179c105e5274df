"""Who takes part in a discussion, how evenly, and how lively it and its ideas are.

The shares and the bands of group size follow Jean-Michel Cornu's rules for large groups; the lights
are those of the CATALYST project's dashboard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from synth.analytics.periods import DAY
from synth.store.activity import UNKNOWN_TIME, Activity

HALF = 0.5
"""Share of the messages that the proactive voices wrote together."""
STEPS = (1, 5, 20, 100)
"""Upper ends of the groups of voices by how much they wrote; the last group has none."""
FEW_PEOPLE, ENOUGH_PEOPLE = 3, 5
RECENT_DAYS, OLD_DAYS = 5, 14


class Band(StrEnum):
    """The size of a group, which decides how it can be facilitated."""

    DOZEN = "dozen"
    HUNDRED = "hundred"
    THOUSANDS_TO_COME = "thousands to come"
    THOUSANDS = "thousands"
    TENS_OF_THOUSANDS = "tens of thousands"


_BANDS = ((12, Band.DOZEN), (100, Band.HUNDRED), (2_000, Band.THOUSANDS_TO_COME),
          (10_000, Band.THOUSANDS))  # fmt: skip


class Light(StrEnum):
    """A traffic light."""

    RED = "red"
    ORANGE = "orange"
    GREEN = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Voices that wrote about as much."""

    least: int
    most: int | None
    """Messages of each voice; None: no upper end."""
    n_voices: int
    n_messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """How a discussion is shared out among its voices."""

    n_voices: int
    n_messages: int
    """Messages that say something."""
    n_proactive: int
    """The fewest voices that together wrote half of the messages."""
    n_reactive: int
    """All others who wrote."""
    n_started: int
    """Voices that started a thread."""
    top_share: float
    """0..1 of the messages, by the most active voice."""
    top_ten_share: float
    groups: tuple[Group, ...]
    """From those who wrote least to those who wrote most; empty groups are left out."""
    proactive: tuple[int, ...]
    """Numbers of the proactive voices, those who wrote most first."""
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How lively something is on the reference day."""

    n_voices: int
    n_days: int | None
    """Since the last message; None where no message has a date."""

    @property
    def participation(self) -> Light:
        """Red under three voices, orange up to five, green above."""
        if self.n_voices < FEW_PEOPLE:
            return Light.RED
        return Light.ORANGE if self.n_voices <= ENOUGH_PEOPLE else Light.GREEN

    @property
    def contribution(self) -> Light | None:
        """Green up to five days after the last message, orange up to fourteen, then red."""
        if self.n_days is None:
            return None
        if self.n_days <= RECENT_DAYS:
            return Light.GREEN
        return Light.ORANGE if self.n_days <= OLD_DAYS else Light.RED


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what was said stands on the map; shares 0..1."""

    passages: float
    messages: float
    """With a passage under an idea, of those that have passages."""
    voices: float
    n_left_out: int
    """Voices without any passage under an idea."""


def participation_of(activity: Activity) -> Participation:
    """Figures over every message that has words or an author; the others have been erased."""
    said = np.zeros(len(activity.messages), dtype=np.bool_)
    said[activity.of_message] = True
    said |= activity.voices > 0
    voices, counts = np.unique(activity.voices[said], return_counts=True)
    order = np.lexsort((voices, -counts))
    sizes = counts[order]
    n = int(sizes.sum())
    n_proactive = int(np.searchsorted(np.cumsum(sizes), HALF * n)) + 1 if n else 0
    roots = said & (activity.threads == activity.messages)
    return Participation(
        n_voices=len(voices),
        n_messages=n,
        n_proactive=n_proactive,
        n_reactive=len(voices) - n_proactive,
        n_started=len(np.unique(activity.voices[roots])),
        top_share=float(sizes[0] / n) if n else 0.0,
        top_ten_share=float(sizes[:10].sum() / n) if n else 0.0,
        groups=_groups(sizes),
        proactive=tuple(voices[order[:n_proactive]].tolist()),
        band=band_of(len(voices)),
    )


def band_of(n_voices: int) -> Band:
    """The band of a group: up to 12, 100, 2,000, 10,000 voices, or more."""
    return next((band for most, band in _BANDS if n_voices <= most), Band.TENS_OF_THOUSANDS)


def _groups(sizes: NDArray[np.int64]) -> tuple[Group, ...]:
    found = []
    for least, most in zip((1, *(step + 1 for step in STEPS)), (*STEPS, None), strict=True):
        inside = sizes[(sizes >= least) & (sizes <= (most or np.inf))]
        if len(inside):
            found.append(
                Group(
                    least=least,
                    most=most,
                    n_voices=len(inside),
                    n_messages=int(inside.sum()),
                )
            )
    return tuple(found)


def pulse_of(activity: Activity, rows: NDArray[np.intp], *, reference: int) -> Pulse:
    """Of the messages ``rows``, seen from ``reference`` (seconds since 1970)."""
    posted = activity.posted[rows]
    known = posted[posted != UNKNOWN_TIME]
    return Pulse(
        n_voices=len(np.unique(activity.voices[rows])),
        n_days=max(0, (reference - int(known.max())) // DAY) if len(known) else None,
    )


def coverage_of(activity: Activity, shown: Sequence[int]) -> Coverage:
    """How much of what is about the question stands under the ideas ``shown`` to readers."""
    placed = np.isin(activity.leaves, np.asarray(shown, dtype=np.int64))
    is_about = activity.is_about
    messages = np.unique(activity.of_message[is_about])
    covered = np.unique(activity.of_message[placed])
    n_voices = len(np.unique(activity.voices[messages]))
    n_covered = len(np.unique(activity.voices[covered]))
    return Coverage(
        passages=_share(int(placed.sum()), int(is_about.sum())),
        messages=_share(len(covered), len(messages)),
        voices=_share(n_covered, n_voices),
        n_left_out=n_voices - n_covered,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
