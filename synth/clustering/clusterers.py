"""The clusterers that a person can choose from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth.clustering.algorithms import ALGORITHMS
from synth.clustering.authorship import NOWHERE, Carriers
from synth.clustering.constraints import Blocks
from synth.clustering.cut import between_groups, choose_cut
from synth.clustering.linkage import groups_after, linkage_of
from synth.clustering.parts import Clusterer, Parts, Smoothed, filled
from synth.clustering.side_by_side import SideBySide
from synth.settings import ClustererName


def clusterer_of(name: ClustererName) -> Clusterer:
    """The clusterer of that name."""
    return Linkage() if name == "linkage" else SideBySide(ALGORITHMS[name])


class Linkage:
    """Average linkage of smoothed vectors, stopped where modularity is highest."""

    def parts(self, passages: Smoothed, carriers: Carriers, blocks: Blocks) -> Parts:
        """As :class:`synth.clustering.parts.Clusterer` says."""
        return Parts(of=_merged(passages, carriers, blocks), pieces=_groups)


def _groups(passages: Smoothed) -> NDArray[np.intp]:
    """Groups, which are all merged again."""
    return passages.group


def _merged(passages: Smoothed, carriers: Carriers, blocks: Blocks) -> NDArray[np.intp]:
    """The part of each passage by linkage.

    Held cores and linked passages enter the linkage as one group each; two held cores are parted
    again where the merging joined them.
    """
    vectors, group = passages.vectors, passages.group
    sizes = np.bincount(blocks.of, minlength=len(blocks.core))
    is_one = (sizes > 1) | (blocks.core >= 0)
    key = np.where(is_one[blocks.of], blocks.of, len(blocks.core) + group)
    _, entry = np.unique(key, return_inverse=True)
    is_core = np.zeros(int(entry.max()) + 1, dtype=np.intp)
    is_core[entry[blocks.core[blocks.of] >= 0]] = 1
    readable = carriers.readable
    nothing = np.zeros(len(vectors), dtype=np.intp)
    if not is_core.any() and (readable.most == 1 or len(is_core) == 1):
        return nothing
    tree = linkage_of(vectors, entry)
    n_cores = tree.totals(is_core)
    is_large = carriers.is_carried(tree, entry) | (n_cores > 0)
    if not is_large.any():
        return nothing
    counted = np.maximum(is_large.astype(np.intp), n_cores)
    n_merges = choose_cut(tree, between_groups(passages.graph, entry), counted, readable)
    node = groups_after(tree, n_merges, is_undone=n_cores >= 2)
    return filled(vectors, np.where(is_large[node], node, NOWHERE)[entry])
