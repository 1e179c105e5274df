"""Why a passage stands where it stands: what it is like, and which ideas were near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from synth.likeness import Alike, by_direction, by_words, nearest
from synth.pipeline.space import Landmarks
from synth.records import Activity, Placement
from synth.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

N_NEAR = 5
"""Passages that are shown as the nearest."""
N_IDEAS = 3
"""Ideas that are named as near to an unplaced passage."""
LOOKED_AT = 300
"""Passages of an idea, the best fit first, whose words are compared where no model read one."""

FOR_MEAN = 2_000
"""Passages whose mean direction stands for that of all."""

Basis = Literal["vectors", "words"]
"""What likeness rests on: directions of a model that read the passages, or the words they share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is looked up for every passage of a map; make it once."""

    model: str | None
    """Key of the model that read passages for the map; None where none did."""
    mean: NDArray[np.float32] | None
    """Mean direction of what it read."""
    landmarks: Landmarks | None
    """None where nothing was kept of the build: a small discussion, or erased words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The passages of the same idea that are most like one, the likest first."""

    basis: Basis
    passages: tuple[Alike, ...]
    n_compared: int


def ground_of(store: Store, discussion_id: int, activity: Activity) -> Ground:
    """What ``nearest_passages`` and ``nearest_ideas`` take."""
    import numpy as np

    ids = activity.passages[:: max(1, len(activity.passages) // FOR_MEAN)].tolist()
    model = store.vectors.model_of(discussion_id)
    rows = {} if model is None else store.vectors.of_passages(ids, model=model)
    mean = None
    if rows:
        table = np.frombuffer(b"".join(rows.values()), dtype=np.float16)
        mean = table.reshape(len(rows), -1).mean(axis=0, dtype=np.float32)
    arrays = store.spaces.get(discussion_id, "landmarks")
    landmarks = None if arrays is None else Landmarks.from_arrays(arrays)
    return Ground(model=model, mean=mean, landmarks=landmarks)


def nearest_passages(
    store: Store, placement: Placement, beside: Sequence[int], ground: Ground
) -> Nearest:
    """The passages most like one among those ``beside`` it, given the best fit first.

    Directions are compared where a model has read the passage, and then with those that it
    has read too; otherwise the words of the ``LOOKED_AT`` that fit best.
    """
    own_id = placement.passage_id
    if ground.model is not None and ground.mean is not None:
        is_read = store.vectors.of_passages([own_id], model=ground.model)
        vectors = store.vectors.of_passages(beside, model=ground.model) if is_read else {}
        if len(vectors.keys() | is_read.keys()) > 1:
            found = by_direction(own_id, vectors | is_read, mean=ground.mean, most=N_NEAR)
            return Nearest(basis="vectors", passages=tuple(found), n_compared=len(vectors) - 1)
    others = [one for one in beside if one != own_id][:LOOKED_AT]
    texts = store.passages.texts([own_id, *others])
    own = texts.pop(own_id)
    message = store.messages.get(placement.message_id)
    language = None if message is None else message.language
    alike = by_words(own, texts, language=language, most=N_NEAR)
    return Nearest(basis="words", passages=tuple(alike), n_compared=len(texts))


def nearest_ideas(passage_id: int, ground: Ground) -> list[tuple[int, float]]:
    """(leaf idea, cosine) of the ideas nearest to an unplaced passage, nearest first.

    Empty where the build kept no direction of the passage.
    """
    import numpy as np

    kept = ground.landmarks
    if kept is None:
        return []
    rows = np.flatnonzero(kept.passage_ids == passage_id)
    if not len(rows):
        return []
    ids: list[int] = kept.idea_ids.tolist()
    return nearest(kept.vectors[rows[0]], kept.centroids, ids, most=N_IDEAS)
