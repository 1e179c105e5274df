"""Vectors of a discussion's passages: only what was never seen before is embedded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from synth.records import Passage
from synth.settings import Progress
from synth.store import Store
from synth.store.values import sha256_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Embedder

KEEP_EVERY = 2_000
"""Vectors are kept in portions, so that an interrupted build loses little."""
READ_AT_MOST = 16_000
"""Texts that an encoder reads in one discussion. A few minutes on two cores; what is beyond
it is judged by its words and by what the encoder said of passages with the same words."""
TOPICS_READ = 0.25
"""Share of them that may go to the topics of messages, where there are so many."""


def embed_passages(
    store: Store,
    embedder: Embedder,
    passages: Sequence[Passage],
    *,
    topics: Sequence[str] = (),
    progress: Progress,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Unit vectors of the passages, then of the ``topics``, and which rows the model has read.

    Returns float32 (n_passages + n_topics, dim) and bool (n_passages + n_topics,).
    Vectors are kept by the hash of their words and in half precision, and always used so:
    a warm cache gives the same map as a cold one. Rows that were not read (beyond
    ``READ_AT_MOST``, topics included) are zero. A model that is fitted on the discussion reads
    nothing before the blend does: its rows have no dimension.
    """
    import numpy as np

    texts = [*(passage.text for passage in passages), *topics]
    everything = np.ones(len(texts), dtype=np.bool_)
    if embedder.is_fitted_per_discussion:
        return np.zeros((len(texts), 0), dtype=np.float32), everything
    if not texts:
        return np.zeros((0, embedder.card.dimensions or 1), dtype=np.float32), everything
    hashes = [sha256_text(passage.text) for passage in passages]
    lines = [sha256_text(line) for line in topics]
    # Topics are short, and each stands for a whole message: they come first.
    first = frozenset(lines[: int(TOPICS_READ * READ_AT_MOST)])
    wanted = first | _to_read(passages, hashes, at_most=READ_AT_MOST - len(first))
    hashes = [*hashes, *lines]
    is_read = np.array([sha in wanted for sha in hashes], dtype=np.bool_)
    kept = _vectors(store, embedder, dict(zip(hashes, texts, strict=True)), wanted, progress)
    return _as_rows(hashes, kept, len(next(iter(kept.values()))) // 2), is_read


def embed_later(
    store: Store,
    embedder: Embedder,
    passages: Sequence[Passage],
    *,
    is_new: Sequence[bool],
    share_read: float | None,
    topics: Sequence[str] = (),
    dim: int,
    progress: Progress,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The same for some passages of a discussion whose map is there.

    Of the new ones the model reads as large a share as it read of the discussion; for the
    others it counts what is kept. ``share_read`` None: nothing can stand in for what is not
    read, so all is. ``topics`` are read all. ``dim``: columns of the model.
    """
    import numpy as np

    texts = [*(passage.text for passage in passages), *topics]
    if embedder.is_fitted_per_discussion:
        return np.zeros((len(texts), 0), dtype=np.float32), np.ones(len(texts), dtype=np.bool_)
    hashes = [sha256_text(text) for text in texts]
    wanted = frozenset(hashes)
    if share_read is not None:
        new = [(p, sha) for p, sha, fresh in zip(passages, hashes, is_new, strict=False) if fresh]
        at_most = math.ceil(share_read * len(new))
        chosen = _to_read([p for p, _ in new], [sha for _, sha in new], at_most=at_most)
        wanted = frozenset(hashes[len(passages) :]) | chosen
    kept = _vectors(store, embedder, dict(zip(hashes, texts, strict=True)), wanted, progress)
    kept |= store.vectors.get(
        [sha for sha in hashes if sha not in kept], model=embedder.fingerprint
    )
    is_read = np.array([sha in kept for sha in hashes], dtype=np.bool_)
    return _as_rows(hashes, kept, dim), is_read


def _as_rows(hashes: Sequence[str], kept: Mapping[str, bytes], dim: int) -> NDArray[np.float32]:
    """float32 (n, dim), unit rows; zero where nothing is kept."""
    import numpy as np

    blank = bytes(2 * dim)
    rows = np.frombuffer(b"".join(kept.get(sha, blank) for sha in hashes), dtype=np.float16)
    vectors = rows.reshape(len(hashes), dim).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


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


def _to_read(passages: Sequence[Passage], hashes: Sequence[str], *, at_most: int) -> frozenset[str]:
    """Hashes of the passages that the model reads: the first of every message, then the second
    ones, and so on up to ``at_most``; among equals the content hash decides."""
    place: dict[str, int] = {}
    nth: Counter[int] = Counter()
    for passage, sha in zip(passages, hashes, strict=True):
        place[sha] = min(place.get(sha, nth[passage.message_id]), nth[passage.message_id])
        nth[passage.message_id] += 1
    if len(place) <= at_most:
        return frozenset(place)
    order = sorted(place, key=lambda sha: (place[sha], sha))
    return frozenset(order[:at_most])
