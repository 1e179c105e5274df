"""From passages with vectors to a map, as arrays: nothing here reads or writes the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.harvest import DecidedSpan, QuoteRow
from synth.ideas import find_ideas
from synth.layout import lay_out
from synth.neighbours import centred, similarity_graph
from synth.pipeline.cutting import Sentences
from synth.pipeline.suggesting import Inquiry, KeyPassage, key_passages
from synth.pipeline.watch import Watch
from synth.placement import place
from synth.records import IdeaName, IdeaTree, Message, Passage
from synth.settings import Settings
from synth.titles import name_ideas
from synth.workers import beside

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

    n_resamplings: int
    """Draws behind each idea's stability."""
    read_words: int
    """Words parsed for titles."""
    layout: float
    """Share of the layout's steps."""


EFFORTS: Mapping[str, Effort] = {
    "full": Effort(n_resamplings=8, read_words=40_000, layout=1.0),
    "draft": Effort(n_resamplings=2, read_words=10_000, layout=0.25),
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
    encode: Encode | None
    """The model, where it can read more texts."""
    positions: NDArray[np.float32] | None
    """(n_passages, 2) places on the last map, NaN for new passages; None before the first."""
    people: Sequence[str]
    """Real names, which no title may hold."""
    quotes: Sequence[QuoteRow]
    decided: Sequence[DecidedSpan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A map before it has identity and is stored."""

    tree: IdeaTree
    names: list[IdeaName]
    places: NDArray[np.float32]
    """(n_passages, 2) in 0..1."""
    key: list[KeyPassage]


def find_map(material: Material, settings: Settings, watch: Watch) -> Found:
    """Ideas, then at once their names, the places of the passages and the key passages."""
    n = len(material.passages)
    effort = EFFORTS[settings.quality]
    with watch.stage("Find ideas", n, "passages"):
        middle, graph, tree = _ideas(material, effort, settings.seed)
    key = beside(key_passages, _inquiry(material, tree, settings), is_large=n >= LARGE)
    with watch.stage("Title and lay out", n, "passages"), ThreadPoolExecutor(1) as aside:
        places = aside.submit(
            lay_out,
            middle,
            graph,
            tree,
            seed=settings.seed,
            initial=material.positions,
            effort=effort.layout,
        )
        names = _names(material, tree, effort)
        places.result()
    with watch.stage("Suggest", len(material.messages), "messages"):
        found = key.result()
    return Found(tree=tree, names=names, places=places.result(), key=found)


def _ideas(
    material: Material, effort: Effort, seed: int
) -> tuple[NDArray[np.float32], csr_array, IdeaTree]:
    """Centred vectors, their similarity graph, and the tree with every passage placed."""
    import numpy as np

    of = [material.messages[passage.message_id] for passage in material.passages]
    middle = centred(material.blended, [message.language for message in of])
    graph = similarity_graph(middle, seed=seed)
    # An anonymous message is a voice of its own, numbered below zero.
    voices = [-m.id if m.participant_id is None else m.participant_id for m in of]
    tree = find_ideas(
        middle,
        graph,
        voices=np.array(voices, dtype=np.intp),
        groups=np.array([message.id for message in of], dtype=np.intp),
        seed=seed,
        n_resamplings=effort.n_resamplings,
    )
    return middle, graph, place(middle, tree)


def _names(material: Material, tree: IdeaTree, effort: Effort) -> list[IdeaName]:
    of = [material.messages[passage.message_id] for passage in material.passages]
    return name_ideas(
        [passage.text for passage in material.passages],
        tree,
        material.vectors,
        languages=[message.language for message in of],
        authors=[message.author for message in of],
        subjects=[message.subject for message in of],
        avoid=material.people,
        encode=material.encode,
        read_words=effort.read_words,
    )


def _inquiry(material: Material, tree: IdeaTree, settings: Settings) -> Inquiry:
    return Inquiry(
        messages=list(material.messages.values()),
        sentences=material.sentences,
        passages=material.passages,
        leaf=tree.leaf,
        vectors=material.vectors,
        quotes=material.quotes,
        decided=material.decided,
        limit=settings.suggest,
    )
