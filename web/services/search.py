"""A search: what the address asks for, and which messages answer it in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from werkzeug.datastructures import MultiDict

from synth.records import ExtractState, Nature
from synth.search.filters import FilterMasks, Filters, MessageColumns
from synth.search.ranking import Ranking, SearchScores, newest_first, rank_messages
from synth.search.semantic import NearIdea
from synth.store import ExtractMark, Ranked
from web.services.semantic_search import Trouble, compare, find_meaning
from web.services.snapshot import Snapshot

MAX_LETTERS = 1_000
"""Of a query; what is longer is cut."""
NO_VOICE = -(2**40)
"""Nobody's number: a pseudonym that nobody bears finds nothing."""
N_IDEAS = 3
_LEAST = np.float32(1e-6)


class Mode(StrEnum):
    BOTH = "both"
    WORDS = "words"
    MEANING = "meaning"


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """Words, how to look for them, and filters; a filter that is not set is None or False."""

    words: str = ""
    mode: Mode = Mode.BOTH
    sort: Sort = Sort.RELEVANCE
    idea: int | None = None
    is_unplaced: bool = False
    author: str | None = None
    """Pseudonym."""
    thread: int | None = None
    language: str | None = None
    nature: Nature | None = None
    state: ExtractState | None = None
    first: date | None = None
    last: date | None = None

    @property
    def has_filters(self) -> bool:
        """Whether anything is asked for beside the words."""
        return self != SearchQuery(words=self.words, mode=self.mode, sort=self.sort)

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.has_filters

    def without(self, *names: str) -> SearchQuery:
        """The same query without some of its filters."""
        plain = SearchQuery()
        return replace(self, **{name: getattr(plain, name) for name in names})

    def address(self) -> dict[str, str]:
        """As parameters of an address; defaults are left out."""
        plain = SearchQuery()
        return {
            parameter: "1" if value is True else str(value)
            for parameter, (name, _read) in PARAMETERS.items()
            if (value := getattr(self, name)) != getattr(plain, name)
        }


def _words(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:MAX_LETTERS]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63):
        raise ValueError(text)
    return int(text)


PARAMETERS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "q": ("words", _words),
    "mode": ("mode", Mode),
    "sort": ("sort", Sort),
    "idea": ("idea", _number),
    "unplaced": ("is_unplaced", lambda text: text != "0"),
    "author": ("author", lambda text: text[:80]),
    "thread": ("thread", _number),
    "language": ("language", lambda text: text[:20]),
    "nature": ("nature", Nature),
    "state": ("state", ExtractState),
    "from": ("first", date.fromisoformat),
    "to": ("last", date.fromisoformat),
}
"""Parameter of the address → the field of a query that it sets, and how it is read."""
FILTERS = tuple(
    name for name, _read in PARAMETERS.values() if name not in {"words", "mode", "sort"}
)


def parse_query(args: MultiDict[str, str]) -> SearchQuery:
    """What the address asks for; a value that makes no sense counts as none."""
    values: dict[str, Any] = {}
    for parameter, (name, read) in PARAMETERS.items():
        if text := args.get(parameter, "").strip():
            with suppress(ValueError):
                values[name] = read(text)
    return SearchQuery(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found, as rows; the messages are read from the store afterwards."""

    columns: MessageColumns
    masks: FilterMasks
    scores: SearchScores
    found: Ranking
    words: Mapping[int, Ranked]
    """By message id, those that hold all the words."""
    ideas: Sequence[NearIdea]
    """Near by meaning."""
    trouble: Trouble
    """Why meaning was not looked at though it was asked for."""
    problem: str
    """Why the meaning cannot be read, in words; else empty."""
    marks: Sequence[ExtractMark]
    """Which messages hold which extracts."""

    def rows_without(self, name: str) -> NDArray[np.intp]:
        """Rows of the messages that would be found without the filter of that name."""
        return rank_messages(
            self.columns.activity,
            self.scores,
            messages=self.masks.messages(without=name),
            passages=self.masks.passages(without=name),
        ).rows


def run_search(snapshot: Snapshot, query: SearchQuery) -> SearchResult:
    """Find the messages. Where there is no meaning, words alone count, and ``trouble`` says why."""
    columns = snapshot.columns
    marks = snapshot.store.extracts.marks(snapshot.id)
    masks = FilterMasks(columns, _filters(snapshot, query), marks)
    wants_meaning = bool(query.words) and query.mode is not Mode.WORDS
    meaning, trouble, problem = find_meaning(snapshot) if wants_meaning else (None, "", "")
    cosines: NDArray[np.float32] | None = None
    ideas: Sequence[NearIdea] = ()
    if meaning is not None:
        compared = compare(snapshot, meaning, query.words, n_ideas=N_IDEAS)
        cosines, ideas = compared.cosines, compared.ideas
    every, some = _search_words(snapshot, query, has_meaning=meaning is not None)
    scores = SearchScores(
        all_words=None if every is None else _scores(columns, every),
        any_words=None if some is None else _scores(columns, some),
        cosines=cosines,
    )
    found = rank_messages(
        columns.activity, scores, messages=masks.messages(), passages=masks.passages()
    )
    if query.sort is Sort.NEWEST or not query.words:
        found = newest_first(columns.activity, found)
    return SearchResult(
        columns=columns,
        masks=masks,
        scores=scores,
        found=found,
        words={one.message_id: one for one in every or ()},
        ideas=ideas,
        trouble=trouble,
        problem=problem,
        marks=marks,
    )


def _filters(snapshot: Snapshot, query: SearchQuery) -> Filters:
    voice = None
    if query.author is not None:
        voice = snapshot.store.participants.called(snapshot.id, query.author) or NO_VOICE
    branch = snapshot.outline.get(query.idea)
    ids = None if branch is None else branch.subtree_ids
    return Filters(
        leaves=() if query.idea is not None and branch is None else ids,
        is_unplaced=query.is_unplaced,
        voice=voice,
        thread=query.thread,
        language=query.language,
        nature=query.nature,
        state=query.state,
        first=query.first,
        last=query.last,
    )


def _search_words(
    snapshot: Snapshot, query: SearchQuery, *, has_meaning: bool
) -> tuple[Sequence[Ranked] | None, Sequence[Ranked] | None]:
    """The messages that hold all the words, and any of them; None for what is not looked for."""
    if not query.words or (query.mode is Mode.MEANING and has_meaning):
        return None, None
    every = snapshot.store.search.ranked(snapshot.id, query.words)
    if not has_meaning:
        return every, None
    if len(query.words.split()) == 1:
        return every, every
    return every, snapshot.store.search.ranked(snapshot.id, query.words, either=True)


def _scores(columns: MessageColumns, found: Sequence[Ranked]) -> NDArray[np.float32]:
    """BM25 by message, above 0 wherever the words are; (n_messages,)."""
    scores = np.zeros(len(columns.activity.messages), dtype=np.float32)
    by_id = sorted(found)
    rows = columns.rows([one.message_id for one in by_id])
    known = columns.activity.messages[rows]
    ids = np.array([one.message_id for one in by_id], dtype=np.int64)
    values = np.array([one.score for one in by_id], dtype=np.float32)
    scores[rows] = np.maximum(values[np.isin(ids, known)], _LEAST)
    return scores
