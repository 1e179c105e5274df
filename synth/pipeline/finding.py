"""From passages with vectors to a map, as arrays: nothing here reads or writes the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from synth.clustering import Authorship, Constraints, Copied, find_ideas
from synth.clustering.assignment import idea_centroids, place, place_new, why_unplaced
from synth.corpus import Corpus
from synth.duplicates import Repetition
from synth.embedding.knn_graph import (
    Centre,
    Context,
    centre_of,
    centred,
    in_context,
    similarity_graph,
)
from synth.harvest import DecidedSpan, QuoteRow
from synth.layout import lay_out, set_among
from synth.parallel import beside
from synth.passages import n_words
from synth.pipeline.cutting import Sentences
from synth.pipeline.harvest import KeyPassage, KeyPassageInputs, key_passages
from synth.pipeline.watch import Watch
from synth.records import IdeaName, IdeaTree, Message, Passage, Unplaced
from synth.settings import Settings
from synth.titles import name_ideas

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

LARGE = 10_000
"""Passages from which key passages are worth a process of their own."""


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
    "full": Effort(n_clustered=None, n_resamplings=8, read_words=40_000, layout=1.0),
    "draft": Effort(n_clustered=16_000, n_resamplings=2, read_words=10_000, layout=0.25),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a map is made of."""

    messages: Mapping[int, Message]
    sentences: Mapping[int, Sentences]
    """By message id."""
    passages: Sequence[Passage]
    vectors: NDArray[np.float32]
    """(n_passages, dim), unit rows of the model."""
    blended: NDArray[np.float32]
    """(n_passages, dim), unit rows with what the words alone say beside them."""
    context: Context
    """What stands around each passage: its message, topic and question."""
    encode: Encode | None
    """The model, where it can read more texts."""
    repetition: Repetition
    """Which passages, and which messages, repeat each other."""
    positions: NDArray[np.float32] | None
    """(n_passages, 2) places on the last map, NaN for new passages; None before the first."""
    people: Sequence[str]
    """Real names, which no title may hold."""
    quotes: Sequence[QuoteRow]
    decided: Sequence[DecidedSpan]
    constraints: Constraints | None = None
    """What people decided about the map; None where they did not."""
    chosen: NDArray[np.bool_] | None = None
    """(n_passages,) whether a person chose the place of this very passage; None where nobody
    decided anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A map before it has identity and is stored."""

    tree: IdeaTree
    reasons: Sequence[Unplaced | None]
    """(n_passages,) why each unplaced passage is; None where it is placed."""
    names: list[IdeaName]
    places: NDArray[np.float32]
    """(n_passages, 2) in 0..1."""
    key: list[KeyPassage]
    middle: NDArray[np.float32]
    """(n_passages, dim), unit rows in context and without what all share."""
    centre: Centre
    """What all share."""


def find_map(material: Material, settings: Settings, watch: Watch) -> Found:
    """Ideas, then at once their names, the places of the passages and the key passages."""
    n = len(material.passages)
    effort = EFFORTS[settings.quality]
    with watch.stage("Find ideas", n, "passages"):
        middle, centre = _located(material)
        core, graph, tree = _ideas(material, middle, effort, settings.seed)
    key = beside(key_passages, _key_passage_inputs(material, tree, settings), is_large=n >= LARGE)
    with watch.stage("Title and lay out", n, "passages"), ThreadPoolExecutor(1) as aside:
        drawing = aside.submit(
            _places, material, middle, core, graph, tree, effort=effort.layout, seed=settings.seed
        )
        names = _names(material, core, tree, effort)
        places = drawing.result()
    with watch.stage("Suggest", len(material.messages), "messages"):
        found = key()
    reasons = why_unplaced(middle, tree, [n_words(passage.text) for passage in material.passages])
    return Found(
        tree=tree,
        reasons=reasons,
        names=names,
        places=places,
        key=found,
        middle=middle,
        centre=centre,
    )


def _located(material: Material) -> tuple[NDArray[np.float32], Centre]:
    """The passages in their context, without what all of them share; and what that is."""
    once, which = _once(material)
    of = [material.messages[material.passages[row].message_id] for row in once.tolist()]
    languages = [message.language for message in of]
    around = in_context(material.blended, material.context)[once]
    centre = centre_of(around, languages)
    return centred(around, languages, centre=centre)[which], centre


def _once(material: Material) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of passages that repeat none before them, and per passage which of these it says.

    A text counts once, however often it is posted: a campaign must not bend the rest of the map.
    """
    import numpy as np

    return np.unique(material.repetition.passages.group, return_inverse=True)


def _ideas(
    material: Material, middle: NDArray[np.float32], effort: Effort, seed: int
) -> tuple[NDArray[np.intp], csr_array, IdeaTree]:
    """The rows that were clustered and their similarity graph; and the tree with every
    passage placed."""
    import numpy as np

    of = [material.messages[passage.message_id] for passage in material.passages]
    leader = _leaders(material)
    once = np.unique(leader)
    rows = once[first_said([material.passages[row] for row in once], effort.n_clustered)]
    decided = material.constraints
    if decided is not None:
        rows = np.union1d(rows, decided.concerned())
        decided = decided.over(rows)
    some = middle[rows]
    graph = similarity_graph(some, seed=seed)
    voices = np.array([message.voice for message in of], dtype=np.intp)
    said_in = np.array([message.id for message in of], dtype=np.intp)
    again = np.setdiff1d(np.flatnonzero(np.isin(leader, rows)), rows)
    tree = find_ideas(
        some,
        graph,
        authorship=Authorship(
            messages=said_in[rows],
            voices=voices[rows],
            copied=Copied(
                row=np.searchsorted(rows, leader[again]),
                messages=said_in[again],
                voices=voices[again],
            ),
        ),
        seed=seed,
        n_resamplings=effort.n_resamplings,
        constraints=decided,
    )
    by_others = np.zeros(len(of), dtype=np.bool_)
    by_others[leader[again[voices[again] != voices[leader[again]]]]] = True
    is_vouched = by_others[rows] if decided is None else by_others[rows] | decided.is_fixed()
    tree = place(some, tree, messages=said_in[rows], is_vouched=is_vouched)
    if len(rows) < len(middle):
        leaf, weight = place_new(middle, idea_centroids(some, tree.leaf, len(tree.parent)))
        leaf[rows], weight[rows] = tree.leaf, tree.weight
        leaf, weight = leaf[leader], weight[leader]
        # A copy that a person spoke about has its own place.
        leaf[rows], weight[rows] = tree.leaf, tree.weight
        tree = replace(tree, leaf=leaf, weight=weight)
    return rows, graph, tree


def _leaders(material: Material) -> NDArray[np.intp]:
    """(n_passages,) for each passage the first that says the same, whose place it takes.

    Passages whose places people chose lead nobody and follow nobody: what is decided about one copy
    of a form letter decides nothing for the others who sent it.
    """
    import numpy as np

    group = material.repetition.passages.group
    if material.chosen is None:
        return group
    leader = np.arange(len(group))
    free = np.flatnonzero(~material.chosen)
    _, first, which = np.unique(group[free], return_index=True, return_inverse=True)
    leader[free] = free[first][which]
    return leader


def first_said(passages: Sequence[Passage], most: int | None) -> NDArray[np.intp]:
    """Rows of at most so many passages, ascending: the first of every message, then the second
    ones, and so on; of the last ones taken, evenly many from all of the discussion."""
    import numpy as np

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


def _places(
    material: Material,
    vectors: NDArray[np.float32],
    core: NDArray[np.intp],
    graph: csr_array,
    tree: IdeaTree,
    *,
    effort: float,
    seed: int,
) -> NDArray[np.float32]:
    before = material.positions
    positions = lay_out(
        vectors[core],
        graph,
        _part(tree, core),
        seed=seed,
        initial=None if before is None else before[core],
        effort=effort,
    )
    if len(core) == len(vectors):
        return positions
    return set_among(vectors, tree.leaf, drawn=core, positions=positions, seed=seed)


def _names(
    material: Material, rows: NDArray[np.intp], tree: IdeaTree, effort: Effort
) -> list[IdeaName]:
    """What the ideas are called, judged by the passages ``rows``."""
    chosen = rows.tolist()
    passages = [material.passages[row] for row in chosen]
    names = name_ideas(
        Corpus.of(passages, material.messages, material.vectors[rows]),
        _part(tree, rows),
        avoid=material.people,
        encode=material.encode,
        read_words=effort.read_words,
    )
    return [
        replace(name, representatives=tuple(chosen[row] for row in name.representatives))
        for name in names
    ]


def _part(tree: IdeaTree, rows: NDArray[np.intp]) -> IdeaTree:
    """The tree over some of the passages."""
    return replace(tree, leaf=tree.leaf[rows], weight=tree.weight[rows])


def _key_passage_inputs(material: Material, tree: IdeaTree, settings: Settings) -> KeyPassageInputs:
    return KeyPassageInputs(
        messages=list(material.messages.values()),
        sentences=material.sentences,
        passages=material.passages,
        leaf=tree.leaf,
        vectors=material.vectors,
        quotes=material.quotes,
        decided=material.decided,
        limit=settings.suggest,
    )
