"""New ideas on a map that stays: what they hold, which idea they go under, what they are called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from synth.clustering import Authorship
from synth.clustering.assignment import idea_centroids
from synth.clustering.incremental import new_leaves, parent_for
from synth.corpus import Corpus
from synth.embedding.knn_graph import similarity_graph
from synth.pipeline.arriving import Located
from synth.pipeline.ground import Ground
from synth.records import IdeaName, IdeaStatus, IdeaTree
from synth.store.growth import Carried
from synth.titles import name_ideas

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

READ_WORDS = 4_000
"""Words parsed for the titles of what is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bud:
    """A new leaf idea."""

    weight: Mapping[int, float]
    """Passage id → how well it fits, 0..1."""
    centroid: NDArray[np.float32]
    """(dim,), unit."""
    parent_id: int | None
    """The idea it goes under; negative for a bud: -1 is the first."""


def find_buds(
    located: Located, ground: Ground, *, kept_out: Collection[int] = (), seed: int
) -> list[Bud]:
    """The ideas that the located passages open, with those on the map that have no idea yet.

    Those with most passages first; what the tree has no room for is left out. Passages that
    stay as people want them (``kept_out``) open none.
    """
    import numpy as np

    came = [passage.id for passage in located.passages]
    waiting = [
        row
        for row, i in enumerate(ground.sign_ids)
        if ground.carried[i].idea_id is None and i not in kept_out
    ]
    ids = [*came, *(ground.sign_ids[row] for row in waiting)]
    vectors = np.vstack((located.middle, ground.signs[waiting]))
    of = [ground.carried[i] for i in ids]
    leaf = new_leaves(
        vectors,
        similarity_graph(vectors, seed=seed),
        _authorship(of),
        centroids=ground.centroids,
        discussion=_authorship(list(ground.carried.values())),
        seed=seed,
    )
    n_found = int(leaf.max(initial=-1)) + 1
    centroids = idea_centroids(vectors, leaf.astype(np.int32), n_found)
    fit = np.clip(np.einsum("ij,ij->i", vectors, centroids[leaf]), 0, 1) if n_found else leaf
    found = [
        Bud(
            weight={ids[row]: round(float(fit[row]), 4) for row in np.flatnonzero(leaf == number)},
            centroid=centroids[number],
            parent_id=None,
        )
        for number in range(n_found)
        if (leaf[: len(came)] == number).any()
    ]
    return _rooted(sorted(found, key=lambda bud: (-len(bud.weight), min(bud.weight))), ground)


def _authorship(carried: Sequence[Carried]) -> Authorship:
    import numpy as np

    return Authorship(
        messages=np.array([one.message_id for one in carried], dtype=np.intp),
        voices=np.array([one.voice for one in carried], dtype=np.intp),
    )


def _rooted(found: Sequence[Bud], ground: Ground) -> list[Bud]:
    """Each bud under the idea it goes under, as far as the tree has room: under no hidden one,
    where nobody would see it."""
    parents: dict[int, int | None] = {}
    for idea in ground.outline:  # parents come first
        is_shown = idea.parent_id is None or idea.parent_id in parents
        if idea.status is not IdeaStatus.HIDDEN and is_shown:
            parents[idea.id] = idea.parent_id
    known = ground.centroid_of
    buds: list[Bud] = []
    for bud in found:
        try:
            parent_id = parent_for(bud.centroid, parents, known)
        except ValueError:
            continue
        buds.append(replace(bud, parent_id=parent_id))
        parents[-len(buds)], known[-len(buds)] = parent_id, bud.centroid
    return buds


def name_buds(
    buds: Sequence[Bud],
    located: Located,
    *,
    taken: Collection[str],
    avoid: Collection[str],
    encode: Encode | None,
) -> list[IdeaName]:
    """What new ideas are called beside all else in ``located``, which counts as one idea more.

    ``taken``: titles of the ideas that are there. Representatives are passage ids.
    """
    import numpy as np

    number = {i: row for row, bud in enumerate(buds) for i in bud.weight}
    passages = located.passages
    leaf = np.array([number.get(p.id, len(buds)) for p in passages], dtype=np.int32)
    n = int(leaf.max()) + 1
    names = name_ideas(
        Corpus.of(passages, located.messages, located.vectors),
        IdeaTree(
            parent=np.full(n, -1, dtype=np.int32),
            level=np.ones(n, dtype=np.int32),
            leaf=leaf,
            weight=np.ones(len(leaf), dtype=np.float32),
            stability=np.ones(n, dtype=np.float32),
        ),
        avoid=avoid,
        encode=encode,
        read_words=READ_WORDS,
    )
    found: list[IdeaName] = []
    used = {title.casefold() for title in taken}
    for name in names[: len(buds)]:
        title = _fresh(name, used)
        used.add(title.casefold())
        speaking = tuple(passages[row].id for row in name.representatives)
        found.append(replace(name, title=title, representatives=speaking))
    return found


def _fresh(name: IdeaName, used: Collection[str]) -> str:
    """The title, told apart by a keyphrase or a number where another idea bears it."""
    told = [phrase for phrase in name.keyphrases if phrase.casefold() not in name.title.casefold()]
    numbers = [str(n) for n in range(2, len(used) + 3)]
    options = (name.title, *(f"{name.title} ({more})" for more in (*told, *numbers)))
    return next(title for title in options if title.casefold() not in used)
