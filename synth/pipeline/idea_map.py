"""From the corpus of a whole discussion to its map, as arrays: nothing here touches the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from synth.clustering import Authorship, Constraints, Copied, Options, Refit, find_ideas
from synth.clustering.assignment import idea_centroids, place, place_new, why_unplaced
from synth.corpus import Corpus
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import PartSpaces
from synth.harvest import DecidedSpan, QuoteRow
from synth.layout import lay_out, lay_out_rest
from synth.parallel import submit
from synth.passages import n_words
from synth.pipeline.corpus_reader import LARGE, SentenceSpans
from synth.pipeline.harvest import KeyPassage, KeyPassageInputs, key_passages
from synth.records import IdeaName, IdeaTree, Message, Passage, Unplaced
from synth.settings import Settings, Stopwatch
from synth.titles import Encode, name_ideas


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much a quality spends on what only polishes the map."""

    n_clustered: int | None
    """Passages among which ideas are looked for and by which they are named, those that open
    their message first; the others are placed under what was found. None for all."""
    n_resamplings: int
    """Draws behind each idea's stability."""
    read_words: int
    """Words parsed for titles."""
    layout: float
    """Share of the layout's steps."""


EFFORTS: Mapping[str, Effort] = {
    "full": Effort(n_clustered=None, n_resamplings=8, read_words=40_000, layout=0.5),
    "draft": Effort(n_clustered=16_000, n_resamplings=2, read_words=10_000, layout=0.25),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapInputs:
    """What a map is made of."""

    corpus: Corpus
    parts: PartSpaces
    messages: Mapping[int, Message]
    sentences: Mapping[int, SentenceSpans]
    """By message id."""
    group: NDArray[np.intp]
    """(n_passages,) passages that say the same have the same number."""
    encode: Encode | None
    """The model, where it can read more texts."""
    positions: NDArray[np.float32] | None
    """(n_passages, 2) places on the last map, NaN for new passages; None before the first."""
    people: Sequence[str]
    """Real names, which no title may hold."""
    quotes: Sequence[QuoteRow]
    decided: Sequence[DecidedSpan]
    constraints: Constraints
    """What people decided about the map."""
    chosen: NDArray[np.bool_]
    """(n_passages,) whether a person chose the place of this very passage."""
    not_about: Sequence[Unplaced | None]
    """(n_passages,) why each is not about the question; None for those that are."""

    def reasons(self) -> list[Unplaced | None]:
        """(n_passages,) the same, but for passages that a person decided about: that counts."""
        decided = set(self.constraints.concerned().tolist())
        return [None if row in decided else why for row, why in enumerate(self.not_about)]

    def part(self, rows: NDArray[np.intp]) -> MapInputs:
        """The same with some of the passages; ``rows`` hold all that people decided about."""
        return replace(
            self,
            corpus=self.corpus.take(rows),
            parts=self.parts.take(rows),
            group=self.group[rows],
            positions=None if self.positions is None else self.positions[rows],
            constraints=self.constraints.over(rows),
            chosen=self.chosen[rows],
            not_about=[None] * len(rows),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaMap:
    """A map before it has identity and is stored."""

    tree: IdeaTree
    reasons: Sequence[Unplaced | None]
    """(n_passages,) why each unplaced passage is; None where it is placed."""
    names: list[IdeaName]
    positions: NDArray[np.float32]
    """(n_passages, 2) in 0..1; NaN for what is not about the question."""
    key_passages: list[KeyPassage]


def find_map(inputs: MapInputs, settings: Settings, stopwatch: Stopwatch) -> IdeaMap:
    """Ideas among what is about the question, then at once their names, the places of the passages
    and the key passages."""
    n, effort = len(inputs.corpus), EFFORTS[settings.quality]
    aside = inputs.reasons()
    about = np.array([row for row, why in enumerate(aside) if why is None], dtype=np.intp)
    part = inputs.part(about)
    with stopwatch.stage("Find ideas", n, "passages"):
        options = Options(
            clusterer=settings.clusterer, n_resamplings=effort.n_resamplings, seed=settings.seed
        )
        rows, graph, tree = _ideas(part, effort.n_clustered, options)
    whole = _over_all(tree, about, n)
    suggested = submit(
        key_passages, _key_passage_inputs(inputs, whole, aside, settings), is_large=n >= LARGE
    )
    with stopwatch.stage("Title and lay out", n, "passages"), ThreadPoolExecutor(1) as thread:
        laid_out = thread.submit(
            _positions, part, rows, graph, tree, effort=effort.layout, seed=settings.seed
        )
        names = _names(part, rows, tree, effort)
        positions = np.full((n, 2), np.nan, dtype=np.float32)
        positions[about] = laid_out.result()
    with stopwatch.stage("Suggest", len(inputs.messages), "messages"):
        found = suggested()
    words = [n_words(passage.text) for passage in part.corpus.passages]
    reasons = list(aside)
    for row, why in zip(about, why_unplaced(part.corpus.centred, tree, words), strict=True):
        reasons[row] = why
    return IdeaMap(
        tree=whole,
        reasons=reasons,
        names=[
            replace(name, representatives=tuple(about[list(name.representatives)].tolist()))
            for name in names
        ],
        positions=positions,
        key_passages=found,
    )


def _over_all(tree: IdeaTree, about: NDArray[np.intp], n: int) -> IdeaTree:
    """The tree over all ``n`` passages, of which those ``about`` the question are under ideas."""
    leaf, weight = np.full(n, -1, dtype=np.int32), np.zeros(n, dtype=np.float32)
    leaf[about], weight[about] = tree.leaf, tree.weight
    return replace(tree, leaf=leaf, weight=weight)


def _ideas(
    inputs: MapInputs, n_clustered: int | None, options: Options
) -> tuple[NDArray[np.intp], csr_array, IdeaTree]:
    """The rows that were clustered and their similarity graph; and the tree with every
    passage placed."""
    corpus = inputs.corpus
    leader = _leaders(inputs)
    once = np.unique(leader)
    rows = once[first_said([corpus.passages[row] for row in once], n_clustered)]
    rows = np.union1d(rows, inputs.constraints.concerned())
    decided = inputs.constraints.over(rows)
    some = corpus.centred[rows]
    graph = similarity_graph(some, seed=options.seed)
    messages, voices = corpus.message_ids, corpus.voices
    again = np.setdiff1d(np.flatnonzero(np.isin(leader, rows)), rows)
    copied = Copied(
        row=np.searchsorted(rows, leader[again]), messages=messages[again], voices=voices[again]
    )
    tree = find_ideas(
        some,
        graph,
        authorship=Authorship(messages=messages[rows], voices=voices[rows], copied=copied),
        constraints=decided,
        refit=Refit(
            fit=lambda some: inputs.parts.fit(rows[some]),
            neighbours=partial(similarity_graph, seed=options.seed),
        ),
        options=options,
    )
    by_others = np.zeros(len(corpus), dtype=np.bool_)
    by_others[leader[again[voices[again] != voices[leader[again]]]]] = True
    is_vouched = by_others[rows] | decided.is_fixed()
    tree = place(some, tree, messages=messages[rows], is_vouched=is_vouched)
    if len(rows) < len(corpus):
        leaf, weight = place_new(corpus.centred, idea_centroids(some, tree.leaf, len(tree.parent)))
        leaf[rows], weight[rows] = tree.leaf, tree.weight
        leaf, weight = leaf[leader], weight[leader]
        # A copy that a person spoke about has its own place.
        leaf[rows], weight[rows] = tree.leaf, tree.weight
        tree = replace(tree, leaf=leaf, weight=weight)
    return rows, graph, tree


def _leaders(inputs: MapInputs) -> NDArray[np.intp]:
    """(n_passages,) for each passage the first that says the same, whose place it takes.

    Passages whose places people chose lead nobody and follow nobody: what is decided about one copy
    of a form letter decides nothing for the others who sent it.
    """
    group = inputs.group
    leader = np.arange(len(group))
    free = np.flatnonzero(~inputs.chosen)
    _, first, which = np.unique(group[free], return_index=True, return_inverse=True)
    leader[free] = free[first][which]
    return leader


def first_said(passages: Sequence[Passage], most: int | None) -> NDArray[np.intp]:
    """Rows of at most so many passages, ascending: the first of every message, then the second
    ones, and so on; of the last ones taken, evenly many from all of the discussion."""
    if most is None or len(passages) <= most:
        return np.arange(len(passages))
    nth: Counter[int] = Counter()
    place = np.zeros(len(passages), dtype=np.intp)
    for row, passage in enumerate(passages):
        place[row] = nth[passage.message_id]
        nth[passage.message_id] += 1
    last = int(np.sort(place)[most - 1])
    taken = np.flatnonzero(place < last)
    rest = np.flatnonzero(place == last)
    even = np.linspace(0, len(rest) - 1, most - len(taken)).round().astype(np.intp)
    return np.sort(np.concatenate([taken, rest[even]]))


def _positions(
    inputs: MapInputs,
    rows: NDArray[np.intp],
    graph: csr_array,
    tree: IdeaTree,
    *,
    effort: float,
    seed: int,
) -> NDArray[np.float32]:
    """(n_passages, 2) in 0..1: the clustered rows laid out, the others set among them."""
    centred, before = inputs.corpus.centred, inputs.positions
    positions = lay_out(
        centred[rows],
        graph,
        _part(tree, rows),
        seed=seed,
        initial=None if before is None else before[rows],
        effort=effort,
    )
    if len(rows) == len(centred):
        return positions
    return lay_out_rest(centred, tree.leaf, drawn=rows, positions=positions, seed=seed)


def _names(
    inputs: MapInputs, rows: NDArray[np.intp], tree: IdeaTree, effort: Effort
) -> list[IdeaName]:
    """What the ideas are called, judged by the passages ``rows``."""
    # Names do not look at centred vectors, which are large.
    corpus = inputs.corpus.with_centred(inputs.corpus.vectors).take(rows)
    names = name_ideas(
        corpus,
        _part(tree, rows),
        avoid=inputs.people,
        encode=inputs.encode,
        read_words=effort.read_words,
    )
    return [
        replace(name, representatives=tuple(rows[list(name.representatives)].tolist()))
        for name in names
    ]


def _part(tree: IdeaTree, rows: NDArray[np.intp]) -> IdeaTree:
    """The tree over some of the passages."""
    return replace(tree, leaf=tree.leaf[rows], weight=tree.weight[rows])


def _key_passage_inputs(
    inputs: MapInputs, tree: IdeaTree, aside: Sequence[Unplaced | None], settings: Settings
) -> KeyPassageInputs:
    return KeyPassageInputs(
        messages=list(inputs.messages.values()),
        sentences=inputs.sentences,
        passages=inputs.corpus.passages,
        leaf=tree.leaf,
        is_about=np.array([why is None for why in aside], dtype=np.bool_),
        vectors=inputs.corpus.vectors,
        quotes=inputs.quotes,
        decided=inputs.decided,
        limit=settings.suggest,
    )
