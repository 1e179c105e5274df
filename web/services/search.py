"""Answer a search: what was found, in which order, and which of it fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray

from synth.search.filters import Said, Sieve, Wishes, said_of
from synth.search.ranking import Ranked, Scores, newest_first, ranked
from synth.search.semantic import Meaning, Middles, NearIdea, middles_of, near_ideas
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

    said: Said
    sieve: Sieve
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

    def sifted(self, but: str) -> NDArray[np.intp]:
        """Rows of the messages that would be found without one wish."""
        return ranked(
            self.said.activity,
            self.scores,
            messages=self.sieve.messages(but=but),
            passages=self.sieve.passages(but=but),
        ).rows


def answer(store: Store, discussion: Discussion, outline: Outline, ask: Ask) -> Answer:
    """Look for what is asked. Meaning is left out, and why is told, where it cannot be had."""
    said = said_in(store, discussion)
    marks = store.extracts.marks(discussion.id)
    sieve = Sieve(said, wishes_of(store, discussion, outline, ask), marks)
    meaning, trouble, why = _meaning(store, discussion, ask)
    cosines: NDArray[np.float32] | None = None
    ideas: Sequence[NearIdea] = ()
    if meaning is not None:
        cosines, ideas = _meant(store, discussion, said, meaning, ask.query)
    every, some = _worded(store, discussion, ask, has_meaning=meaning is not None)
    scores = Scores(
        all_words=None if every is None else _scores(said, every),
        any_words=None if some is None else _scores(said, some),
        cosines=cosines,
    )
    found = ranked(said.activity, scores, messages=sieve.messages(), passages=sieve.passages())
    if ask.sort is Sort.NEWEST or not ask.query:
        found = newest_first(said.activity, found)
    return Answer(
        said=said,
        sieve=sieve,
        scores=scores,
        found=found,
        words={one.message_id: one for one in every or ()},
        ideas=ideas,
        trouble=trouble,
        why=why,
        marks=marks,
    )


def said_in(store: Store, discussion: Discussion) -> Said:
    """All messages as columns, read again only when the discussion changes."""

    def read() -> Said:
        activity = activity_of(store, discussion)
        return said_of(activity, store.messages.languages(discussion.id))

    return cached(store, discussion, "said", read)


def wishes_of(store: Store, discussion: Discussion, outline: Outline, ask: Ask) -> Wishes:
    voice = None
    if ask.author is not None:
        voice = store.participants.called(discussion.id, ask.author) or NO_VOICE
    branch = outline.get(ask.idea)
    ids = None if branch is None else tuple(leaves(branch))
    return Wishes(
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


def _meaning(store: Store, discussion: Discussion, ask: Ask) -> tuple[Meaning | None, Trouble, str]:
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
    middles: Middles

    def cosines(self, known: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of the meaning's passages in the order of the columns, -1 where there is none."""
        if not len(known):
            return np.full(len(self.rows), -1, dtype=np.float32)
        found = np.where(self.rows >= 0, known[self.rows], np.float32(-1))
        return np.asarray(found, dtype=np.float32)


def bearings(store: Store, discussion: Discussion, said: Said, meaning: Meaning) -> Bearings:
    def find() -> Bearings:
        ids, leaves = said.activity.passages, said.activity.leaves
        order = np.argsort(ids, kind="stable")
        place = np.searchsorted(ids[order], meaning.passages)
        place = np.minimum(place, max(len(ids) - 1, 0))
        there = order[place] if len(ids) else place
        is_there = ids[there] == meaning.passages if len(ids) else np.zeros(0, dtype=np.bool_)
        rows = np.full(len(ids), -1, dtype=np.intp)
        rows[there[is_there]] = np.flatnonzero(is_there)
        known = np.where(is_there, leaves[there] if len(ids) else 0, 0)
        return Bearings(rows=rows, middles=middles_of(meaning.vectors, known))

    return cached(store, discussion, "bearings", find)


def _meant(
    store: Store, discussion: Discussion, said: Said, meaning: Meaning, query: str
) -> tuple[NDArray[np.float32], Sequence[NearIdea]]:
    known = bearings(store, discussion, said, meaning)
    vector = meaning.vector(query, language_of(query, said))
    cosines = meaning.cosines(vector)
    return known.cosines(cosines), near_ideas(vector, cosines, known.middles, most=N_IDEAS)


def language_of(query: str, said: Said) -> str | None:
    """The language of a question, where it tells and the discussion has several."""
    from models import identify_one

    if len(said.tags) < 2 or len(query.split()) < SURE_WORDS:
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


def _scores(said: Said, found: Sequence[Worded]) -> NDArray[np.float32]:
    """BM25 by message, above 0 wherever the words are; (n_messages,)."""
    scores = np.zeros(len(said.activity.messages), dtype=np.float32)
    by_id = sorted(found)
    rows = said.rows([one.message_id for one in by_id])
    known = said.activity.messages[rows]
    ids = np.array([one.message_id for one in by_id], dtype=np.int64)
    values = np.array([one.score for one in by_id], dtype=np.float32)
    scores[rows] = np.maximum(values[np.isin(ids, known)], _LEAST)
    return scores


def told(trouble: Trouble, why: str) -> str:
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
