"""The map as it stands before it grows, and places on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.layout import set_among
from synth.pipeline.arriving import Arrivals, Located
from synth.pipeline.space import Landmarks
from synth.placement import idea_centroids
from synth.records import Idea, Origin
from synth.store import Store
from synth.store.growth import Carried

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEARD = 40
"""Passages by which an idea is known that was made by hand since the last whole build."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The map as it stands."""

    outline: Sequence[Idea]
    carried: Mapping[int, Carried]
    """Every passage of the discussion by id, also those that came and are not placed yet."""
    known_ids: Sequence[int]
    """The ideas that are known, each by its centroid: those that passages stand under,
    ascending, then those that people merged into one of them since."""
    leaf_ids: Sequence[int]
    """The idea on the map that each known one is now."""
    centroids: NDArray[np.float32]
    """(n_known, dim) the mean direction of each, unit rows."""
    sign_ids: Sequence[int]
    """Passages to find one's way by: those without an idea, and some of every idea."""
    signs: NDArray[np.float32]
    """(n_signs, dim) theirs, unit rows."""

    @property
    def centroid_of(self) -> dict[int, NDArray[np.float32]]:
        return dict(zip(self.known_ids, self.centroids, strict=True))


def ground_of(store: Store, discussion_id: int, landmarks: Landmarks, arrivals: Arrivals) -> Ground:
    """The map as it stands in the store: what people changed since it was built counts.

    What two merged ideas say may lie far apart, so the one that is gone stays known by its own
    centroid: what comes and is like it goes to the idea that it lives on in.
    """
    import numpy as np

    outline = store.ideas.outline(discussion_id)
    carried = {one.passage_id: one for one in store.growth.carried(discussion_id)}
    above = {idea.parent_id for idea in outline}
    leaf_ids = sorted({c.idea_id for c in carried.values() if c.idea_id is not None} - above)
    known = dict(zip(landmarks.idea_ids.tolist(), landmarks.centroids, strict=True))
    by_hand = [idea for idea in leaf_ids if idea not in known]
    known |= _heard(by_hand, carried, arrivals)
    standing = [row for row, i in enumerate(landmarks.passage_ids.tolist()) if i in carried]
    dim = landmarks.centroids.shape[1]
    merged = {i: into for i in sorted(known) if (into := store.corrections.merged_into(i))}
    apart = [idea.id for idea in outline if idea.origin is Origin.PERSON and idea.id in known]
    lives_on = {
        i: into
        for i, into in merged.items()
        if into in set(leaf_ids) and not _is_parted_again(i, into, apart, known)
    }
    known_ids = [*leaf_ids, *lives_on]
    rows = [known[idea] for idea in known_ids]
    return Ground(
        outline=outline,
        carried=carried,
        known_ids=known_ids,
        leaf_ids=[*leaf_ids, *lives_on.values()],
        centroids=np.array(rows, dtype=np.float32).reshape(len(rows), dim),
        sign_ids=landmarks.passage_ids[standing].tolist(),
        signs=landmarks.vectors[standing],
    )


def _is_parted_again(
    merged_id: int,
    into: int,
    apart: Sequence[int],
    known: Mapping[int, NDArray[np.float32]],
) -> bool:
    """Whether a later idea of ``apart``, which people split off, says what the merged one said:
    it lies nearer to that one than the idea does that it was merged ``into``."""
    of = known[merged_id]
    return any(i > merged_id and of @ known[i] > of @ known[into] for i in apart if i != into)


def _heard(
    idea_ids: Sequence[int], carried: Mapping[int, Carried], arrivals: Arrivals
) -> dict[int, NDArray[np.float32]]:
    """The centroids of ideas that no build has made, from some of their passages."""
    import numpy as np

    if not idea_ids:
        return {}
    under: dict[int, list[Carried]] = defaultdict(list)
    for one in carried.values():
        if one.idea_id is not None:
            under[one.idea_id].append(one)
    some = {c.passage_id: c for idea in idea_ids for c in under[idea][:HEARD]}
    located = arrivals.locate({c.message_id for c in some.values()}).of(some.keys())
    number = {idea: row for row, idea in enumerate(idea_ids)}
    leaf = [number[some[passage.id].idea_id or 0] for passage in located.passages]
    found = idea_centroids(located.middle, np.array(leaf, dtype=np.int32), len(idea_ids))
    return dict(zip(idea_ids, found, strict=True))


def places_of(
    located: Located,
    idea_of: Mapping[int, int | None],
    ground: Ground,
    positions: Mapping[int, tuple[float, float]],
    *,
    seed: int,
) -> dict[int, tuple[float, float]]:
    """Where the located passages stand on the map: among those of their idea they are most like.

    ``idea_of``: the idea of every passage that has a new one; ``positions``: passage id → place
    of the signs.
    """
    import numpy as np

    signs = [row for row, i in enumerate(ground.sign_ids) if i in positions]
    ids = [ground.sign_ids[row] for row in signs]
    if not ids or not located.passages:
        return {}
    came = [passage.id for passage in located.passages]
    ideas = [idea_of[i] if i in idea_of else ground.carried[i].idea_id for i in (*ids, *came)]
    number = {idea: row for row, idea in enumerate(sorted({i for i in ideas if i is not None}))}
    leaf = [-1 if idea is None else number[idea] for idea in ideas]
    places = set_among(
        np.vstack((ground.signs[signs], located.middle)),
        np.array(leaf, dtype=np.int32),
        drawn=np.arange(len(ids)),
        positions=np.array([positions[i] for i in ids], dtype=np.float32),
        seed=seed,
    )
    return {i: (x, y) for i, (x, y) in zip(came, places[len(ids) :].tolist(), strict=True)}
