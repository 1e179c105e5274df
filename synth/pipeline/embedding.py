"""Vectors of a discussion's passages: only what was never seen before is embedded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from synth.records import Passage
from synth.settings import Progress
from synth.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Embedder

KEEP_EVERY = 2_000
"""Vectors are kept in portions, so that an interrupted build loses little."""
READ_AT_MOST = 16_000
"""Passages that an encoder reads in one discussion. A few minutes on two cores; what is beyond
it is judged by its words and by what the encoder said of passages with the same words."""


def embed_passages(
    store: Store,
    embedder: Embedder,
    passages: Sequence[Passage],
    hashes: Sequence[str],
    *,
    progress: Progress,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Unit vectors of the passages, float32 (n, dim), and which rows the model has read (n,).

    ``hashes`` are content hashes of the passages' texts. Vectors are kept, and so always
    used, in half precision: a warm cache gives the same map as a cold one. Rows that
    were not read (beyond ``READ_AT_MOST``) are zero.
    """
    import numpy as np

    texts = [passage.text for passage in passages]
    everything = np.ones(len(texts), dtype=np.bool_)
    if embedder.is_fitted_per_discussion:
        with progress.stage("Embed", total=len(texts), unit="passages") as stage:
            return embedder.encode(texts, progress=stage.advance), everything
    if not texts:
        return np.zeros((0, embedder.card.dimensions or 1), dtype=np.float32), everything
    wanted = _to_read(passages, hashes)
    is_read = np.array([sha in wanted for sha in hashes], dtype=np.bool_)
    kept = _vectors(store, embedder, dict(zip(hashes, texts, strict=True)), wanted, progress)
    size = len(next(iter(kept.values()))) // 2
    blank = bytes(2 * size)
    rows = np.frombuffer(b"".join(kept.get(sha, blank) for sha in hashes), dtype=np.float16)
    vectors = rows.reshape(len(texts), size).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32), is_read


def _vectors(
    store: Store,
    embedder: Embedder,
    text_of: Mapping[str, str],
    wanted: Collection[str],
    progress: Progress,
) -> dict[str, bytes]:
    """Half-precision vectors by content hash: the kept ones, and the missing ones made now."""
    import numpy as np

    key = embedder.fingerprint
    kept = store.vectors.get(list(wanted), model=key)
    missing = [sha for sha in text_of if sha in wanted and sha not in kept]
    with progress.stage("Embed", total=len(missing), unit="passages") as stage:
        for at in range(0, len(missing), KEEP_EVERY):
            portion = missing[at : at + KEEP_EVERY]
            found = embedder.encode([text_of[sha] for sha in portion], progress=stage.advance)
            half = found.astype(np.float16)
            store.vectors.put(portion, half, model=key)
            kept |= {sha: row.tobytes() for sha, row in zip(portion, half, strict=True)}
    return kept


def _to_read(passages: Sequence[Passage], hashes: Sequence[str]) -> frozenset[str]:
    """Hashes of the passages that the model reads: the first of every message, then the second
    ones, and so on up to ``READ_AT_MOST``; among equals the content hash decides."""
    place: dict[str, int] = {}
    nth: Counter[int] = Counter()
    for passage, sha in zip(passages, hashes, strict=True):
        place[sha] = min(place.get(sha, nth[passage.message_id]), nth[passage.message_id])
        nth[passage.message_id] += 1
    if len(place) <= READ_AT_MOST:
        return frozenset(place)
    order = sorted(place, key=lambda sha: (place[sha], sha))
    return frozenset(order[:READ_AT_MOST])
