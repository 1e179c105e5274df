"""One conversation or several groups: Louvain's parts, told apart from what chance alone gives.

Louvain's method (Blondel et al. 2008) parts any network, random ones too. So the modularity that
it reaches is compared with what it reaches in networks shuffled in two ways (``null_models``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.analytics.group.network import Network, by_size
from synth.analytics.group.null_models import parts_of, reassigned, rewired
from synth.analytics.group.replies import Replies

LEAST_PEOPLE = 3
"""To a group, and to any figure that is shown."""
LEAST_SHARE = 0.01
"""Of the voices, to a group; fewer in a large network are an exchange apart."""
LEAST_VOICES, LEAST_TIES = 10, 15
"""In smaller networks there is nothing to decide."""
MOST_DRAWS, FEWEST_DRAWS = 40, 4
TIES_IN_ALL = 150_000
"""Ties to be shuffled for one null model: so many draws are made, within the two limits."""
LEAST_Z = 3.5
"""Standard deviations that the modularity lies above that of the draws."""
LEAST_EXCESS = 0.05
"""And so much above their mean, as in a large network the deviation of draws is nearly nothing."""
LEAST_EXCESS_OF_THREADS = 0.1
SMALLEST_DEVIATION = 0.002
"""Where the threads leave nothing to exchange, all draws are alike."""
ORDERS = 5
"""In so many orders Louvain goes through the voices; the best parts are shown."""
APART = -1
"""Number of the group of those who are in none."""


class Verdict(StrEnum):
    """What a network of replies looks like as a whole."""

    SEVERAL = "several"
    """Groups that last beyond a thread."""
    BY_THREAD = "by thread"
    """People who met in one thread, and no more than threads bring about by themselves."""
    ONE = "one"
    SCATTERED = "scattered"
    """Small exchanges that do not touch each other."""
    FEW = "few"
    """Too few to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The modularity of a network beside that of shuffled ones."""

    modularity: float
    mean: float
    """Of the draws."""
    deviation: float
    highest: float
    n_draws: int

    @property
    def excess(self) -> float:
        return self.modularity - self.mean

    @property
    def z(self) -> float:
        """How many standard deviations of the draws it lies above their mean."""
        return self.excess / max(self.deviation, SMALLEST_DEVIATION)

    def is_exceeded(self, least: float) -> bool:
        """Whether the network is parted more than by chance, and by so much more at least."""
        is_rare = self.z >= LEAST_Z and self.modularity > self.highest
        return is_rare and self.excess >= least


@dataclass(frozen=True, slots=True, kw_only=True)
class Communities:
    """The verdict, its ground, and who stands in which group."""

    verdict: Verdict
    rewired: Comparison | None
    """Beside networks in which everybody has as many ties; None in small ones."""
    reassigned: Comparison | None
    """Beside networks of the same threads."""
    group: NDArray[np.int64]
    """(n,) from 0, the largest first; ``APART`` for those in none."""

    @property
    def n_groups(self) -> int:
        return int(self.group.max(initial=APART)) + 1

    @property
    def sizes(self) -> tuple[int, ...]:
        """Voices of each group."""
        inside = self.group[self.group != APART]
        return tuple(np.bincount(inside, minlength=self.n_groups).tolist())

    @property
    def are_told_apart(self) -> bool:
        """Whether the groups mean something: readers see them numbered."""
        return self.verdict in (Verdict.SEVERAL, Verdict.BY_THREAD)


def communities_of(replies: Replies, network: Network, *, seed: int = 0) -> Communities:
    """Whether the network is one conversation, and its groups. The same seed, the same answer.

    Several groups that last: more modular than both null models. By thread: more than rewired
    ties are, not more than the same threads with other people. Else one conversation, or small
    ones that do not touch where the largest connected piece holds less than half of the voices.
    """
    n = len(network)
    if n < LEAST_VOICES or network.n_ties < LEAST_TIES:
        return Communities(
            verdict=Verdict.FEW, rewired=None, reassigned=None, group=_pieces(network)
        )
    matrix = network.matrix()
    found = _modularity(matrix, seed=seed)
    parts = parts_of(replies, network)
    ties = _compare(found, lambda chance: rewired(network, chance), network.n_ties, seed)
    threads = _compare(found, lambda chance: reassigned(parts, chance, n=n), network.n_ties, seed)
    groups = _groups(_best_parts(matrix, seed), least=max(LEAST_PEOPLE, LEAST_SHARE * n))
    verdict = _verdict(ties, threads)
    if groups.max(initial=APART) < 1:
        verdict = Verdict.ONE
    if verdict is Verdict.ONE and 2 * int((network.component == 0).sum()) < n:
        verdict = Verdict.SCATTERED
    is_apart = verdict in (Verdict.ONE, Verdict.SCATTERED)
    return Communities(
        verdict=verdict,
        rewired=ties,
        reassigned=threads,
        group=_pieces(network) if is_apart else groups,
    )


def _verdict(ties: Comparison, threads: Comparison) -> Verdict:
    if ties.is_exceeded(LEAST_EXCESS) and threads.is_exceeded(LEAST_EXCESS):
        return Verdict.SEVERAL
    if ties.is_exceeded(LEAST_EXCESS_OF_THREADS):
        return Verdict.BY_THREAD
    return Verdict.ONE


def _compare(
    modularity: float,
    draw: Callable[[np.random.Generator], sp.csr_matrix],
    n_ties: int,
    seed: int,
) -> Comparison:
    n_draws = max(FEWEST_DRAWS, min(MOST_DRAWS, TIES_IN_ALL // n_ties))
    drawn = [
        _modularity(draw(np.random.default_rng((seed, number))), seed=seed)
        for number in range(n_draws)
    ]
    return Comparison(
        modularity=modularity,
        mean=float(np.mean(drawn)),
        deviation=float(np.std(drawn)),
        highest=max(drawn),
        n_draws=n_draws,
    )


def _modularity(matrix: sp.csr_matrix, *, seed: int) -> float:
    """The modularity of Louvain's parts."""
    return _parted(matrix, seed, is_shuffled=False)[0]


def _best_parts(matrix: sp.csr_matrix, seed: int) -> NDArray[np.int64]:
    """Those of the highest modularity among several orders; the first of equals."""
    tries = [_parted(matrix, seed + order, is_shuffled=order > 0) for order in range(ORDERS)]
    return max(tries, key=lambda one: one[0])[1]


def _parted(
    matrix: sp.csr_matrix, seed: int, *, is_shuffled: bool
) -> tuple[float, NDArray[np.int64]]:
    from sknetwork.clustering import Louvain, get_modularity

    louvain = Louvain(random_state=seed, shuffle_nodes=is_shuffled)
    labels = louvain.fit_predict(matrix)
    return float(get_modularity(matrix, labels)), labels.astype(np.int64)


def _groups(labels: NDArray[np.int64], *, least: float = LEAST_PEOPLE) -> NDArray[np.int64]:
    """Numbered by size; who stands in a smaller part than ``least`` is apart."""
    numbers = by_size(labels)
    sizes = np.bincount(numbers)
    return np.where(sizes[numbers] >= least, numbers, APART).astype(np.int64)


def _pieces(network: Network) -> NDArray[np.int64]:
    """The connected pieces as groups."""
    return _groups(network.component) if len(network) else network.component
