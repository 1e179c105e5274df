"""What is kept of a whole build, so that later messages find their place on its map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from synth.embedding.knn_graph import Centre, Context, centred, in_context
from synth.records import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Blend

    Arrays = Mapping[str, NDArray[np.generic]]

PER_IDEA = 12
"""Passages of each idea that are kept to find one's way by."""
MOST_UNPLACED = 4_000
"""Passages without an idea that are kept; they may open one later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """From words to the space in which ideas are told apart, as a whole build fitted it."""

    blend: Blend
    topic_mean: NDArray[np.float32]
    centre: Centre
    share_read: float
    """0..1 of the passages that the model has read."""

    def locate(
        self,
        blended: NDArray[np.float32],
        context: Context,
        languages: Sequence[str | None],
    ) -> NDArray[np.float32]:
        """Blended rows in their context and without what all share: float32 (n, dim)."""
        around = in_context(blended, replace(context, topic_mean=self.topic_mean))
        return centred(around, languages, centre=self.centre)

    def arrays(self) -> Arrays:
        import numpy as np

        kept: dict[str, NDArray[np.generic]] = {
            "topic_mean": self.topic_mean,
            "centre": self.centre.mean,
            "share_read": np.array(self.share_read),
        }
        kept |= {f"language.{tag}": mean for tag, mean in self.centre.of_language.items()}
        return kept | {f"blend.{name}": array for name, array in self.blend.arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        import numpy as np

        from models import Blend

        def part(name: str) -> dict[str, NDArray[np.generic]]:
            start = f"{name}."
            found = arrays.items()
            return {key.removeprefix(start): a for key, a in found if key.startswith(start)}

        of_language = {tag: a.astype(np.float32) for tag, a in part("language").items()}
        return cls(
            blend=Blend.from_arrays(part("blend")),
            topic_mean=arrays["topic_mean"].astype(np.float32),
            centre=Centre(mean=arrays["centre"].astype(np.float32), of_language=of_language),
            share_read=float(arrays["share_read"]),
        )


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

    def grown(
        self,
        *,
        ground_ids: Sequence[int],
        ground_centroids: NDArray[np.float32],
        new: Mapping[int, NDArray[np.float32]],
        signs: tuple[Sequence[int], NDArray[np.float32]],
        came: tuple[Sequence[int], NDArray[np.float32]],
        standing: Mapping[int, int | None],
        fingerprints: Mapping[int, str],
        n_changed: int,
    ) -> Landmarks:
        """The landmarks of a map that has grown.

        ``ground_ids`` and ``ground_centroids``: the leaf ideas it had, and those that were
        merged into them; ``new``: those it has now
        beside them; ``signs`` and ``came``: ids and vectors of the passages that stood for it
        and of those that came; ``standing``: passage id → leaf idea; ``n_changed``: messages that
        came, were edited or went.
        """
        import numpy as np

        ids = [*signs[0], *came[0]]
        vectors = np.vstack((signs[1], came[1]))
        number = {idea: row for row, idea in enumerate([*ground_ids, *new])}
        ideas = [standing[i] for i in ids]
        kept = kept_rows(np.array([-1 if i is None else number.get(i, -1) for i in ideas]))
        message_ids, starts = prints(fingerprints)
        return replace(
            self,
            idea_ids=np.array(list(number), dtype=np.int64),
            centroids=np.vstack((ground_centroids, *new.values())),
            passage_ids=np.array(ids, dtype=np.int64)[kept],
            vectors=vectors[kept],
            message_ids=message_ids,
            fingerprints=starts,
            n_changed=self.n_changed + n_changed,
        )

    def arrays(self) -> Arrays:
        import numpy as np

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
        import numpy as np

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
    import numpy as np

    ids = sorted(fingerprints)
    starts = [fingerprints[i][:16].encode() for i in ids]
    return np.array(ids, dtype=np.int64), np.array(starts, dtype="S16")


def landmarks_of(
    vectors: NDArray[np.float32],
    idea_of: Sequence[int | None],
    passages: Sequence[Passage],
    *,
    fingerprints: Mapping[int, str],
) -> Landmarks:
    """What to keep of a whole map. ``idea_of``: the leaf idea of each passage, or None."""
    import numpy as np

    from synth.clustering.assignment import idea_centroids

    ids = sorted({idea for idea in idea_of if idea is not None})
    number = {idea: row for row, idea in enumerate(ids)}
    leaf = np.array([-1 if i is None else number[i] for i in idea_of], dtype=np.int32)
    kept = kept_rows(leaf)
    message_ids, starts = prints(fingerprints)
    return Landmarks(
        idea_ids=np.array(ids, dtype=np.int64),
        centroids=idea_centroids(vectors, leaf, len(ids)),
        passage_ids=np.array([passages[row].id for row in kept.tolist()], dtype=np.int64),
        vectors=vectors[kept],
        message_ids=message_ids,
        fingerprints=starts,
        n_built=len(message_ids),
    )


def kept_rows(leaf: NDArray[np.int32]) -> NDArray[np.intp]:
    """Rows of the passages to keep, ascending: evenly spread over the discussion."""
    import numpy as np

    def some(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
        if len(rows) <= most:
            return rows
        return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.intp)]

    found = [some(np.flatnonzero(leaf < 0), MOST_UNPLACED)]
    found += [some(np.flatnonzero(leaf == idea), PER_IDEA) for idea in np.unique(leaf[leaf >= 0])]
    return np.sort(np.concatenate(found))
