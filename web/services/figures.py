"""What is counted over all that was said: when ideas were spoken about, by whom, beside what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from flask_babel import get_locale
from numpy.typing import NDArray

from synth.analytics.activity import Threads, messages_under, passages_under, threads_of
from synth.analytics.explanation import MapDirections, map_directions
from synth.analytics.periods import Calendar, calendar_of
from synth.analytics.relations import Pair, Relations, nearness_of, relations_of
from synth.records import Activity, IdeaVoices, Placement
from synth.store import Discussion, Store
from web.http.discussion_cache import cached
from web.services.outline import Branch, Outline
from web.services.since import Since, came_since
from web.services.trends import Spark, spark
from web.ui.query import Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one discussion as it is stored now."""

    activity: Activity
    calendar: Calendar | None
    """None where no message has a date."""
    counts: Mapping[int, tuple[int, ...]]
    """Idea id → messages in each stretch of the calendar; empty without one."""

    def rows(self, branch: Branch) -> NDArray[np.intp]:
        """Rows of the passages under an idea that readers see."""
        return passages_under(self.activity, branch.subtree_ids)

    def of_thread(self, thread_id: int) -> NDArray[np.int64]:
        """The leaf ideas of the passages of a thread, 0 for none."""
        threads = self.activity.threads[self.activity.of_message]
        found: NDArray[np.int64] = self.activity.leaves[threads == thread_id]
        return found

    def placements(self, store: Store, rows: NDArray[np.intp], paging: Paging) -> list[Placement]:
        """The passages of one page of these rows; one that is gone meanwhile is left out."""
        here = rows[paging.offset : paging.offset + paging.size]
        ids: list[int] = self.activity.passages[here].tolist()
        there = store.ideas.passages(ids)
        return [there[i] for i in ids if i in there]

    def unplaced(self, outline: Outline) -> NDArray[np.intp]:
        """Rows of the passages under no idea that readers see."""
        shown = [branch.idea.id for branch in outline.in_order()]
        return np.flatnonzero(~np.isin(self.activity.leaves, np.array(shown, dtype=np.int64)))


def figures_of(store: Store, discussion: Discussion, outline: Outline) -> Figures:
    return cached(store, discussion, "figures", lambda: _count(store, discussion, outline))


def relations(store: Store, discussion: Discussion, outline: Outline) -> Relations:
    """Who answers whom, between ideas."""
    activity = figures_of(store, discussion, outline).activity
    return cached(
        store,
        discussion,
        "relations",
        lambda: relations_of(activity, outline.leaves_under()),
    )


def threads_table(store: Store, discussion: Discussion, outline: Outline) -> Threads:
    """What one says of every thread in a line."""
    activity = figures_of(store, discussion, outline).activity
    return cached(store, discussion, "threads", lambda: threads_of(activity))


def directions(store: Store, discussion: Discussion, outline: Outline) -> MapDirections:
    """What explains why passages stand where they stand."""
    activity = figures_of(store, discussion, outline).activity
    return cached(
        store, discussion, "directions", lambda: map_directions(store, discussion.id, activity)
    )


def nearness(store: Store, discussion: Discussion, outline: Outline) -> Mapping[Pair, float]:
    """How near ideas lie to one another; empty where no directions are known."""
    activity = figures_of(store, discussion, outline).activity
    known = directions(store, discussion, outline)

    def make() -> Mapping[Pair, float]:
        centroids = dict(zip(known.ideas, known.centroids, strict=True))
        found, counts = np.unique(activity.leaves, return_counts=True)
        sizes = dict(zip(found.tolist(), counts.tolist(), strict=True))
        return nearness_of(centroids, outline.leaves_under(), sizes)

    return cached(store, discussion, "nearness", make)


def messages_by_idea(
    store: Store, discussion: Discussion, outline: Outline
) -> Mapping[int, NDArray[np.intp]]:
    """Idea → rows of the messages that say something under it."""
    activity = activity_of(store, discussion)
    return cached(
        store,
        discussion,
        "messages by idea",
        lambda: messages_under(activity, outline.leaves_under()),
    )


def activity_of(store: Store, discussion: Discussion) -> Activity:
    """Every message and passage as columns: read once for all that needs them."""
    return cached(store, discussion, "activity", lambda: store.activity.of(discussion.id))


def _count(store: Store, discussion: Discussion, outline: Outline) -> Figures:
    activity = activity_of(store, discussion)
    calendar = calendar_of(activity.posted)
    counts: dict[int, tuple[int, ...]] = {}
    if calendar is not None:
        for idea, rows in messages_by_idea(store, discussion, outline).items():
            counts[idea] = tuple(calendar.counts(activity.posted[rows]).tolist())
    return Figures(activity=activity, calendar=calendar, counts=counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stands beside an idea in the outline."""

    spark: Spark | None
    carriers: IdeaVoices | None
    """None where the map was built by an earlier version."""
    n_new: int | None = None
    """Messages since the day that the address names; None where it names none."""


def facts_of(
    store: Store, discussion: Discussion, outline: Outline, *, since: Since | None = None
) -> Mapping[int, Facts]:
    """By idea id, in the language of the page."""
    figures = figures_of(store, discussion, outline)

    def make() -> Mapping[int, Facts]:
        carriers = store.repetitions.voices(discussion.id)
        return {
            branch.idea.id: Facts(
                spark=spark(figures.calendar, figures.counts.get(branch.idea.id, ())),
                carriers=carriers.get(branch.idea.id),
            )
            for branch in outline.in_order()
        }

    facts = cached(store, discussion, f"facts {get_locale()}", make)
    if since is None or since.moment is None:
        return facts
    is_new = came_since(store, discussion, figures.activity, since)
    under = messages_by_idea(store, discussion, outline)
    return {
        idea: replace(found, n_new=int(is_new[under[idea]].sum()) if idea in under else 0)
        for idea, found in facts.items()
    }
