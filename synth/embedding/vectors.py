"""Vectors of texts by an encoder, cached: only what it has never read before is embedded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models import Embedder
from models.text_counts import CountedTexts, counted
from models.vectors import unit_rows
from models.weights import cached_file
from synth.records import Passage
from synth.settings import Progress
from synth.store import Store
from synth.store.rows import sha256_text

KEEP_EVERY = 2_000
"""Vectors are kept in portions, so that an interrupted build loses little."""
READ_AT_MOST = 16_000
"""Texts that an encoder reads in one discussion. A few minutes on two cores; what is beyond
it is judged by its words and by what the encoder said of passages with the same words."""
TOPICS_READ = 0.25
"""Share of them that the topics of messages may take from passages, where there are so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTexts:
    """Texts, and what an encoder says of them."""

    texts: CountedTexts
    vectors: NDArray[np.float32]
    """(n, dim) unit rows, zero where the text was not read; dim 0 where no encoder reads."""
    is_read: NDArray[np.bool_]
    """(n,)"""

    def take(self, rows: NDArray[np.intp]) -> Self:
        """Some of the texts."""
        return type(self)(
            texts=self.texts.take(rows), vectors=self.vectors[rows], is_read=self.is_read[rows]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What is to be read of passages that came after a space was fitted."""

    is_new: Sequence[bool]
    """(n_passages,) the encoder reads new passages; of others it counts what it has read."""
    share_read: float | None
    """How large a share of the new ones, as of the discussion before; None: every text, new or
    not, because nothing can stand in for what is not read."""
    dim: int
    """Columns of the encoder's vectors."""


def read_texts(
    store: Store,
    embedder: Embedder,
    passages: Sequence[Passage],
    *,
    topics: Sequence[str] = (),
    later: Later | None = None,
    progress: Progress,
) -> ReadTexts:
    """The passages, then the ``topics``, with their vectors.

    Vectors are kept by the hash of their words and in half precision, and always used so:
    a warm cache gives the same map as a cold one. Of a whole discussion (``later`` None) an
    encoder reads ``READ_AT_MOST`` texts. A model that is fitted on the discussion reads nothing
    before the blend does: its rows have no dimension.
    """
    texts = [*(passage.text for passage in passages), *topics]
    everything = np.ones(len(texts), dtype=np.bool_)
    if embedder.is_fitted_per_discussion:
        nothing = np.zeros((len(texts), 0), dtype=np.float32)
        return ReadTexts(texts=counted(texts), vectors=nothing, is_read=everything)
    hashes = [sha256_text(text) for text in texts]
    lines = hashes[len(passages) :]
    if later is None:
        wanted = _first_to_read(passages, hashes, lines)
    elif later.share_read is None:
        wanted = frozenset(hashes)
    else:
        wanted = _share_to_read(passages, hashes, later) | frozenset(lines)
    kept = _vectors(store, embedder, dict(zip(hashes, texts, strict=True)), wanted, progress)
    if later is not None:
        others = [sha for sha in hashes if sha not in kept]
        kept |= store.vectors.get(others, model=embedder.fingerprint)
    dim = later.dim if later is not None else embedder.card.dimensions or 1
    return ReadTexts(
        texts=counted(texts),
        vectors=kept_rows(hashes, kept, dim),
        is_read=np.array([sha in kept for sha in hashes], dtype=np.bool_),
    )


def read_examples(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Texts that stand in no discussion, float32 (n, dim), unit rows: read once on a machine, and
    kept in half precision in the cache folder."""
    key = sha256_text("\n".join([embedder.fingerprint, *texts]))[:32]
    kept = cached_file(
        f"examples-{key}", make=lambda: embedder.encode(texts).astype(np.float16).tobytes()
    )
    rows = np.frombuffer(kept.read_bytes(), dtype=np.float16).reshape(len(texts), -1)
    return unit_rows(rows.astype(np.float32))


def kept_of_passages(
    store: Store, embedder: Embedder, passages: Sequence[Passage]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What the model has read of passages: float32 (n, dim), and which they are, (n,)."""
    hashes = [sha256_text(passage.text) for passage in passages]
    kept = store.vectors.get(hashes, model=embedder.fingerprint)
    rows = kept_rows(hashes, kept, embedder.card.dimensions or 1)
    return rows, np.array([sha in kept for sha in hashes], dtype=np.bool_)


def kept_rows(hashes: Sequence[str], kept: Mapping[str, bytes], dim: int) -> NDArray[np.float32]:
    """Kept vectors, by hash, as float32 (n, dim), unit rows; zero where none is kept.

    ``dim`` counts where no vector is kept at all.
    """
    blank = bytes(len(next(iter(kept.values()), bytes(2 * dim))))
    rows = np.frombuffer(b"".join(kept.get(sha, blank) for sha in hashes), dtype=np.float16)
    return unit_rows(rows.reshape(len(hashes), len(blank) // 2).astype(np.float32))


def _vectors(
    store: Store,
    embedder: Embedder,
    text_of: Mapping[str, str],
    wanted: frozenset[str],
    progress: Progress,
) -> dict[str, bytes]:
    """Half-precision vectors by content hash: the kept ones, and the missing ones made now."""
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


def _first_to_read(
    passages: Sequence[Passage], hashes: Sequence[str], lines: Sequence[str]
) -> frozenset[str]:
    """Hashes of what is read of a whole discussion.

    Topics come first, for they are short and each stands for a whole message: as many as their
    share, or as passages leave room for.
    """
    n_passages = len(set(hashes[: len(passages)]))
    n_topics = max(int(TOPICS_READ * READ_AT_MOST), READ_AT_MOST - n_passages)
    first = frozenset(lines[:n_topics])
    return first | _to_read(passages, hashes, at_most=READ_AT_MOST - len(first))


def _share_to_read(
    passages: Sequence[Passage], hashes: Sequence[str], later: Later
) -> frozenset[str]:
    """Hashes of the new passages that are read, as large a share as of the discussion before."""
    new = [
        (p, sha) for p, sha, is_new in zip(passages, hashes, later.is_new, strict=False) if is_new
    ]
    at_most = math.ceil((later.share_read or 0.0) * len(new))
    return _to_read([p for p, _ in new], [sha for _, sha in new], at_most=at_most)


def _to_read(passages: Sequence[Passage], hashes: Sequence[str], *, at_most: int) -> frozenset[str]:
    """Hashes of ``at_most`` passages: the first of every message, then the second ones, and so
    on; among equals the content hash decides."""
    place: dict[str, int] = {}
    nth: Counter[int] = Counter()
    for passage, sha in zip(passages, hashes, strict=False):
        place[sha] = min(place.get(sha, nth[passage.message_id]), nth[passage.message_id])
        nth[passage.message_id] += 1
    if len(place) <= at_most:
        return frozenset(place)
    order = sorted(place, key=lambda sha: (place[sha], sha))
    return frozenset(order[:at_most])
