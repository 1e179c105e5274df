"""Vectors of a discussion's passages: only what was never seen before is embedded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synth.settings import Progress
from synth.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Embedder

KEEP_EVERY = 2_000
"""Vectors are kept in portions, so that an interrupted build loses little."""


def embed_passages(
    store: Store,
    embedder: Embedder,
    texts: Sequence[str],
    hashes: Sequence[str],
    *,
    progress: Progress,
) -> NDArray[np.float32]:
    """Unit vectors of ``texts``: float32 (n, dim).

    ``hashes`` are content hashes of the texts. Vectors are kept, and so always used, in half
    precision: a warm cache gives the same map as a cold one.
    """
    import numpy as np

    if embedder.is_fitted_per_discussion:
        with progress.stage("Embed", total=len(texts), unit="passages") as stage:
            return embedder.encode(texts, progress=stage.advance)
    key = embedder.fingerprint
    kept = store.vectors.get(hashes, model=key)
    text_of = dict(zip(hashes, texts, strict=True))
    missing = [sha for sha in text_of if sha not in kept]
    with progress.stage("Embed", total=len(missing), unit="passages") as stage:
        for at in range(0, len(missing), KEEP_EVERY):
            portion = missing[at : at + KEEP_EVERY]
            found = embedder.encode([text_of[sha] for sha in portion], progress=stage.advance)
            half = found.astype(np.float16)
            store.vectors.put(portion, half, model=key)
            kept |= {sha: row.tobytes() for sha, row in zip(portion, half, strict=True)}
    if not texts:
        return np.zeros((0, embedder.card.dimensions or 1), dtype=np.float32)
    rows = np.frombuffer(b"".join(kept[sha] for sha in hashes), dtype=np.float16)
    vectors = rows.reshape(len(texts), -1).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
