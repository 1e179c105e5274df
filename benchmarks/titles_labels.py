"""What ``benchmarks.titles`` compares: our titles, and what others call the same ideas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.corpus import Corpus
from synth.records import IdeaTree, Passage
from synth.titles import name_ideas

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]

N_WORDS = 4
"""Words in a label of BERTopic (its ``topic_labels_``)."""
ALL_WORDS = 10
"""Words of a topic in BERTopic (its default ``top_n_words``)."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One debate: its arguments, the idea of each, and the key point each idea should find."""

    texts: list[str]
    vectors: Vectors
    tree: IdeaTree
    key_points: list[str]
    gold: dict[int, int]
    """Idea → row of its key point; ideas without one are named and not asked for."""

    @property
    def n_ideas(self) -> int:
        return len(self.tree.parent)

    @property
    def corpus(self) -> Corpus:
        """Every argument a message of its own, in English, by nobody."""
        n = len(self.texts)
        return Corpus(
            passages=[
                Passage(id=row, message_id=row, start=0, end=len(text), text=text)
                for row, text in enumerate(self.texts)
            ],
            message_ids=np.arange(n),
            threads=np.arange(n),
            voices=-np.arange(1, n + 1),
            authors=[None] * n,
            languages=["en"] * n,
            subjects=[None] * n,
            vectors=self.vectors,
            centred=self.vectors,
        )

    def members(self, idea: int) -> NDArray[np.intp]:
        return np.flatnonzero(self.tree.leaf == idea)


def labels_of(topic: Topic, encode: Encode) -> dict[str, list[str]]:
    """Every kind of label, one per idea of the topic."""
    labels = bertopic_labels(topic, encode) if find_spec("bertopic") else {}
    labels["most central passage"] = [
        _most_central(topic, idea) if len(topic.members(idea)) else ""
        for idea in range(topic.n_ideas)
    ]
    for how, by in (("", encode), (", without encoder", None)):
        names = name_ideas(topic.corpus, topic.tree, encode=by)
        labels[f"**our title**{how}"] = [name.title for name in names]
        if by is not None:
            labels["our title + 5 keyphrases"] = [
                f"{name.title}. {', '.join(name.keyphrases[:5])}" for name in names
            ]
            labels["our summary"] = [name.summary or name.title for name in names]
    return labels


def _most_central(topic: Topic, idea: int) -> str:
    rows = topic.members(idea)
    vectors = topic.vectors[rows]
    return topic.texts[int(rows[np.argmax(vectors @ vectors.mean(axis=0))])]


def bertopic_labels(topic: Topic, encode: Encode) -> dict[str, list[str]]:
    """BERTopic's own representations of the given groups (Grootendorst 2022).

    Its clustering is left out ("manual topic modelling"); its words are compared by our
    encoder. Labels are the first words with blanks between them.
    """
    from bertopic import BERTopic  # type: ignore[import-not-found]
    from bertopic.cluster import BaseCluster  # type: ignore[import-not-found]
    from bertopic.dimensionality import (  # type: ignore[import-not-found]
        BaseDimensionalityReduction,
    )
    from bertopic.representation import (  # type: ignore[import-not-found]
        KeyBERTInspired,
        MaximalMarginalRelevance,
    )

    placed = np.flatnonzero(topic.tree.leaf >= 0)
    model = BERTopic(
        embedding_model=_backend(encode),
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=BaseCluster(),
        representation_model={
            "KeyBERTInspired": KeyBERTInspired(random_state=0),
            "MMR": MaximalMarginalRelevance(diversity=0.3),
        },
        top_n_words=ALL_WORDS,
    )
    given = topic.tree.leaf[placed].astype(int)
    found, _ = model.fit_transform(
        [topic.texts[row] for row in placed], topic.vectors[placed], y=given
    )
    number = dict(zip(given.tolist(), found, strict=True))  # it numbers topics by size
    kinds = {
        "c-TF-IDF": model.topic_representations_,
        "KeyBERTInspired": model.topic_aspects_["KeyBERTInspired"],
        "MMR": model.topic_aspects_["MMR"],
    }
    return {
        f"BERTopic, {kind}, {n} words": [
            _joined(words_of[number[idea]][:n]) if idea in number else ""
            for idea in range(topic.n_ideas)
        ]
        for kind, words_of in kinds.items()
        for n in (N_WORDS, ALL_WORDS)
    }


def _joined(weighted: Sequence[tuple[str, float]]) -> str:
    return " ".join(word for word, _ in weighted if word)


def _backend(encode: Encode) -> Any:
    from bertopic.backend import BaseEmbedder  # type: ignore[import-not-found]

    class Ours(BaseEmbedder):  # type: ignore[misc]
        def embed(self, documents: Sequence[str], verbose: bool = False) -> Vectors:
            return encode([str(text) for text in documents])

    return Ours()
