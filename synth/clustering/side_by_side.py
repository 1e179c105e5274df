"""From clusters side by side to parts: as many as hold together best, with what people hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.clustering.authorship import NOWHERE, Carriers
from synth.clustering.constraints import Blocks
from synth.clustering.cut import SAME, LeafRange, worth_of
from synth.clustering.linkage import groups_after, linkage_of, unit_means
from synth.clustering.parts import Parts, Smoothed, filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Clusters that an algorithm finds with one choice of its parameters."""

    cluster: NDArray[np.intp]
    """(n,) the cluster of each passage by any name, ``NOWHERE`` for those that it leaves out."""
    again: Callable[[Smoothed], NDArray[np.intp]]
    """The same with the same parameters, for other passages."""


Algorithm = Callable[[Smoothed, LeafRange], Iterator[Candidate]]
"""Passages, and how many parts are readable → clusters at several grains."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A clusterer whose clusters form no tree of its own.

    Of an algorithm's candidates that one counts whose clusters hold together best, judged as
    the cut of the linkage is. What an algorithm leaves out goes to the part that it is nearest to:
    who stays unplaced is decided for all clusterers alike (``synth.clustering.assignment``).
    """

    algorithm: Algorithm

    def parts(self, passages: Smoothed, carriers: Carriers, blocks: Blocks) -> Parts:
        """As :class:`synth.clustering.parts.Clusterer` says."""
        best = self._best(passages, carriers)
        of = _claimed(passages.vectors, best.of, carriers, blocks)
        return Parts(of=of, pieces=best.pieces)

    def _best(self, passages: Smoothed, carriers: Carriers) -> Parts:
        """The best candidate's parts; one part where no candidate has any."""
        readable = carriers.readable
        best = Parts(of=_one_part(passages), pieces=_one_part)
        highest = (-np.inf, -np.inf)
        if readable.most == 1:
            return best
        for candidate in self.algorithm(passages, readable):
            of = _carried(passages.vectors, candidate.cluster, carriers)
            if of is None:
                continue
            n_missing = max(0, readable.fewest - int(of.max()) - 1)
            worth = (-float(n_missing), worth_of(of, passages.graph, readable))
            if worth > highest:
                highest, best = worth, Parts(of=of, pieces=_pieces(candidate))
        return best


def _one_part(passages: Smoothed) -> NDArray[np.intp]:
    return np.zeros(len(passages.vectors), dtype=np.intp)


def _pieces(candidate: Candidate) -> Callable[[Smoothed], NDArray[np.intp]]:
    def pieces(passages: Smoothed) -> NDArray[np.intp]:
        cluster = candidate.again(passages)
        if (cluster == NOWHERE).all():
            return _one_part(passages)
        return filled(passages.vectors, cluster)

    return pieces


def _carried(
    vectors: NDArray[np.float32], cluster: NDArray[np.intp], carriers: Carriers
) -> NDArray[np.intp] | None:
    """The part of each passage, numbered from 0; None where no cluster is carried by enough.

    At most as many parts as are readable, and none that say the same.
    """
    if (cluster == NOWHERE).all():
        return None
    of = filled(vectors, cluster)
    is_carried = carriers.carried_parts(of)
    if not is_carried.any():
        return None
    of = filled(vectors, np.where(is_carried[of], of, NOWHERE))
    tree = linkage_of(vectors, of)
    n_too_many = max(0, tree.n_groups - carriers.readable.most)
    n_same = int(np.searchsorted(tree.distance, SAME, side="right"))
    node = groups_after(tree, max(n_too_many, n_same))
    return np.asarray(np.unique(node, return_inverse=True)[1][of])


def _claimed(
    vectors: NDArray[np.float32], of: NDArray[np.intp], carriers: Carriers, blocks: Blocks
) -> NDArray[np.intp]:
    """The parts with every block in one of them, and each held core in one of its own.

    A block goes where most of it is; where two cores would share a part, its passages go to the
    core that each is nearest to.
    """
    of = of.copy()
    sizes = np.bincount(blocks.of, minlength=len(blocks.core))
    for block in np.flatnonzero(sizes > 1):
        rows = np.flatnonzero(blocks.of == block)
        of[rows] = np.argmax(np.bincount(of[rows]))
    core = blocks.core[blocks.of]
    _, claim = np.unique(core, return_inverse=True)
    claim = np.where(core >= 0, claim, NOWHERE)
    middle = unit_means(vectors, claim, int(claim.max(initial=NOWHERE)) + 1)
    n_parts = int(of.max()) + 1
    for part in range(n_parts):
        rows = np.flatnonzero(of == part)
        cores = np.unique(claim[rows][claim[rows] >= 0])
        if len(cores) > 1:
            nearest = cores[np.argmax(vectors[rows] @ middle[cores].T, axis=1)]
            of[rows] = n_parts + np.where(claim[rows] >= 0, claim[rows], nearest)
    _, of = np.unique(of, return_inverse=True)
    is_part = carriers.carried_parts(of)
    is_part[of[core >= 0]] = True
    if not is_part.any():
        return np.zeros(len(of), dtype=np.intp)
    return filled(vectors, np.where(is_part[of], of, NOWHERE))
