"""What ``benchmarks.ideas`` compares: our way to ideas, parts of it, and what others do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.ideas_data import Embedded, vectors_of
from models import Blend
from models.text_counts import counted
from models.vectors import membership, unit_rows
from synth.clustering import Authorship, Options, Refit, find_ideas
from synth.clustering.assignment import place
from synth.embedding.context import Context, in_context
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import PartSpaces, centred
from synth.evaluate import Parents, PlacedPassage, idea_per_message
from synth.passages import n_words
from synth.records import IdeaTree
from synth.relevance import (
    Examples,
    Turns,
    example_texts,
    find_no_answers,
    find_off_topic,
    reason_of,
    takes_up,
)
from synth.settings import ClustererName

UNMEASURED = Options(n_resamplings=0)
"""How ideas are looked for where nobody asks how stable they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a method finds in a discussion."""

    labels: Sequence[str | None]
    """Per text its leaf idea, None where it is unplaced."""
    parents: Parents
    """Every idea with the one above it; a method without a tree has top ideas only."""

    @classmethod
    def flat(cls, labels: Iterable[int]) -> Self:
        """Ideas side by side; a label below zero is none."""
        named = [str(label) if label >= 0 else None for label in labels]
        return cls(labels=named, parents={label: None for label in named if label is not None})


Method = Callable[[Embedded], Found]
OTHERS: Mapping[ClustererName, str] = {
    "hdbscan": "HDBSCAN",
    "kmeans": "k-means",
    "leiden": "Leiden",
}
"""Clusterers that can be chosen instead of the usual one."""


def methods(discussion: Embedded) -> dict[str, Method]:
    """What is compared on a kind of discussion, by the name it has in the table."""
    compared: dict[str, Method] = {"**ours**": ours}
    if discussion.coded.parents:
        compared["ours, replies not followed"] = ours_without_replies
    if discussion.coded.parents or discussion.coded.titles:
        compared["ours, passages alone"] = ours_out_of_context
    compared |= {
        f"ours with {title}": partial(ours, clusterer=name) for name, title in OTHERS.items()
    }
    compared |= {
        "ours, sentence vectors alone": ours_unblended,
        "Louvain, 10 nearest": louvain,
        "k-means, told k": k_means,
        "HDBSCAN, leaves of 5": hdbscan,
    }
    if find_spec("bertopic"):
        compared["BERTopic, defaults"] = bertopic
        compared["BERTopic, topics of 5, outliers placed"] = bertopic_tuned
        compared["the same on our blended vectors"] = bertopic_blended
    return compared


def ours(discussion: Embedded, *, clusterer: ClustererName = "linkage") -> Found:
    """As ``synth.pipeline`` does it."""
    return _ours(discussion, space_of(discussion, with_replies=True), clusterer=clusterer)


def ours_without_replies(discussion: Embedded) -> Found:
    return _ours(discussion, space_of(discussion, with_replies=False))


def ours_out_of_context(discussion: Embedded) -> Found:
    return _ours(discussion, _as_it_is(discussion, _blended(discussion)[1]))


def ours_unblended(discussion: Embedded) -> Found:
    return _ours(discussion, _as_it_is(discussion, discussion.vectors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spaces:
    """Where the passages of a discussion are told apart, together and by parts."""

    vectors: NDArray[np.float32]
    """(n_passages, dim) centred unit rows."""
    fit: Callable[[NDArray[np.intp]], NDArray[np.float32]]
    """Rows of some passages → their centred unit rows, looked at by themselves."""


def _languages(discussion: Embedded) -> list[str | None]:
    return [discussion.coded.languages[owner] for owner in discussion.owner]


def _as_it_is(discussion: Embedded, vectors: NDArray[np.float32]) -> Spaces:
    """Vectors of the passages alone; parts are centred and nothing else."""
    tags = _languages(discussion)

    def fit(rows: NDArray[np.intp]) -> NDArray[np.float32]:
        return centred(vectors[rows], [tags[row] for row in rows.tolist()])

    return Spaces(vectors=centred(vectors, tags), fit=fit)


def _blended(
    discussion: Embedded,
) -> tuple[Blend, NDArray[np.float32], NDArray[np.float32]]:
    """The fitted blend, and blended vectors of the passages and of the titles."""
    blend = Blend()
    _, blended = blend.fit_transform(discussion.vectors, discussion.passages)
    if not discussion.coded.titles:
        return blend, blended, blended[:0]
    return blend, blended, blend.transform(discussion.of_titles, discussion.coded.titles)[1]


def space_of(discussion: Embedded, *, with_replies: bool = True) -> Spaces:
    """Blended vectors of the passages in their context, as the pipeline makes them."""
    blend, blended, of_titles = _blended(discussion)
    coded, nowhere = discussion.coded, np.full(len(discussion.coded.texts), -1, dtype=np.intp)
    has_title = np.array([bool(title) for title in coded.titles], dtype=np.bool_)
    context = Context(
        message=discussion.owner,
        parent=np.array(coded.parents) if with_replies and coded.parents else nowhere,
        topic=np.where(has_title, np.arange(len(nowhere)), -1) if coded.titles else nowhere,
        topics=of_titles,
    )
    parts = PartSpaces(
        texts=counted([*discussion.passages, *coded.titles]),
        vectors=np.vstack([discussion.vectors, discussion.of_titles])
        if coded.titles
        else discussion.vectors,
        context=context,
        languages=_languages(discussion),
        static_weight=blend.static_weight,
    )
    return Spaces(
        vectors=centred(in_context(blended, context), parts.languages),
        fit=parts.fit,
    )


def our_tree(discussion: Embedded, spaces: Spaces, options: Options = UNMEASURED) -> IdeaTree:
    """The tree of ideas with every passage about the question placed."""
    rows = about_the_question(discussion)
    some, owner = spaces.vectors[rows], discussion.owner[rows]
    tree = find_ideas(
        some,
        similarity_graph(some),
        authorship=Authorship(messages=owner, voices=owner),
        refit=Refit(fit=lambda part: spaces.fit(rows[part]), neighbours=similarity_graph),
        options=options,
    )
    tree = place(some, tree, messages=owner)
    n = len(spaces.vectors)
    leaf, weight = np.full(n, -1, dtype=np.int32), np.zeros(n, dtype=np.float32)
    leaf[rows], weight[rows] = tree.leaf, tree.weight
    return replace(tree, leaf=leaf, weight=weight)


def about_the_question(discussion: Embedded) -> NDArray[np.intp]:
    """Rows of the passages that are about the question, as ``synth.pipeline.relevance`` tells."""
    coded, owner = discussion.coded, discussion.owner.tolist()
    texts, languages = coded.texts, coded.languages
    whole = [reason_of(t, tag, is_whole=True) for t, tag in zip(texts, languages, strict=True)]
    reasons = [
        whole[of] or reason_of(passage, languages[of], is_whole=False)
        for of, passage in zip(owner, discussion.passages, strict=True)
    ]
    counts = np.array([reason is None for reason in reasons])
    examples = Examples.of(vectors_of(example_texts()))
    n = len(texts)
    parents = np.array(coded.parents) if coded.parents else np.full(n, -1)
    turns = Turns(
        vectors=unit_rows(membership(np.where(counts, owner, -1), n) @ discussion.vectors),
        n_words=np.array([n_words(text) for text in texts]),
        parents=parents,
        group=np.arange(n),
        takes_up=takes_up(texts, parents),
    )
    is_nothing = find_no_answers(turns, examples)
    turns = replace(turns, vectors=np.where(is_nothing[:, None], np.float32(0), turns.vectors))
    is_aside = is_nothing | find_off_topic(turns, examples)
    return np.flatnonzero(counts & ~is_aside[discussion.owner])


def _ours(discussion: Embedded, spaces: Spaces, *, clusterer: ClustererName = "linkage") -> Found:
    placed = our_tree(discussion, spaces, replace(UNMEASURED, clusterer=clusterer))
    ideas = idea_per_message(
        PlacedPassage(
            message_id=str(owner),
            source_id="",
            idea_id=str(leaf) if leaf >= 0 else None,
            weight=float(weight),
        )
        for owner, leaf, weight in zip(discussion.owner, placed.leaf, placed.weight, strict=True)
    )
    above = enumerate(placed.parent.tolist())
    return Found(
        labels=[ideas[str(number)] for number in range(len(discussion.coded.texts))],
        parents={str(idea): str(parent) if parent >= 0 else None for idea, parent in above},
    )


def louvain(discussion: Embedded) -> Found:
    """Louvain, resolution 1, on the 10-nearest-neighbour graph of raw cosines."""
    import scipy.sparse as sp
    from sknetwork.clustering import Louvain

    graph = similarity_graph(discussion.whole, n_neighbours=10)
    found = Louvain(random_state=0).fit_predict(sp.csr_matrix(graph))
    return Found.flat(found.tolist())


def k_means(discussion: Embedded) -> Found:
    """k-means, told how many ideas people used."""
    from sklearn.cluster import KMeans

    n_gold = len({gold for gold in discussion.coded.gold if gold is not None})
    found = KMeans(n_gold, n_init=10, random_state=0).fit_predict(discussion.whole)
    return Found.flat(found.tolist())


def hdbscan(discussion: Embedded) -> Found:
    """HDBSCAN, leaf clusters of at least 5, on 15 principal components."""
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import PCA

    few = PCA(15, random_state=0).fit_transform(discussion.whole)
    found = HDBSCAN(min_cluster_size=5, cluster_selection_method="leaf", copy=True).fit_predict(few)
    return Found.flat(found)


def bertopic(discussion: Embedded) -> Found:
    """BERTopic as it comes, on the same vectors."""
    return _bertopic(discussion, discussion.whole, n_least=10, place_outliers=False)


def bertopic_tuned(discussion: Embedded) -> Found:
    """BERTopic with small topics, its outliers put where their vectors are nearest."""
    return _bertopic(discussion, discussion.whole, n_least=5, place_outliers=True)


def bertopic_blended(discussion: Embedded) -> Found:
    whole = discussion.per_text(space_of(discussion).vectors)
    return _bertopic(discussion, whole, n_least=5, place_outliers=True)


def _bertopic(
    discussion: Embedded, vectors: NDArray[np.float32], *, n_least: int, place_outliers: bool
) -> Found:
    from bertopic import BERTopic  # type: ignore[import-not-found]
    from umap import UMAP  # type: ignore[import-not-found]

    # Its own reduction, with a seed: by default every run gives other topics.
    reduction = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0, n_jobs=1
    )
    model = BERTopic(umap_model=reduction, min_topic_size=n_least, language="multilingual")
    found, _ = model.fit_transform(discussion.coded.texts, vectors)
    if place_outliers and -1 in found and max(found) >= 0:
        found = model.reduce_outliers(
            discussion.coded.texts, found, strategy="embeddings", embeddings=vectors
        )
    return Found.flat(found)
