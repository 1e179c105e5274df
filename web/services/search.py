"""Answer a search: what was found, in which order, and which of it fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray

from synth.search.filters import FilterMasks, Filters, MessageColumns, message_columns
from synth.search.ranking import Ranked, Scores, newest_first, ranked
from synth.search.semantic import IdeaCentroids, NearIdea, SemanticIndex, centroids_of, near_ideas
from synth.store import Discussion, ExtractMark, Store
from synth.store import Ranked as Worded
from web.http.answer_cache import do_not_cache
from web.http.discussion_cache import cached
from web.services.figures import activity_of, leaves
from web.services.outline import Outline
from web.services.search_query import Ask, Mode, Sort
from web.services.semantic_search import NotReady, Unreadable, meaning_of

NO_VOICE = -(2**40)
"""Nobody's number: a pseudonym that nobody bears finds nothing."""
N_IDEAS = 3
_LEAST = np.float32(1e-6)
SURE_WORDS = 4
"""A question of fewer words does not tell its language."""
Trouble = Literal["", "loading", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a search, before any of it is read from the store."""

    columns: MessageColumns
    masks: FilterMasks
    scores: Scores
    found: Ranked
    words: Mapping[int, Worded]
    """By message id, those that hold all the words."""
    ideas: Sequence[NearIdea]
    """Near by meaning."""
    trouble: Trouble
    """Why meaning was not looked at though it was asked for."""
    why: str
    marks: Sequence[ExtractMark]
    """Which messages hold which extracts."""

    def rows_without(self, name: str) -> NDArray[np.intp]:
        """Rows of the messages that would be found without one filter."""
        return ranked(
            self.columns.activity,
            self.scores,
            messages=self.masks.messages(without=name),
            passages=self.masks.passages(without=name),
        ).rows


def answer(store: Store, discussion: Discussion, outline: Outline, ask: Ask) -> Answer:
    """Look for what is asked. Meaning is left out, and why is told, where it cannot be had."""
    columns = columns_of(store, discussion)
    marks = store.extracts.marks(discussion.id)
    masks = FilterMasks(columns, filters_of(store, discussion, outline, ask), marks)
    meaning, trouble, why = _meaning(store, discussion, ask)
    cosines: NDArray[np.float32] | None = None
    ideas: Sequence[NearIdea] = ()
    if meaning is not None:
        cosines, ideas = _meant(store, discussion, columns, meaning, ask.query)
    every, some = _worded(store, discussion, ask, has_meaning=meaning is not None)
    scores = Scores(
        all_words=None if every is None else _scores(columns, every),
        any_words=None if some is None else _scores(columns, some),
        cosines=cosines,
    )
    found = ranked(columns.activity, scores, messages=masks.messages(), passages=masks.passages())
    if ask.sort is Sort.NEWEST or not ask.query:
        found = newest_first(columns.activity, found)
    return Answer(
        columns=columns,
        masks=masks,
        scores=scores,
        found=found,
        words={one.message_id: one for one in every or ()},
        ideas=ideas,
        trouble=trouble,
        why=why,
        marks=marks,
    )


def columns_of(store: Store, discussion: Discussion) -> MessageColumns:
    """All messages as columns, read again only when the discussion changes."""

    def read() -> MessageColumns:
        activity = activity_of(store, discussion)
        return message_columns(activity, store.messages.languages(discussion.id))

    return cached(store, discussion, "said", read)


def filters_of(store: Store, discussion: Discussion, outline: Outline, ask: Ask) -> Filters:
    voice = None
    if ask.author is not None:
        voice = store.participants.called(discussion.id, ask.author) or NO_VOICE
    branch = outline.get(ask.idea)
    ids = None if branch is None else tuple(leaves(branch))
    return Filters(
        leaves=() if ask.idea is not None and branch is None else ids,
        is_unplaced=ask.is_unplaced,
        voice=voice,
        thread=ask.thread,
        language=ask.language,
        nature=ask.nature,
        state=ask.state,
        first=ask.first,
        last=ask.last,
    )


def _meaning(
    store: Store, discussion: Discussion, ask: Ask
) -> tuple[SemanticIndex | None, Trouble, str]:
    if not ask.query or ask.mode is Mode.WORDS:
        return None, "", ""
    try:
        return meaning_of(store, discussion), "", ""
    except NotReady:
        do_not_cache()
        return None, "loading", ""
    except Unreadable as problem:
        do_not_cache()
        return None, "unreadable", str(problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearings:
    """How the passages of the map, in the order of its columns, stand to what they mean."""

    rows: NDArray[np.intp]
    """(n_passages,) row in the meaning, -1 for passages that it does not know."""
    centroids: IdeaCentroids

    def cosines(self, known: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of the meaning's passages in the order of the columns, -1 where there is none."""
        if not len(known):
            return np.full(len(self.rows), -1, dtype=np.float32)
        found = np.where(self.rows >= 0, known[self.rows], np.float32(-1))
        return np.asarray(found, dtype=np.float32)


def bearings(
    store: Store, discussion: Discussion, columns: MessageColumns, meaning: SemanticIndex
) -> Bearings:
    def find() -> Bearings:
        ids, leaves = columns.activity.passages, columns.activity.leaves
        order = np.argsort(ids, kind="stable")
        place = np.searchsorted(ids[order], meaning.passages)
        place = np.minimum(place, max(len(ids) - 1, 0))
        there = order[place] if len(ids) else place
        is_there = ids[there] == meaning.passages if len(ids) else np.zeros(0, dtype=np.bool_)
        rows = np.full(len(ids), -1, dtype=np.intp)
        rows[there[is_there]] = np.flatnonzero(is_there)
        known = np.where(is_there, leaves[there] if len(ids) else 0, 0)
        return Bearings(rows=rows, centroids=centroids_of(meaning.vectors, known))

    return cached(store, discussion, "bearings", find)


def _meant(
    store: Store,
    discussion: Discussion,
    columns: MessageColumns,
    meaning: SemanticIndex,
    query: str,
) -> tuple[NDArray[np.float32], Sequence[NearIdea]]:
    known = bearings(store, discussion, columns, meaning)
    vector = meaning.vector(query, language_of(query, columns))
    cosines = meaning.cosines(vector)
    return known.cosines(cosines), near_ideas(vector, cosines, known.centroids, most=N_IDEAS)


def language_of(query: str, columns: MessageColumns) -> str | None:
    """The language of a question, where it tells and the discussion has several."""
    from models import identify_one

    if len(columns.tags) < 2 or len(query.split()) < SURE_WORDS:
        return None
    return identify_one(query)


def _worded(
    store: Store, discussion: Discussion, ask: Ask, *, has_meaning: bool
) -> tuple[Sequence[Worded] | None, Sequence[Worded] | None]:
    """The messages that hold all the words, and any of them; None for what is not looked for."""
    if not ask.query or (ask.mode is Mode.MEANING and has_meaning):
        return None, None
    every = store.search.ranked(discussion.id, ask.query)
    if not has_meaning:
        return every, None
    if len(ask.query.split()) == 1:
        return every, every
    return every, store.search.ranked(discussion.id, ask.query, either=True)


def _scores(columns: MessageColumns, found: Sequence[Worded]) -> NDArray[np.float32]:
    """BM25 by message, above 0 wherever the words are; (n_messages,)."""
    scores = np.zeros(len(columns.activity.messages), dtype=np.float32)
    by_id = sorted(found)
    rows = columns.rows([one.message_id for one in by_id])
    known = columns.activity.messages[rows]
    ids = np.array([one.message_id for one in by_id], dtype=np.int64)
    values = np.array([one.score for one in by_id], dtype=np.float32)
    scores[rows] = np.maximum(values[np.isin(ids, known)], _LEAST)
    return scores


def explain_trouble(trouble: Trouble, why: str) -> str:
    """What to say to a reader who asked for meaning and got words."""
    if trouble == "loading":
        return _(
            "The meaning of this discussion is still being read: these were found by their words. "
            "Try again in a few seconds."
        )
    if trouble == "unreadable":
        return _(
            "Meaning could not be looked at (%(why)s): these were found by their words.",
            why=why,
        )
    return ""
