"""Landmarks: what stands where on a map, kept so that later messages find their place on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from synth.corpus import Corpus

if TYPE_CHECKING:
    from models.lexical import Arrays

PER_IDEA = 12
"""Passages of each idea that are kept to find one's way by."""
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
    """What stands where in the space, and which messages the map was made of."""

    idea_ids: NDArray[np.int64]
    """(n_leaves,) the ideas that passages are placed under, or were before people merged them."""
    centroids: NDArray[np.float32]
    """(n_leaves, dim) the mean direction of each, unit rows."""
    passage_ids: NDArray[np.int64]
    """(n_kept,) passages without an idea, and some of every idea."""
    vectors: NDArray[np.float32]
    """(n_kept, dim) theirs, unit rows; kept in half precision."""
    message_ids: NDArray[np.int64]
    """(n_messages,) ascending."""
    fingerprints: NDArray[np.bytes_]
    """(n_messages,) what each message was when it was mapped."""
    n_built: int
    """Messages of the last whole build."""
    n_changed: int = 0
    """Messages that came, were edited or went since."""

    @property
    def leaves(self) -> Directions:
        return Directions(self.idea_ids.tolist(), self.centroids)

    @property
    def passages(self) -> Directions:
        return Directions(self.passage_ids.tolist(), self.vectors)

    def grown(
        self,
        *,
        leaves: Directions,
        passages: Directions,
        idea_of: Mapping[int, int | None],
        fingerprints: Mapping[int, str],
        n_changed: int,
    ) -> Landmarks:
        """The landmarks of the map after it has grown.

        ``leaves``: its leaf ideas, those that were merged into them as well; ``passages``: those
        that were kept before and those that came; ``idea_of``: passage id → leaf idea;
        ``n_changed``: messages that came, were edited or went.
        """
        number = {idea: row for row, idea in enumerate(leaves.ids)}
        ideas = [idea_of[i] for i in passages.ids]
        kept = kept_rows(np.array([-1 if i is None else number.get(i, -1) for i in ideas]))
        message_ids, starts = prints(fingerprints)
        return replace(
            self,
            idea_ids=np.array(leaves.ids, dtype=np.int64),
            centroids=leaves.rows,
            passage_ids=np.array(passages.ids, dtype=np.int64)[kept],
            vectors=passages.rows[kept],
            message_ids=message_ids,
            fingerprints=starts,
            n_changed=self.n_changed + n_changed,
        )

    def arrays(self) -> Arrays:
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

    ideas = [idea_of[passage.id] for passage in corpus.passages]
    ids = sorted({idea for idea in ideas if idea is not None})
    number = {idea: row for row, idea in enumerate(ids)}
    leaf = np.array([-1 if i is None else number[i] for i in ideas], dtype=np.int32)
    kept = kept_rows(leaf)
    message_ids, starts = prints(fingerprints)
    return Landmarks(
        idea_ids=np.array(ids, dtype=np.int64),
        centroids=idea_centroids(corpus.centred, leaf, len(ids)),
        passage_ids=np.array([corpus.passages[row].id for row in kept.tolist()], dtype=np.int64),
        vectors=corpus.centred[kept],
        message_ids=message_ids,
        fingerprints=starts,
        n_built=len(message_ids),
    )


def kept_rows(leaf: NDArray[np.int32]) -> NDArray[np.intp]:
    """Rows of the passages to keep, ascending: evenly spread over the discussion."""

    def some(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
        if len(rows) <= most:
            return rows
        return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.intp)]

    found = [some(np.flatnonzero(leaf < 0), MOST_UNPLACED)]
    found += [some(np.flatnonzero(leaf == idea), PER_IDEA) for idea in np.unique(leaf[leaf >= 0])]
    return np.sort(np.concatenate(found))
