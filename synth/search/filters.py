"""Which messages fit the filters of a search, and how many would fit others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from synth.records import ExtractState, Nature
from synth.store import ExtractMark
from synth.store.activity import UNKNOWN_TIME, Activity

Mask = NDArray[np.bool_]
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageColumns:
    """The messages of a discussion with all that they can be filtered by."""

    activity: Activity
    languages: NDArray[np.int16]
    """(n_messages,) row in ``tags``; -1 where nobody knows."""
    tags: tuple[str, ...]

    def rows(self, message_ids: Sequence[int]) -> NDArray[np.intp]:
        """Rows of messages; those that are not there are left out."""
        known = self.activity.messages
        ids = np.asarray(message_ids, dtype=np.int64)
        ids = ids[np.isin(ids, known)]
        return np.searchsorted(known, ids)


def message_columns(activity: Activity, languages: Mapping[int, str | None]) -> MessageColumns:
    """``languages``: message id → language."""
    tags = sorted({tag for tag in languages.values() if tag})
    number = {tag: row for row, tag in enumerate(tags)}
    codes = [number.get(languages.get(i) or "", -1) for i in activity.messages.tolist()]
    return MessageColumns(
        activity=activity, languages=np.array(codes, dtype=np.int16), tags=tuple(tags)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What messages and passages have to fit; None and False let everything pass."""

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


class FilterMasks:
    """The mask of each filter, so that any of them may be left out."""

    def __init__(
        self, columns: MessageColumns, filters: Filters, marks: Sequence[ExtractMark]
    ) -> None:
        self._activity = columns.activity
        self._of_messages = _message_masks(columns, filters, marks)
        self._of_passages = _passage_masks(columns.activity, filters)

    def messages(self, *, without: str = "") -> Mask:
        """(n_messages,) which ones fit all filters; ``without`` names one that is left out."""
        fits = _all_of(self._of_messages, without, n=len(self._activity.messages))
        if self._of_passages.keys() - {without}:
            holds = np.zeros(len(fits), dtype=np.bool_)
            holds[self._activity.of_message[self._passages_alone(without)]] = True
            fits &= holds
        return fits

    def passages(self, *, without: str = "") -> Mask:
        """(n_passages,) which ones fit, and stand in messages that fit."""
        fits: Mask = self.messages(without=without)[self._activity.of_message]
        return fits & self._passages_alone(without)

    def _passages_alone(self, without: str) -> Mask:
        return _all_of(self._of_passages, without, n=len(self._activity.passages))


def _all_of(masks: Mapping[str, Mask], without: str, *, n: int) -> Mask:
    """(n,) what is in every mask but the one named."""
    inside = [mask for name, mask in masks.items() if name != without]
    fits: Mask = np.logical_and.reduce([np.ones(n, dtype=np.bool_), *inside])
    return fits


def _message_masks(
    columns: MessageColumns, filters: Filters, marks: Sequence[ExtractMark]
) -> dict[str, Mask]:
    activity, masks = columns.activity, {}
    if filters.voice is not None:
        masks["author"] = activity.voices == filters.voice
    if filters.thread is not None:
        masks["thread"] = activity.threads == filters.thread
    if filters.language is not None:
        tags = columns.tags
        code = tags.index(filters.language) if filters.language in tags else -2
        masks["language"] = columns.languages == code
    if filters.first is not None:
        masks["period"] = activity.posted >= _seconds(filters.first)
    if filters.last is not None:
        end = _seconds(filters.last) + DAY
        masks["period ends"] = (activity.posted < end) & (activity.posted != UNKNOWN_TIME)
    for name in ("nature", "state"):
        if getattr(filters, name) is not None:
            masks[name] = _with_extract(columns, filters, marks)
    return masks


def _with_extract(columns: MessageColumns, filters: Filters, marks: Sequence[ExtractMark]) -> Mask:
    """Messages with an extract of the nature and in the state that are asked for."""
    mask = np.zeros(len(columns.activity.messages), dtype=np.bool_)
    chosen = [
        mark.message_id
        for mark in marks
        if filters.nature in (None, mark.nature) and filters.state in (None, mark.state)
    ]
    mask[columns.rows(chosen)] = True
    return mask


def _passage_masks(activity: Activity, filters: Filters) -> dict[str, Mask]:
    masks = {}
    if filters.leaves is not None:
        masks["idea"] = np.isin(activity.leaves, np.array(filters.leaves, dtype=np.int64))
    if filters.is_unplaced:
        masks["unplaced"] = (activity.leaves == 0) & activity.is_about
    return masks


def count_values(
    values: NDArray[np.int64] | NDArray[np.int16], rows: NDArray[np.intp]
) -> list[tuple[int, int]]:
    """(value, how many of the rows have it), the most frequent first, then the smallest."""
    found, counts = np.unique(values[rows], return_counts=True)
    return sorted(zip(found.tolist(), counts.tolist(), strict=True), key=lambda c: (-c[1], c[0]))


def count_ideas(
    rows: NDArray[np.intp], messages_under: Mapping[int, NDArray[np.intp]]
) -> dict[int, int]:
    """Idea → how many of the messages ``rows`` say something under it.

    ``messages_under``: idea → rows of all its messages.
    """
    return {idea: int(np.isin(own, rows).sum()) for idea, own in messages_under.items()}


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
