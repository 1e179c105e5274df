"""Read from the store what a search by meaning needs, with the model of the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from synth.embedding.space import Centre, Space, centre_of, centred
from synth.embedding.vectors import kept_rows
from synth.errors import ModelMissing, StoreProblem
from synth.records import Passage
from synth.search.nearness import N_SAMPLE, scale_of
from synth.search.semantic import SemanticIndex
from synth.store import Store
from synth.store.rows import sha256_text

if TYPE_CHECKING:
    from models import Blend, Embedder

ESTIMATE_PENALTY = 0.4
"""Taken off the cosine of a passage that the model has not read: an estimate is nearer to all
questions than what was read (``benchmarks/search.py``). In standard deviations of the cosines
of passages that were read, since every model has its own scale."""


def read_semantic_index(
    store: Store, discussion_id: int, *, load: Callable[[str], Embedder] | None = None
) -> SemanticIndex:
    """What every passage means to the model that the map was made with; takes seconds.

    Passages that the model did not read for the map are estimated from their words, as there.
    Raises StoreProblem where there is no map, ModelMissing where its model cannot be loaded or is
    not the one that read the passages. ``load`` stands in for ``models.load``.
    """
    import models

    run = store.runs.last(discussion_id)
    name = "" if run is None else str(run.model.get("name", ""))
    if run is None or not name:
        raise StoreProblem("there is no map of this discussion yet")
    embedder = (load or models.load)(name)
    _require_same(embedder, run.model)
    passages = sorted(store.passages.all(discussion_id), key=lambda passage: passage.id)
    fitted = store.spaces.get(discussion_id, "fitted")
    blend = None if fitted is None else Space.from_arrays(fitted).blend
    vectors, is_read, encode = _vectors(store, embedder, passages, blend)
    languages = store.messages.languages(discussion_id)
    tags = [languages.get(passage.message_id) for passage in passages]
    vectors, shifts = without_languages(vectors, tags)
    return SemanticIndex(
        model=name,
        is_of_words=embedder.is_fitted_per_discussion,
        passages=np.array([passage.id for passage in passages], dtype=np.int64),
        vectors=vectors,
        penalty=np.where(is_read, np.float32(0), np.float32(penalty_of(vectors[is_read]))),
        shifts=shifts,
        scale=scale_of(
            vectors,
            messages=np.array([passage.message_id for passage in passages], dtype=np.int64),
            letters=[len(passage.text) for passage in passages],
            languages=tags,
            is_read=is_read,
        ),
        encode=encode,
    )


def without_languages(
    vectors: NDArray[np.float32], tags: Sequence[str | None]
) -> tuple[NDArray[np.float32], Mapping[str, NDArray[np.float32]]]:
    """Vectors without what each language shares, and that by language; as they are where there is
    one language.

    Without it a question in one language finds passages in the other.
    """
    if len(set(tags)) < 2:
        return vectors, {}
    shifts = centre_of(vectors, tags).of_language
    unmoved = np.zeros(vectors.shape[1], dtype=np.float32)
    return centred(vectors, tags, centre=Centre(mean=unmoved, of_language=shifts)), shifts


def penalty_of(read: NDArray[np.float32]) -> float:
    """What is taken off the cosine of an estimate beside passages ``read``, (n, dim) unit rows."""
    some = read[:: max(1, len(read) // N_SAMPLE)]
    return ESTIMATE_PENALTY * float((some @ read.T).std(axis=1).mean()) if len(read) else 0.0


def _require_same(embedder: Embedder, card: Mapping[str, object]) -> None:
    known = (embedder.card.sha256, embedder.card.adapter_sha256)
    if (card.get("sha256"), card.get("adapter_sha256")) != known:
        raise ModelMissing(
            f"{embedder.card.name}: the map was made with other weights of this model; "
            "make the map anew"
        )


def _vectors(
    store: Store, embedder: Embedder, passages: Sequence[Passage], blend: Blend | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_], Callable[[str], NDArray[np.float32]]]:
    """Unit rows, which of them the model has read, and how a text gets its own."""
    from models import Blend

    texts = [passage.text for passage in passages]
    if embedder.is_fitted_per_discussion:
        nothing = np.zeros((len(texts), 0), dtype=np.float32)
        known = blend or Blend().fit(nothing, texts)
        rows = known.transform(nothing, texts)[1] if texts else np.zeros((0, 1), np.float32)
        one = np.zeros((1, 0), dtype=np.float32)
        everything = np.ones(len(texts), dtype=np.bool_)
        return rows, everything, lambda text: known.transform(one, [text])[1][0]
    vectors, is_read = _kept(store, embedder, texts)
    if not is_read.all():
        vectors = _estimated(vectors, texts, is_read, blend)
    return vectors, is_read, lambda text: embedder.encode([text])[0]


def _kept(
    store: Store, embedder: Embedder, texts: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Vectors that builds kept, and which texts have one; the others are zero."""
    hashes = [sha256_text(text) for text in texts]
    kept = store.vectors.get(hashes, model=embedder.fingerprint)
    dim = embedder.encode(["."]).shape[1]  # loads the model now, not with the first question
    is_read = np.array([sha in kept for sha in hashes], dtype=np.bool_)
    return kept_rows(hashes, kept, dim), is_read


def _estimated(
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    is_read: NDArray[np.bool_],
    blend: Blend | None,
) -> NDArray[np.float32]:
    """The vectors with estimates in the rows that the model has not read."""
    from models import Blend

    if blend is None or not blend.estimates:
        if not is_read.any():
            raise ModelMissing("nothing of what the model read is kept; make the map anew")
        blend = Blend().fit(vectors, texts, is_known=is_read)
    unread: list[int] = np.flatnonzero(~is_read).tolist()
    nothing = np.zeros((len(unread), vectors.shape[1]), dtype=np.float32)
    guessed, _ = blend.transform(
        nothing, [texts[row] for row in unread], is_known=np.zeros(len(unread), dtype=np.bool_)
    )
    vectors[unread] = guessed
    return vectors
