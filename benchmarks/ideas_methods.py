"""What ``benchmarks.ideas`` compares: our way to ideas, parts of it, and what others do."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.ideas_data import Embedded
from models import Blend
from synth.clustering import Authorship, find_ideas
from synth.clustering.assignment import place
from synth.embedding.context import Context, in_context
from synth.embedding.knn_graph import similarity_graph
from synth.embedding.space import centred
from synth.evaluate import PlacedPassage, idea_per_message
from synth.records import IdeaTree

Labels = list[int | None]
Method = Callable[[Embedded], Labels]


def methods(discussion: Embedded) -> dict[str, Method]:
    """What is compared on a kind of discussion, by the name it has in the table."""
    compared: dict[str, Method] = {"**ours**": ours}
    if discussion.coded.parents:
        compared["ours, replies not followed"] = ours_without_replies
    if discussion.coded.parents or discussion.coded.titles:
        compared["ours, passages alone"] = ours_out_of_context
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


def ours(discussion: Embedded) -> Labels:
    """As ``synth.pipeline`` does it."""
    return _ours(discussion, vectors_in_context(discussion, with_replies=True))


def ours_without_replies(discussion: Embedded) -> Labels:
    return _ours(discussion, vectors_in_context(discussion, with_replies=False))


def ours_out_of_context(discussion: Embedded) -> Labels:
    return _ours(discussion, _blended(discussion)[0])


def ours_unblended(discussion: Embedded) -> Labels:
    return _ours(discussion, discussion.vectors)


def _blended(discussion: Embedded) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Blended vectors of the passages and of the titles."""
    blend = Blend()
    _, blended = blend.fit_transform(discussion.vectors, discussion.passages)
    if not discussion.coded.titles:
        return blended, blended[:0]
    return blended, blend.transform(discussion.of_titles, discussion.coded.titles)[1]


def vectors_in_context(discussion: Embedded, *, with_replies: bool = True) -> NDArray[np.float32]:
    """Blended vectors of the passages, drawn to what stands around them."""
    blended, of_titles = _blended(discussion)
    coded, nowhere = discussion.coded, np.full(len(discussion.coded.texts), -1, dtype=np.intp)
    has_title = np.array([bool(title) for title in coded.titles], dtype=np.bool_)
    return in_context(
        blended,
        Context(
            message=discussion.owner,
            parent=np.array(coded.parents) if with_replies and coded.parents else nowhere,
            topic=np.where(has_title, np.arange(len(nowhere)), -1) if coded.titles else nowhere,
            topics=of_titles,
        ),
    )


def our_tree(
    discussion: Embedded, vectors: NDArray[np.float32], *, n_resamplings: int = 0
) -> IdeaTree:
    """The tree of ideas with every passage placed."""
    vectors = centred(vectors, [discussion.coded.languages[owner] for owner in discussion.owner])
    graph = similarity_graph(vectors)
    written = Authorship(messages=discussion.owner, voices=discussion.owner)
    tree = find_ideas(vectors, graph, authorship=written, seed=0, n_resamplings=n_resamplings)
    return place(vectors, tree, messages=discussion.owner)


def _ours(discussion: Embedded, vectors: NDArray[np.float32]) -> Labels:
    placed = our_tree(discussion, vectors)
    ideas = idea_per_message(
        PlacedPassage(
            message_id=str(owner),
            source_id="",
            idea_id=str(leaf) if leaf >= 0 else None,
            weight=float(weight),
        )
        for owner, leaf, weight in zip(discussion.owner, placed.leaf, placed.weight, strict=True)
    )
    found = (ideas[str(number)] for number in range(len(discussion.coded.texts)))
    return [None if idea is None else int(idea) for idea in found]


def louvain(discussion: Embedded) -> Labels:
    """Louvain, resolution 1, on the 10-nearest-neighbour graph of raw cosines."""
    import scipy.sparse as sp
    from sknetwork.clustering import Louvain

    graph = similarity_graph(discussion.whole, n_neighbours=10)
    found = Louvain(random_state=0).fit_predict(sp.csr_matrix(graph))
    return [int(label) for label in found]


def k_means(discussion: Embedded) -> Labels:
    """k-means, told how many ideas people used."""
    from sklearn.cluster import KMeans

    n_gold = len({gold for gold in discussion.coded.gold if gold is not None})
    found = KMeans(n_gold, n_init=10, random_state=0).fit_predict(discussion.whole)
    return [int(label) for label in found]


def hdbscan(discussion: Embedded) -> Labels:
    """HDBSCAN, leaf clusters of at least 5, on 15 principal components."""
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import PCA

    few = PCA(15, random_state=0).fit_transform(discussion.whole)
    found = HDBSCAN(min_cluster_size=5, cluster_selection_method="leaf", copy=True).fit_predict(few)
    return [int(label) if label >= 0 else None for label in found]


def bertopic(discussion: Embedded) -> Labels:
    """BERTopic as it comes, on the same vectors."""
    return _bertopic(discussion, discussion.whole, n_least=10, place_outliers=False)


def bertopic_tuned(discussion: Embedded) -> Labels:
    """BERTopic with small topics, its outliers put where their vectors are nearest."""
    return _bertopic(discussion, discussion.whole, n_least=5, place_outliers=True)


def bertopic_blended(discussion: Embedded) -> Labels:
    whole = discussion.per_text(vectors_in_context(discussion, with_replies=True))
    return _bertopic(discussion, whole, n_least=5, place_outliers=True)


def _bertopic(
    discussion: Embedded, vectors: NDArray[np.float32], *, n_least: int, place_outliers: bool
) -> Labels:
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
    return [int(label) if label >= 0 else None for label in found]
