"""What every clusterer takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.clustering.authorship import NOWHERE, Carriers, Copied
from synth.clustering.constraints import Blocks
from synth.clustering.linkage import condensed, smoothed, unit_means


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """Passages as they are clustered: smoothed over their neighbours, and grouped."""

    vectors: NDArray[np.float32]
    """(n, dim) unit rows, smoothed."""
    graph: sp.csr_array
    """(n, n) their similarity graph before smoothing."""
    group: NDArray[np.intp]
    """(n,) the group of each, numbered from 0, as
    :func:`synth.clustering.linkage.condensed` gives it."""
    seed: int

    @classmethod
    def of(
        cls, vectors: NDArray[np.float32], graph: sp.csr_array, copied: Copied | None, *, seed: int
    ) -> Self:
        """Smooth passages over their ``graph``, in which copies weigh, and group them.

        ``vectors`` float32 (n, dim) are centred unit rows.
        """
        looped = graph if copied is None else copied.with_loops(graph)
        rows = smoothed(vectors, looped)
        return cls(vectors=rows, graph=looped, group=condensed(rows, seed=seed), seed=seed)

    def take(self, rows: NDArray[np.intp]) -> Smoothed:
        """The same over some of the passages, ascending."""
        if len(rows) == len(self.vectors):
            return self
        _, group = np.unique(self.group[rows], return_inverse=True)
        return Smoothed(
            vectors=self.vectors[rows],
            graph=self.graph[rows][:, rows],
            group=group,
            seed=self.seed,
        )


Pieces = Callable[[Smoothed], NDArray[np.intp]]
"""Other passages of the discussion → the piece of each, (n,) from 0; what stability merges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a clusterer finds."""

    of: NDArray[np.intp]
    """(n,) the part of each passage, numbered from 0."""
    pieces: Pieces
    """The same way and the same choices, over fewer passages."""


class Clusterer(Protocol):
    """A way to part passages by what they say."""

    def parts(self, passages: Smoothed, carriers: Carriers, blocks: Blocks) -> Parts:
        """Every passage in a part that is carried, or that holds a core.

        The cores of ``blocks`` lie in parts of their own. As many parts as hold together best,
        within what is readable; more only where people hold more. Deterministic.
        """


def filled(vectors: NDArray[np.float32], leaf: NDArray[np.intp]) -> NDArray[np.intp]:
    """Parts numbered from 0; passages without one go to the part they are nearest to.

    ``vectors`` float32 (n, dim); ``leaf`` (n,) the part of each by any name, at least one of them,
    and ``NOWHERE`` for those without.
    """
    names = np.unique(leaf[leaf >= 0])
    number = np.where(leaf >= 0, np.searchsorted(names, leaf), NOWHERE)
    means = unit_means(vectors, number, len(names))
    lost = np.flatnonzero(number < 0)
    number[lost] = np.argmax(vectors[lost] @ means.T, axis=1)
    return number
