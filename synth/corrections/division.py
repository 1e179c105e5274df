"""A proposal for the division of one idea: the engine's own clusterer over its passages."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from synth.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PARTS = 4
FEWEST_PASSAGES = 4
"""An idea of fewer passages is read at a glance."""
MOST_WORDS = 3_000
"""Words that passages are compared by where no model read them: those in most passages."""


def proposed_parts(store: Store, discussion_id: int, passage_ids: Sequence[int]) -> list[list[int]]:
    """Passages of an idea in two parts or more, the largest first; all in one where there are none.

    By the vectors of the model that read the discussion, less what these passages share; by their
    words where it read them not (a draft). Deterministic.
    """
    if len(passage_ids) < FEWEST_PASSAGES:
        return [list(passage_ids)]
    ids, vectors = _vectors(store, discussion_id, passage_ids)
    if len(ids) < FEWEST_PASSAGES:
        return [list(passage_ids)]
    part = _parts(store, ids, vectors)
    parts: dict[int, list[int]] = {}
    for passage_id, of in zip(ids, part.tolist(), strict=True):
        parts.setdefault(of, []).append(passage_id)
    found = sorted(parts.values(), key=lambda part: (-len(part), part[0]))
    # What no model read stays behind.
    found[0] += [one for one in passage_ids if one not in set(ids)]
    return found


def _vectors(
    store: Store, discussion_id: int, passage_ids: Sequence[int]
) -> tuple[list[int], NDArray[np.float32]]:
    """Passages, and their unit rows without what all of them share."""
    import numpy as np

    from models.vectors import unit_rows

    model = store.vectors.model_of(discussion_id)
    found = {} if model is None else store.vectors.of_passages(passage_ids, model=model)
    if 2 * len(found) > len(passage_ids):
        rows = np.frombuffer(b"".join(found.values()), dtype=np.float16).astype(np.float32)
        ids, rows = list(found), rows.reshape(len(found), -1)
    else:
        ids, rows = _by_words(store.passages.texts(passage_ids))
    return ids, unit_rows(rows - rows.mean(axis=0))


def _by_words(texts: Mapping[int, str]) -> tuple[list[int], NDArray[np.float32]]:
    """Passages, and their words weighted by rarity (Spärck Jones 1972)."""
    import numpy as np

    from models.keyphrases import stem
    from models.vectors import unit_rows

    bags = {i: {stem(word, "") for word in _words(text)} for i, text in texts.items()}
    n_of = Counter(word for bag in bags.values() for word in bag)
    telling = [word for word, n in n_of.most_common(MOST_WORDS) if 1 < n < len(bags)]
    place = {word: at for at, word in enumerate(sorted(telling))}
    rows = np.zeros((len(bags), max(1, len(place))), dtype=np.float32)
    for row, bag in enumerate(bags.values()):
        for word in bag & place.keys():
            rows[row, place[word]] = math.log(len(bags) / n_of[word])
    return list(bags), unit_rows(rows)


def _words(text: str) -> list[str]:
    return ["".join(filter(str.isalnum, word)).casefold() for word in text.split()]


def _parts(
    store: Store, passage_ids: Sequence[int], vectors: NDArray[np.float32]
) -> NDArray[np.intp]:
    """The part of each passage, numbered from 0."""
    import numpy as np

    from synth.clustering.authorship import Authorship
    from synth.clustering.clusterers import clusterer_of
    from synth.clustering.constraints import Constraints
    from synth.clustering.cut import LeafRange
    from synth.clustering.leaves import find_leaves
    from synth.clustering.parts import Smoothed
    from synth.embedding.knn_graph import similarity_graph

    placed = store.ideas.passages(passage_ids)
    messages = np.array([placed[i].message_id for i in passage_ids], dtype=np.intp)
    graph = similarity_graph(vectors, seed=0)
    n_messages = len(np.unique(messages))
    leaves = find_leaves(
        Smoothed.of(vectors, graph, None, seed=0),
        Authorship(messages=messages, voices=messages),
        Constraints.none(len(passage_ids)),
        clusterer=clusterer_of("linkage"),
        readable=LeafRange(
            fewest=2,
            usual=min(float(MOST_PARTS), max(2.0, n_messages / 15)),
            most=MOST_PARTS,
            min_messages=2 if n_messages >= 2 * FEWEST_PASSAGES else 1,
        ),
    )
    return leaves.of
