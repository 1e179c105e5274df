"""The passages under each idea, and those that speak for it: central, readable, different."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.clauses import self_contained
from models.languages import n_words, shares
from models.vectors import unit_rows
from synth.corpus import Corpus
from synth.outline import rows_under
from synth.records import IdeaTree

CONTRAST = 0.5
"""Share of the parent's centre that is taken away from an idea's: what sets it apart counts."""
N_REPRESENTATIVES = 5
READABLE_WORDS = (8, 60)
DIVERSITY = 0.35
"""How much likeness to those already chosen counts against a passage (MMR, Carbonell 1998)."""

_NOISE = re.compile(
    r"https?:|www\.|\S@\S|^\s*(?:[>|#]|from:|on .* wrote)|```|[{}<>]|\w_\w", re.I | re.M
)
_SYMBOL = re.compile(r"[\d_]|[^\w\s.,;:'’!?()-]")
_LATE_START = re.compile(r"^\W*(?:yes|no|and|but|oui|non|et|mais|ja|nein|und|aber|sí|pero)\b", re.I)

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Groups:
    """The ideas of one discussion seen as groups of passages."""

    members: list[NDArray[np.intp]]
    """Rows of all passages below each idea, ascending."""
    parent: NDArray[np.int32]
    belongs: sparse.csr_matrix
    """(n_ideas, n_passages) 1 where the passage is below the idea."""
    mean: Vectors
    """(dim,) centre of the discussion; zero where all stands under one idea."""
    directions: Vectors
    """(n_ideas, dim) unit rows: from the discussion's centre towards the idea."""
    centred: Vectors
    """(n_passages, dim) unit rows: vectors without ``mean``."""
    languages: list[str | None]
    """Most frequent language of each idea's passages."""

    @property
    def n_ideas(self) -> int:
        return len(self.members)

    def centrality(self, idea: int) -> Vectors:
        """(n_members,) cosine of each member with its idea's direction."""
        return np.asarray(self.centred[self.members[idea]] @ self.directions[idea], np.float32)

    def siblings(self, idea: int) -> NDArray[np.intp]:
        """Rows of the other ideas under the same parent."""
        rows = np.flatnonzero(self.parent == self.parent[idea])
        return np.asarray(rows[rows != idea], np.intp)


def group(corpus: Corpus, tree: IdeaTree) -> Groups:
    """Gather the members, centres and languages of every idea."""
    members = [np.array(rows, dtype=np.intp) for rows in rows_under(tree).values()]
    vectors = corpus.vectors
    mean = np.zeros(vectors.shape[1], np.float32)
    if len(vectors) and (tree.parent < 0).sum() > 1:  # one alone has nothing to stand out from
        mean = vectors.mean(axis=0)
    centred = unit_rows(vectors - mean)
    centres = np.zeros((len(members), vectors.shape[1]), np.float32)
    for idea, rows in enumerate(members):
        if len(rows):
            centres[idea] = centred[rows].mean(axis=0)
    inside = tree.parent >= 0
    directions = centres.copy()
    directions[inside] -= CONTRAST * centres[tree.parent[inside]]
    return Groups(
        members=members,
        parent=tree.parent,
        belongs=_membership(members, len(tree.leaf)),
        mean=mean,
        directions=unit_rows(directions),
        centred=centred,
        languages=[
            next(iter(shares([corpus.languages[row] for row in rows])), None) for rows in members
        ],
    )


def _membership(members: list[NDArray[np.intp]], n_passages: int) -> sparse.csr_matrix:
    indptr = np.cumsum([0, *(len(rows) for rows in members)])
    indices = np.concatenate(members) if members else np.empty(0, np.intp)
    values = np.ones(len(indices), np.float32)
    return sparse.csr_matrix((values, indices, indptr), shape=(len(members), n_passages))


def readability(text: str, language: str | None) -> float:
    """0..1: how well a passage can be read on its own: a good length, no code, no loose ends."""
    said = n_words(text, language)
    shortest, longest = READABLE_WORDS
    share = min(1.0, said / shortest) if said < shortest else min(1.0, longest / said)
    if _NOISE.search(text):
        share *= 0.4
    if _LATE_START.search(text):
        share *= 0.8
    if len(_SYMBOL.findall(text)) > 0.1 * max(len(text), 1):
        share *= 0.5
    # how it opens tells whether it leans on what stood before
    return share * (0.5 + 0.5 * self_contained(" ".join(text.split(maxsplit=6)[:6]), language))


def fitness(groups: Groups, idea: int, readable: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_members,) how well each member would speak for the idea, before diversity."""
    central = (1 + groups.centrality(idea).astype(np.float64)) / 2
    return np.asarray(central * (0.4 + 0.6 * readable[groups.members[idea]]), np.float64)


def choose_representatives(
    groups: Groups, idea: int, *, readable: NDArray[np.float64], authors: Sequence[str | None]
) -> tuple[int, ...]:
    """Up to five rows, best first; a second passage of one author only when nobody else is left."""
    rows = groups.members[idea]
    scores = fitness(groups, idea, readable)
    pool = np.argsort(-scores, kind="stable")[: 20 * N_REPRESENTATIVES].tolist()
    chosen: list[int] = []
    used: set[str | None] = set()
    while pool and len(chosen) < N_REPRESENTATIVES:
        fresh = [i for i in pool if authors[rows[i]] is None or authors[rows[i]] not in used]
        best = _farthest(fresh or pool, chosen, scores, groups.centred[rows])
        chosen.append(best)
        pool.remove(best)
        used.add(authors[rows[best]])
    return tuple(rows[chosen].tolist())


def _farthest(
    pool: Sequence[int], chosen: Sequence[int], scores: NDArray[np.float64], vectors: Vectors
) -> int:
    if not chosen:
        return pool[0]
    likeness = np.max(vectors[list(pool)] @ vectors[list(chosen)].T, axis=1)
    values = (1 - DIVERSITY) * scores[list(pool)] - DIVERSITY * likeness
    return pool[int(np.argmax(values))]
