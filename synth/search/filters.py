"""Sift what was found: which messages fit the wishes, and how many would fit another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from synth.records import UNKNOWN_TIME, Activity, ExtractState, Nature
from synth.store import ExtractMark

Mask = NDArray[np.bool_]
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The messages of a discussion with what one may wish of them."""

    activity: Activity
    languages: NDArray[np.int16]
    """(n_messages,) row in ``tags``; -1 where nobody knows."""
    tags: tuple[str, ...]

    def rows(self, message_ids: Sequence[int]) -> NDArray[np.intp]:
        """Rows of messages; those that are not there are left out."""
        ids = np.asarray(message_ids, dtype=np.int64)
        places = np.searchsorted(self.activity.messages, ids)
        places = np.minimum(places, max(len(self.activity.messages) - 1, 0))
        if not len(self.activity.messages):
            return np.zeros(0, dtype=np.intp)
        return np.asarray(places[self.activity.messages[places] == ids], dtype=np.intp)


def said_of(activity: Activity, languages: Mapping[int, str | None]) -> Said:
    """``languages``: message id → language."""
    tags = sorted({tag for tag in languages.values() if tag})
    number = {tag: row for row, tag in enumerate(tags)}
    codes = [number.get(languages.get(i) or "", -1) for i in activity.messages.tolist()]
    return Said(activity=activity, languages=np.array(codes, dtype=np.int16), tags=tuple(tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is wished of messages and passages; None and False wish nothing."""

    leaves: tuple[int, ...] | None = None
    """Ideas, one of which a passage stands right under."""
    is_unplaced: bool = False
    voice: int | None = None
    thread: int | None = None
    language: str | None = None
    nature: Nature | None = None
    state: ExtractState | None = None
    first: date | None = None
    last: date | None = None


class Sieve:
    """The masks of every wish, so that each may be left out in turn."""

    def __init__(self, said: Said, wishes: Wishes, marks: Sequence[ExtractMark]) -> None:
        self._said = said
        self._wishes = wishes
        self._marks = marks
        self._of_messages = dict(self._message_masks())
        self._of_passages = dict(self._passage_masks())

    def messages(self, *, but: str = "") -> Mask:
        """(n_messages,) which ones fit all wishes, ``but`` for one that is named."""
        mask = np.ones(len(self._said.activity.messages), dtype=np.bool_)
        for name, own in self._of_messages.items():
            if name != but:
                mask &= own
        inside = [name for name in self._of_passages if name != but]
        if inside:
            holds = np.zeros(len(mask), dtype=np.bool_)
            holds[self._said.activity.of_message[self._inside(but)]] = True
            mask &= holds
        return mask

    def passages(self, *, but: str = "") -> Mask:
        """(n_passages,) which ones fit, and stand in messages that fit."""
        fits: Mask = self.messages(but=but)[self._said.activity.of_message]
        return fits & self._inside(but)

    def _inside(self, but: str) -> Mask:
        mask = np.ones(len(self._said.activity.passages), dtype=np.bool_)
        for name, own in self._of_passages.items():
            if name != but:
                mask &= own
        return mask

    def _message_masks(self) -> list[tuple[str, Mask]]:
        wishes, activity = self._wishes, self._said.activity
        found: list[tuple[str, Mask]] = []
        if wishes.voice is not None:
            found.append(("author", activity.voices == wishes.voice))
        if wishes.thread is not None:
            found.append(("thread", activity.threads == wishes.thread))
        if wishes.language is not None:
            tags = self._said.tags
            code = tags.index(wishes.language) if wishes.language in tags else -2
            found.append(("language", self._said.languages == code))
        if wishes.first is not None:
            found.append(("period", activity.posted >= _seconds(wishes.first)))
        if wishes.last is not None:
            end = _seconds(wishes.last) + DAY
            is_before = (activity.posted < end) & (activity.posted != UNKNOWN_TIME)
            found.append(("period ends", is_before))
        if wishes.nature is not None:
            found.append(("nature", self._with_extract(nature=wishes.nature, state=wishes.state)))
        if wishes.state is not None:
            found.append(("state", self._with_extract(nature=wishes.nature, state=wishes.state)))
        return found

    def _passage_masks(self) -> list[tuple[str, Mask]]:
        wishes, leaves = self._wishes, self._said.activity.leaves
        found: list[tuple[str, Mask]] = []
        if wishes.leaves is not None:
            found.append(("idea", np.isin(leaves, np.array(wishes.leaves, dtype=np.int64))))
        if wishes.is_unplaced:
            found.append(("unplaced", leaves == 0))
        return found

    def _with_extract(self, *, nature: Nature | None, state: ExtractState | None) -> Mask:
        mask = np.zeros(len(self._said.activity.messages), dtype=np.bool_)
        chosen = [
            e.message_id
            for e in self._marks
            if nature in (None, e.nature) and state in (None, e.state)
        ]
        mask[self._said.rows(chosen)] = True
        return mask


def count_values(
    values: NDArray[np.int64] | NDArray[np.int16], rows: NDArray[np.intp]
) -> list[tuple[int, int]]:
    """(value, how many of the rows have it), the most frequent first, then the smallest."""
    found, counts = np.unique(values[rows], return_counts=True)
    return sorted(zip(found.tolist(), counts.tolist(), strict=True), key=lambda c: (-c[1], c[0]))


def count_ideas(
    activity: Activity, rows: NDArray[np.intp], leaves_under: Mapping[int, Sequence[int]]
) -> dict[int, int]:
    """Idea → how many of the messages ``rows`` say something under it; 0 stands for no idea."""
    is_chosen = np.zeros(len(activity.messages), dtype=np.bool_)
    is_chosen[rows] = True
    inside = np.flatnonzero(is_chosen[activity.of_message])
    ids, of = np.unique(activity.leaves[inside], return_inverse=True)
    table = np.zeros((len(ids), len(activity.messages)), dtype=np.bool_)
    table[of, activity.of_message[inside]] = True
    place = {leaf: row for row, leaf in enumerate(ids.tolist())}
    found = {0: int(table[place[0]].sum()) if 0 in place else 0}
    for idea, leaves in leaves_under.items():
        own = [place[leaf] for leaf in leaves if leaf in place]
        found[idea] = int(table[own].any(axis=0).sum()) if own else 0
    return found


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
