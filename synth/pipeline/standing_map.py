"""The stored map that later messages come to: its ideas, and where they lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.clustering.assignment import idea_centroids
from synth.corpus import Corpus
from synth.corrections.constraints import Decision, decisions
from synth.embedding.landmarks import Directions, Landmarks
from synth.embedding.space import Space
from synth.errors import Overtaken
from synth.layout import lay_out_rest
from synth.pipeline.corpus_reader import CorpusReader
from synth.records import Idea, VoicedPassage
from synth.store import Store

LOCATED_BY = 100
"""An idea that people changed is located anew by at most so many of its passages: their mean
direction is within a few degrees of that of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingMap:
    """The map as it is stored now, with what people changed since it was built."""

    outline: Sequence[Idea]
    passages: Mapping[int, VoicedPassage]
    """Every passage of the discussion by id, also those that are not placed yet."""
    leaf_ids: Sequence[int]
    """The leaf ideas, ascending. One that people merged others into stands here once for itself
    and once for each of those."""
    leaves: Directions
    """For each of these: the idea that it was before merging, and its mean direction."""
    landmarks: Directions
    """The passages of the landmarks: those without an idea, and some of every idea."""
    decisions: Sequence[Decision]
    """What people had decided when the map was read."""

    @property
    def centroid_of(self) -> dict[int, NDArray[np.float32]]:
        """Leaf idea → the mean direction of all that it stands for, (dim,), unit."""
        total: dict[int, NDArray[np.float32]] = {}
        for idea, row in zip(self.leaf_ids, self.leaves.rows, strict=True):
            total[idea] = total[idea] + row if idea in total else row
        return {i: row / max(float(np.linalg.norm(row)), 1e-9) for i, row in total.items()}

    def refuse_if_stale(self, store: Store, discussion_id: int) -> None:
        """Raise Overtaken where people changed the stored map since it was read."""
        leaf = {one.passage_id: one.idea_id for one in store.passages.voiced(discussion_id)}
        is_as_read = (
            decisions(store, discussion_id) == self.decisions
            and {idea.id for idea in store.ideas.outline(discussion_id)}
            == {idea.id for idea in self.outline}
            and leaf == {i: one.idea_id for i, one in self.passages.items()}
        )
        if not is_as_read:
            raise Overtaken("the map was corrected while it was being built; build it again")


def standing_map(reader: CorpusReader, space: Space, landmarks: Landmarks) -> StandingMap:
    """Read the map from the store. Ideas whose passages people changed are located anew."""
    store, discussion_id = reader.store, reader.discussion_id
    made = decisions(store, discussion_id)
    outline = store.ideas.outline(discussion_id)
    passages = {one.passage_id: one for one in store.passages.voiced(discussion_id)}
    above = {idea.parent_id for idea in outline}
    leaf_ids = sorted({c.idea_id for c in passages.values() if c.idea_id is not None} - above)
    known = _known_directions(leaf_ids, landmarks, store)
    changed = store.growth.changed_by_people(discussion_id)
    by_hand = {idea: known[idea] for idea in leaf_ids if idea in changed or idea not in known[idea]}
    known |= _located_anew(by_hand, passages, reader, space)
    rows = [(idea, name, row) for idea in leaf_ids for name, row in known[idea].items()]
    standing = [row for row, i in enumerate(landmarks.passage_ids.tolist()) if i in passages]
    dim = landmarks.centroids.shape[1]
    return StandingMap(
        outline=outline,
        passages=passages,
        leaf_ids=[idea for idea, _, _ in rows],
        leaves=Directions(
            [name for _, name, _ in rows],
            np.array([row for *_, row in rows], dtype=np.float32).reshape(len(rows), dim),
        ),
        landmarks=Directions(landmarks.passage_ids[standing].tolist(), landmarks.vectors[standing]),
        decisions=made,
    )


def _known_directions(
    leaf_ids: Sequence[int], landmarks: Landmarks, store: Store
) -> dict[int, dict[int, NDArray[np.float32]]]:
    """The directions that each leaf idea was known by: its own first, then those of the ideas
    that were merged into it."""
    found: dict[int, dict[int, NDArray[np.float32]]] = {idea: {} for idea in leaf_ids}
    known = dict(zip(landmarks.idea_ids.tolist(), landmarks.centroids, strict=True))
    for name in sorted(known, key=lambda i: (i not in found, i)):
        idea = name if name in found else store.corrections.merged_into(name)
        if idea in found:
            found[idea][name] = known[name]
    return found


def _located_anew(
    known: Mapping[int, Mapping[int, NDArray[np.float32]]],
    passages: Mapping[int, VoicedPassage],
    reader: CorpusReader,
    space: Space,
) -> dict[int, dict[int, NDArray[np.float32]]]:
    """The directions of ideas that people changed, from some of their passages, evenly spread.

    ``known``: idea → its directions before that. Each passage goes with the nearest of these, so
    that an idea which another one was merged into has the directions of both, and not one in
    between.
    """
    if not known:
        return {}
    under: dict[int, list[VoicedPassage]] = defaultdict(list)
    for one in passages.values():
        if one.idea_id is not None:
            under[one.idea_id].append(one)
    some = {c.passage_id: c for idea in known for c in _spread(under[idea])}
    corpus, _ = reader.transform({c.message_id for c in some.values()}, space)
    corpus = corpus.of_passages(some.keys())
    of = np.array([some[p.id].idea_id or 0 for p in corpus.passages], dtype=np.intp)
    found: dict[int, dict[int, NDArray[np.float32]]] = {}
    for idea, before in known.items():
        rows = corpus.centred[of == idea]
        near = rows @ np.array(list(before.values())).T if before else np.zeros((len(rows), 1))
        parts, part = np.unique(near.argmax(axis=1), return_inverse=True)
        names = [idea, *(name for name in before if name != idea)]
        means = idea_centroids(rows, part.astype(np.int32), len(parts))
        found[idea] = dict(zip(names, means, strict=False))
    return found


def _spread(members: Sequence[VoicedPassage]) -> list[VoicedPassage]:
    """At most `LOCATED_BY` of them, evenly spread from the first to the last."""
    n = min(LOCATED_BY, len(members))
    return [members[at * len(members) // n] for at in range(n)]


def places_of(
    corpus: Corpus,
    idea_of: Mapping[int, int | None],
    standing: StandingMap,
    positions: Mapping[int, tuple[float, float]],
    *,
    seed: int,
) -> dict[int, tuple[float, float]]:
    """Where later passages lie on the map: near the passages of their idea that are most like them.

    ``idea_of``: the idea of every passage that has a new one; ``positions``: passage id → place
    of the landmarks.
    """
    marks = standing.landmarks
    rows = [row for row, i in enumerate(marks.ids) if i in positions]
    ids = [marks.ids[row] for row in rows]
    if not ids or not len(corpus):
        return {}
    later = [passage.id for passage in corpus.passages]
    ideas = [idea_of[i] if i in idea_of else standing.passages[i].idea_id for i in (*ids, *later)]
    number = {idea: row for row, idea in enumerate(sorted({i for i in ideas if i is not None}))}
    leaf = [-1 if idea is None else number[idea] for idea in ideas]
    places = lay_out_rest(
        np.vstack((marks.rows[rows], corpus.centred)),
        np.array(leaf, dtype=np.int32),
        drawn=np.arange(len(ids)),
        positions=np.array([positions[i] for i in ids], dtype=np.float32),
        seed=seed,
    )
    return {i: (x, y) for i, (x, y) in zip(later, places[len(ids) :].tolist(), strict=True)}
