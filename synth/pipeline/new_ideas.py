"""New ideas on a map that stays: their passages, the ideas they go under, their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synth.clustering import Authorship
from synth.clustering.assignment import idea_centroids
from synth.clustering.incremental import new_leaves, parent_for
from synth.corpus import Corpus
from synth.embedding.knn_graph import similarity_graph
from synth.pipeline.standing_map import StandingMap
from synth.records import IdeaName, IdeaStatus, IdeaTree, Lock, VoicedPassage
from synth.titles import Encode, name_ideas

READ_WORDS = 4_000
"""Words parsed for the titles of what is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIdea:
    """A new leaf idea."""

    weight: Mapping[int, float]
    """Passage id → how well it fits, 0..1."""
    centroid: NDArray[np.float32]
    """(dim,), unit."""
    parent_id: int | None
    """The idea it goes under."""


def find_new_ideas(
    corpus: Corpus, standing: StandingMap, *, kept_out: Collection[int] = (), seed: int
) -> list[NewIdea]:
    """The ideas that later passages open, with those on the map that have no idea yet.

    Those with most passages first; what the tree has no room for is left out. Passages that
    stay as people want them (``kept_out``) open none.
    """
    marks = standing.landmarks
    waiting = [
        row
        for row, i in enumerate(marks.ids)
        if standing.passages[i].idea_id is None and i not in kept_out
    ]
    ids = [*(passage.id for passage in corpus.passages), *(marks.ids[row] for row in waiting)]
    vectors = np.vstack((corpus.centred, marks.rows[waiting]))
    leaf = new_leaves(
        vectors,
        similarity_graph(vectors, seed=seed),
        _authorship([standing.passages[i] for i in ids]),
        centroids=standing.leaves.rows,
        discussion=_authorship(list(standing.passages.values())),
        seed=seed,
    )
    n_found = int(leaf.max(initial=-1)) + 1
    centroids = idea_centroids(vectors, leaf.astype(np.int32), n_found)
    fit = np.clip(np.einsum("ij,ij->i", vectors, centroids[leaf]), 0, 1) if n_found else leaf
    found = [
        NewIdea(
            weight={ids[row]: round(float(fit[row]), 4) for row in np.flatnonzero(leaf == number)},
            centroid=centroids[number],
            parent_id=None,
        )
        for number in range(n_found)
        if (leaf[: len(corpus)] == number).any()
    ]
    return _with_parents(
        sorted(found, key=lambda new: (-len(new.weight), min(new.weight))), standing
    )


def _authorship(passages: Sequence[VoicedPassage]) -> Authorship:
    return Authorship(
        messages=np.array([one.message_id for one in passages], dtype=np.intp),
        voices=np.array([one.voice for one in passages], dtype=np.intp),
    )


def _with_parents(found: Sequence[NewIdea], standing: StandingMap) -> list[NewIdea]:
    """The new ideas with their parents, as far as the tree has room.

    None goes under a hidden idea, where no reader would see it, nor under a locked one. Where all
    ideas are signed off, what is new stands beside them, and they take none of its room.
    """
    parents: dict[int, int | None] = {}
    locked: set[int | None] = set()
    for idea in standing.outline:  # parents come first
        if idea.status is IdeaStatus.HIDDEN or idea.locked_by is Lock.SIGN_OFF:
            continue
        if idea.locked_by is not None:
            locked.add(idea.id)
        is_shown = idea.parent_id is None or idea.parent_id in parents
        if is_shown and idea.parent_id not in locked:
            parents[idea.id] = idea.parent_id
    known = standing.centroid_of
    placed: list[NewIdea] = []
    for new in found:
        try:
            parent_id = parent_for(new.centroid, parents, known)
        except ValueError:
            continue
        placed.append(replace(new, parent_id=parent_id))
        parents[-len(placed)], known[-len(placed)] = parent_id, new.centroid
    return placed


def name_new_ideas(
    new_ideas: Sequence[NewIdea],
    corpus: Corpus,
    *,
    taken: Collection[str],
    avoid: Collection[str],
    encode: Encode | None,
) -> list[IdeaName]:
    """What new ideas are called beside all else in ``corpus``, which counts as one idea more.

    ``taken``: titles of the ideas that are there. Representatives are rows of the corpus.
    """
    number = {i: row for row, new in enumerate(new_ideas) for i in new.weight}
    leaf = np.array([number.get(p.id, len(new_ideas)) for p in corpus.passages], dtype=np.int32)
    n = int(leaf.max()) + 1
    names = name_ideas(
        corpus,
        IdeaTree(
            parent=np.full(n, -1, dtype=np.int32),
            level=np.ones(n, dtype=np.int32),
            leaf=leaf,
            weight=np.ones(len(leaf), dtype=np.float32),
            stability=np.ones(n, dtype=np.float32),
        ),
        avoid=avoid,
        taken=taken,
        encode=encode,
        read_words=READ_WORDS,
    )
    return names[: len(new_ideas)]
