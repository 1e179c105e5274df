"""A discussion as it stands in the file now, with all that is computed from it once and cached.

Pages and API begin with a ``Snapshot`` (``web.http.store.find_snapshot``) and hand it to the other
services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

import numpy as np
from flask_babel import get_locale
from numpy.typing import NDArray

from synth.analytics.activity import Threads, messages_under, passages_under, threads_of
from synth.analytics.explanation import MapDirections, map_directions
from synth.analytics.periods import Calendar, calendar_of
from synth.analytics.relations import Pair, Relations, nearness_of, relations_of
from synth.records import IdeaVoices, Placement, Unplaced
from synth.search.filters import MessageColumns, message_columns
from synth.store import Discussion, Store
from synth.store.activity import REASONS, Activity
from web.http.discussion_cache import cached
from web.services.outline import Branch, Outline
from web.services.since import Since
from web.services.trends import Spark, spark
from web.ui.query import Paging

T = TypeVar("T")


class _Cached(Generic[T]):
    """A property that is computed once for each version of the discussion."""

    def __init__(self, make: Callable[[Snapshot], T]) -> None:
        self._make = make

    def __get__(self, snapshot: Snapshot, _owner: type[Snapshot]) -> T:
        return snapshot.cached(self._make.__name__, partial(self._make, snapshot))


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaFacts:
    """What stands beside an idea in the outline."""

    spark: Spark | None
    carriers: IdeaVoices | None
    """None where the map was built by an earlier version."""
    n_new: int | None = None
    """Messages since the day that the address names; None where it names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One discussion as one request sees it."""

    store: Store
    discussion: Discussion

    @property
    def id(self) -> int:
        """Of the discussion."""
        return self.discussion.id

    def cached(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for each version of the discussion."""
        return cached(self.store, self.discussion, name, make)

    @_Cached
    def outline(self) -> Outline:
        """The ideas that readers see."""
        return Outline(self.store.ideas.outline(self.id), self.store.ideas.languages(self.id))

    @_Cached
    def activity(self) -> Activity:
        """Every message and passage as columns."""
        return self.store.activity.of(self.id)

    @_Cached
    def columns(self) -> MessageColumns:
        """All messages with what they can be filtered by."""
        languages = self.store.messages.languages(self.id)
        return message_columns(self.activity, languages)

    @_Cached
    def arrivals(self) -> NDArray[np.int64]:
        """(n_messages,) seconds: when each came into the file."""
        return self.store.activity.arrivals(self.id)

    @_Cached
    def calendar(self) -> Calendar | None:
        """None where no message has a date."""
        return calendar_of(self.activity.posted)

    @_Cached
    def messages_by_idea(self) -> Mapping[int, NDArray[np.intp]]:
        """Idea → rows of the messages that say something under it."""
        return messages_under(self.activity, self.outline.leaves_under())

    @_Cached
    def counts(self) -> Mapping[int, tuple[int, ...]]:
        """Idea → messages in each period of the calendar; empty without one."""
        calendar, posted = self.calendar, self.activity.posted
        if calendar is None:
            return {}
        return {
            idea: tuple(calendar.counts(posted[rows]).tolist())
            for idea, rows in self.messages_by_idea.items()
        }

    @_Cached
    def relations(self) -> Relations:
        """Who answers whom, between ideas."""
        return relations_of(self.activity, self.messages_by_idea)

    @_Cached
    def threads(self) -> Threads:
        """The figures of every thread."""
        return threads_of(self.activity)

    @_Cached
    def directions(self) -> MapDirections:
        """What explains why passages stand where they stand."""
        return map_directions(self.store, self.discussion.id, self.activity)

    @_Cached
    def nearness(self) -> Mapping[Pair, float]:
        """How near ideas lie to one another; empty where no directions are known."""
        directions = self.directions
        centroids = dict(zip(directions.ideas, directions.centroids, strict=True))
        found, counts = np.unique(self.activity.leaves, return_counts=True)
        sizes = dict(zip(found.tolist(), counts.tolist(), strict=True))
        return nearness_of(centroids, self.outline.leaves_under(), sizes)

    @_Cached
    def places(self) -> NDArray[np.float32]:
        """(n_passages, 2) places on the map in the order of the columns; NaN for none."""
        rows = self.store.passages.positions(self.id)
        return np.array(rows, dtype=np.float32).reshape(len(rows), 2)

    def rows(self, branch: Branch) -> NDArray[np.intp]:
        """Rows of the passages under an idea that readers see."""
        return passages_under(self.activity, branch.subtree_ids)

    def successor(self, idea_id: int) -> int | None:
        """The idea that a merged one lives on in; None for others, and where it is not shown."""
        if idea_id in self.outline:
            return None
        found = self.store.corrections.merged_into(idea_id)
        return found if found in self.outline else None

    def unplaced(self) -> NDArray[np.intp]:
        """Rows of the passages about the question under no idea that readers see."""
        shown = [branch.idea.id for branch in self.outline.in_order()]
        is_placed = np.isin(self.activity.leaves, np.array(shown, dtype=np.int64))
        return np.flatnonzero(~is_placed & self.activity.is_about)

    def not_about(self, reason: Unplaced | None = None) -> NDArray[np.intp]:
        """Rows of the passages that are not about the question, all or those of one reason."""
        if reason is None:
            return np.flatnonzero(~self.activity.is_about)
        return np.flatnonzero(self.activity.reasons == REASONS.index(reason))

    def counts_of_reasons(self) -> Mapping[Unplaced, int]:
        """How many passages are not about the question, by reason, those of most first."""
        found = Counter(REASONS[place] for place in self.activity.reasons.tolist() if place >= 0)
        return {reason: n for reason, n in found.most_common() if not reason.is_about}

    def placements(self, rows: NDArray[np.intp], paging: Paging) -> list[Placement]:
        """The passages of one page of these rows."""
        here = rows[paging.offset : paging.offset + paging.size]
        return self.passages(self.activity.passages[here].tolist())

    def passages(self, ids: Sequence[int]) -> list[Placement]:
        """Those with these ids in this order; one that is gone meanwhile is left out."""
        there = self.store.ideas.passages(ids)
        return [there[i] for i in ids if i in there]

    def times(self, since: Since) -> NDArray[np.int64]:
        """(n_messages,) seconds: when each was posted or came to the file, as ``since`` counts."""
        return self.arrivals if since.is_by_arrival else self.activity.posted

    def facts(self, since: Since | None = None) -> Mapping[int, IdeaFacts]:
        """By idea id, in the language of the page."""
        name = f"facts {get_locale()}"
        facts = self.cached(name, self._facts)
        if since is None or since.moment is None:
            return facts
        is_new, under = self.times(since) > since.after, self.messages_by_idea
        return {
            idea: replace(found, n_new=int(is_new[under[idea]].sum()) if idea in under else 0)
            for idea, found in facts.items()
        }

    def _facts(self) -> Mapping[int, IdeaFacts]:
        carriers = self.store.repetitions.voices(self.id)
        return {
            branch.idea.id: IdeaFacts(
                spark=spark(self.calendar, self.counts.get(branch.idea.id, ())),
                carriers=carriers.get(branch.idea.id),
            )
            for branch in self.outline.in_order()
        }
