"""The meaning of a discussion: its semantic index, read in the background and cached."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from flask import Flask, current_app
from flask_babel import gettext as _
from numpy.typing import NDArray

from synth.errors import ModelMissing, SynthError
from synth.search.filters import MessageColumns
from synth.search.nearness import Evidence, language_of_point
from synth.search.semantic import (
    IdeaCentroids,
    NearIdea,
    SemanticIndex,
    centroids_of,
    near_ideas,
)
from synth.search.semantic_index import read_semantic_index
from synth.store import Store, open_store
from web.http.answer_cache import do_not_cache
from web.http.discussion_cache import DiscussionCache
from web.services.snapshot import Snapshot

log = logging.getLogger(__name__)
PATIENCE = 20.0
"""Seconds that a reader waits while a meaning is being read; a large discussion takes eight."""
RETRY_AFTER = 60.0
"""Seconds after which what could not be read is tried again."""
Trouble = Literal["", "loading", "unreadable"]
"""Why meaning cannot be looked at; empty where it can."""
Version = tuple[int, int, int]
"""The run that made the map, how many people were erased since the file began, and a number for the
messages that are hidden."""


class NotReady(Exception):
    """The meaning is still being read."""


class Unreadable(Exception):
    """The meaning cannot be read: there is no map or no model. Says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """In place of a meaning, for a while."""

    problem: str
    at: float


class MeaningLoader:
    """Reads the meaning of discussions of one file, one at a time; many readers may wait for it."""

    def __init__(
        self,
        db: Path,
        *,
        cache: DiscussionCache | None = None,
        read: Callable[[Store, int], SemanticIndex] = read_semantic_index,
        patience: float = PATIENCE,
    ) -> None:
        self._db = db
        self._cache = cache or DiscussionCache()
        self._read = read
        self.patience = patience

    def get(self, discussion_id: int, version: Version, *, wait: float) -> SemanticIndex:
        """Raises NotReady after ``wait`` seconds, Unreadable where it never will be."""
        found = self._found(discussion_id, version, wait)
        if isinstance(found, _Failure) and time.monotonic() - found.at > RETRY_AFTER:
            self._cache.discard((discussion_id, "meaning"))
            found = self._found(discussion_id, version, wait)
        if isinstance(found, _Failure):
            raise Unreadable(found.problem)
        return found

    def _found(self, discussion_id: int, version: Version, wait: float) -> SemanticIndex | _Failure:
        read = partial(self._read_now, discussion_id)
        try:
            return self._cache.submit((discussion_id, "meaning"), version, read).result(wait)
        except (TimeoutError, CancelledError):
            raise NotReady from None

    def _read_now(self, discussion_id: int) -> SemanticIndex | _Failure:
        try:
            with open_store(self._db) as store:
                return self._read(store, discussion_id)
        except (SynthError, ModelMissing) as error:
            problem = str(error)
        except Exception:
            log.exception("The meaning of a discussion could not be read")
            problem = "something unforeseen went wrong; the log has the details"
        return _Failure(problem=problem, at=time.monotonic())


def init_app(app: Flask) -> None:
    """Call it after ``discussion_cache.init_app``."""
    cache: DiscussionCache = app.extensions["discussion_cache"]
    app.extensions["meanings"] = MeaningLoader(Path(app.config["DB"]), cache=cache)


def meaning_of(snapshot: Snapshot, *, wait: float | None = None) -> SemanticIndex:
    """What the discussion's passages mean to the model of its map.

    Raises as ``MeaningLoader.get``, after its patience where ``wait`` says nothing else.
    """
    run = snapshot.store.runs.last(snapshot.id)
    if run is None:
        raise Unreadable(_("there is no map yet"))
    loader: MeaningLoader = current_app.extensions["meanings"]
    store = snapshot.store
    n_erased = len(store.participants.erased_keys(snapshot.id))
    hidden = tuple(store.hidden.rulings(snapshot.id))
    version = (run.id, n_erased, hash(hidden) if hidden else 0)
    return loader.get(snapshot.id, version, wait=loader.patience if wait is None else wait)


def begin_reading(snapshot: Snapshot) -> None:
    """Read the meaning in the background: somebody is about to ask for it."""
    try:
        meaning_of(snapshot, wait=0.0)
    except (NotReady, Unreadable):
        return


def find_meaning(snapshot: Snapshot) -> tuple[SemanticIndex | None, Trouble, str]:
    """(meaning, trouble, reason): without a meaning, what the trouble is, and why where the
    meaning cannot be read.

    The answer to this request is then not kept for other readers: it lacks what they may get.
    """
    try:
        return meaning_of(snapshot), "", ""
    except NotReady:
        do_not_cache()
        return None, "loading", ""
    except Unreadable as problem:
        do_not_cache()
        return None, "unreadable", str(problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedMeaning:
    """What passages mean, in the order of the columns of the activity."""

    rows: NDArray[np.intp]
    """(n_passages,) row in the meaning, -1 for passages that it does not know."""
    centroids: IdeaCentroids

    def cosines(self, known: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of the meaning's passages in the order of the columns, -1 where there is none."""
        if not len(known):
            return np.full(len(self.rows), -1, dtype=np.float32)
        found = np.where(self.rows >= 0, known[self.rows], np.float32(-1))
        return np.asarray(found, dtype=np.float32)


def aligned_meaning(snapshot: Snapshot, meaning: SemanticIndex) -> AlignedMeaning:
    """The row in the meaning of each passage of the activity, and the centroids of the ideas."""

    def find() -> AlignedMeaning:
        ids, leaves = snapshot.activity.passages, snapshot.activity.leaves
        order = np.argsort(ids, kind="stable")
        place = np.searchsorted(ids[order], meaning.passages)
        place = np.minimum(place, max(len(ids) - 1, 0))
        there = order[place] if len(ids) else place
        is_there = ids[there] == meaning.passages if len(ids) else np.zeros(0, dtype=np.bool_)
        rows = np.full(len(ids), -1, dtype=np.intp)
        rows[there[is_there]] = np.flatnonzero(is_there)
        known = np.where(is_there, leaves[there] if len(ids) else 0, 0)
        return AlignedMeaning(rows=rows, centroids=centroids_of(meaning.vectors, known))

    return snapshot.cached("aligned meaning", find)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How a text compares with what was said."""

    cosines: NDArray[np.float32]
    """(n_passages,) in the order of the columns; -1 for passages that the meaning lacks."""
    ideas: Sequence[NearIdea]
    """The nearest first."""
    evidence: Evidence | None
    """For somebody having said it; None where there is too little to tell."""


def compare(snapshot: Snapshot, meaning: SemanticIndex, text: str, *, n_ideas: int) -> Compared:
    """How near a text is to each passage, the nearest ideas, and what that says."""
    aligned = aligned_meaning(snapshot, meaning)
    vector = meaning.vector(text, language_of(text, snapshot.columns))
    own = meaning.cosines(vector)
    return Compared(
        cosines=aligned.cosines(own),
        ideas=near_ideas(vector, own, aligned.centroids, most=n_ideas),
        evidence=meaning.scale.evidence(
            vector,
            own,
            rows=aligned.rows[aligned.rows >= 0],
            letters=len(text),
            language=language_of_point(text),
        ),
    )


def language_of(text: str, columns: MessageColumns) -> str | None:
    """The language of a question; None for a short one, or in a discussion of one language."""
    return language_of_point(text) if len(columns.tags) > 1 else None
