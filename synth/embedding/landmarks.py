"""Landmarks: the passages and leaf directions of a map by which later messages are placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from synth.corpus import Corpus

if TYPE_CHECKING:
    from models.lexical import Arrays

PER_IDEA = 12
"""Passages of each idea that are kept."""
MOST_UNPLACED = 4_000
"""Passages without an idea that are kept; they may open one later."""


class Directions(NamedTuple):
    """Ideas or passages by id, and where they lie."""

    ids: Sequence[int]
    rows: NDArray[np.float32]
    """(n, dim) unit rows."""

    def and_then(self, other: Directions) -> Directions:
        """These and then those."""
        return Directions([*self.ids, *other.ids], np.vstack((self.rows, other.rows)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Leaf ideas and passages with their directions, and the messages that the map was made of."""

    idea_ids: NDArray[np.int64]
    """(n_leaves,) the leaf ideas, those that people merged into others included."""
    centroids: NDArray[np.float32]
    """(n_leaves, dim) the mean direction of each, unit rows."""
    passage_ids: NDArray[np.int64]
    """(n_kept,) passages without an idea, and some of every idea."""
    vectors: NDArray[np.float32]
    """(n_kept, dim) theirs, unit rows; kept in half precision."""
    message_ids: NDArray[np.int64]
    """(n_messages,) ascending."""
    fingerprints: NDArray[np.bytes_]
    """(n_messages,) the beginning of each message's hash when it was mapped."""
    n_built: int
    """Messages of the last whole build."""
    n_changed: int = 0
    """Messages that are new, edited or gone since."""

    @classmethod
    def of(
        cls,
        leaves: Directions,
        passages: Directions,
        *,
        idea_of: Mapping[int, int | None],
        fingerprints: Mapping[int, str],
        n_built: int | None = None,
        n_changed: int = 0,
    ) -> Self:
        """What to keep of ``passages``, beside all ``leaves``. ``idea_of``: passage id → leaf idea.

        ``n_built`` None: this is a whole build, of all messages in ``fingerprints``.
        """
        kept = kept_rows(_leaves_of(passages.ids, leaves.ids, idea_of))
        message_ids, starts = prints(fingerprints)
        return cls(
            idea_ids=np.array(leaves.ids, dtype=np.int64),
            centroids=leaves.rows,
            passage_ids=np.array(passages.ids, dtype=np.int64)[kept],
            vectors=passages.rows[kept],
            message_ids=message_ids,
            fingerprints=starts,
            n_built=len(message_ids) if n_built is None else n_built,
            n_changed=n_changed,
        )

    def arrays(self) -> Arrays:
        """The columns, to be kept; directions in half precision."""
        return {
            "idea_ids": self.idea_ids,
            "centroids": self.centroids.astype(np.float16),
            "passage_ids": self.passage_ids,
            "vectors": self.vectors.astype(np.float16),
            "message_ids": self.message_ids,
            "fingerprints": self.fingerprints,
            "n_messages": np.array([self.n_built, self.n_changed]),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Landmarks from what ``arrays`` gave."""
        n_built, n_changed = arrays["n_messages"].tolist()
        return cls(
            idea_ids=arrays["idea_ids"].astype(np.int64),
            centroids=arrays["centroids"].astype(np.float32),
            passage_ids=arrays["passage_ids"].astype(np.int64),
            vectors=arrays["vectors"].astype(np.float32),
            message_ids=arrays["message_ids"].astype(np.int64),
            fingerprints=arrays["fingerprints"].astype(np.bytes_),
            n_built=n_built,
            n_changed=n_changed,
        )


def prints(fingerprints: Mapping[int, str]) -> tuple[NDArray[np.int64], NDArray[np.bytes_]]:
    """Message ids, ascending, and the beginnings of the hashes of what they say."""
    ids = sorted(fingerprints)
    starts = [fingerprints[i][:16].encode() for i in ids]
    return np.array(ids, dtype=np.int64), np.array(starts, dtype="S16")


def landmarks_of(
    corpus: Corpus,
    idea_of: Mapping[int, int | None],
    *,
    fingerprints: Mapping[int, str],
) -> Landmarks:
    """What to keep of a whole map. ``idea_of``: passage id → leaf idea, or None."""
    from synth.clustering.assignment import idea_centroids

    ids = [passage.id for passage in corpus.passages]
    leaf_ids = sorted({idea for i in ids if (idea := idea_of[i]) is not None})
    centroids = idea_centroids(corpus.centred, _leaves_of(ids, leaf_ids, idea_of), len(leaf_ids))
    return Landmarks.of(
        Directions(leaf_ids, centroids),
        Directions(ids, corpus.centred),
        idea_of=idea_of,
        fingerprints=fingerprints,
    )


def _leaves_of(
    passage_ids: Sequence[int], leaf_ids: Sequence[int], idea_of: Mapping[int, int | None]
) -> NDArray[np.int32]:
    """(n_passages,) the place of each passage's idea among ``leaf_ids``, -1 for none."""
    place: dict[int | None, int] = {idea: row for row, idea in enumerate(leaf_ids)}
    return np.array([place.get(idea_of[i], -1) for i in passage_ids], dtype=np.int32)


def kept_rows(leaf: NDArray[np.int32]) -> NDArray[np.intp]:
    """Rows of the passages to keep, ascending: evenly spread over the discussion."""

    def some(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
        if len(rows) <= most:
            return rows
        return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.intp)]

    found = [some(np.flatnonzero(leaf < 0), MOST_UNPLACED)]
    found += [some(np.flatnonzero(leaf == idea), PER_IDEA) for idea in np.unique(leaf[leaf >= 0])]
    return np.sort(np.concatenate(found))
