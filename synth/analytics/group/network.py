"""The network of replies: participants, the ties between them, and the usual measures of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.analytics.group.replies import Replies

if TYPE_CHECKING:
    import networkx as nx

EFFORT = 1_000_000
"""Ties that may be walked for shortest paths; where the network is larger, they are counted from
as many voices, drawn by chance, as that allows."""
FEWEST_SOURCES = 24
"""But from so many at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Participants who exchange replies; by row of ``voices``, the lower first in a tie."""

    voices: NDArray[np.int64]
    """(n,) rows of ``Replies.people``, ascending."""
    first: NDArray[np.int64]
    """(n_ties,)"""
    second: NDArray[np.int64]
    """(n_ties,)"""
    n_replies: NDArray[np.int64]
    """(n_ties,) replies in either direction."""
    is_mutual: NDArray[np.bool_]
    """(n_ties,) whether both answered the other."""
    component: NDArray[np.int64]
    """(n,) which connected piece each stands in; 0 is the largest."""

    def __len__(self) -> int:
        return len(self.voices)

    @property
    def n_ties(self) -> int:
        return len(self.first)

    @property
    def strength(self) -> NDArray[np.float64]:
        """(n_ties,) weight of each: twice as many replies count one more, so that two who never
        stop answering each other do not decide what the whole looks like."""
        return np.asarray(np.log2(1.0 + self.n_replies))

    @property
    def degree(self) -> NDArray[np.int64]:
        """(n,) with how many others each exchanges replies."""
        ends = np.concatenate((self.first, self.second))
        return np.bincount(ends, minlength=len(self)).astype(np.int64)

    def matrix(self) -> sp.csr_matrix:
        """float64 (n, n), symmetric: the strength of every tie."""
        return symmetric(self.first, self.second, self.strength, n=len(self))

    def graph(self) -> nx.Graph[int]:
        """For networkx: nodes by row, ties without weight."""
        import networkx as nx

        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(len(self)))
        graph.add_edges_from(zip(self.first.tolist(), self.second.tolist(), strict=True))
        return graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is usually measured of a network."""

    n_voices: int
    n_ties: int
    n_replies: int
    density: float
    """0..1: ties there are, of those there could be."""
    mean_degree: float
    """Others that a voice exchanges replies with."""
    mutual_share: float
    """0..1 of the ties, in which both answered the other."""
    n_components: int
    """Connected pieces."""
    largest_share: float
    """0..1 of the voices, in the largest piece."""
    distance: float | None
    """Mean number of steps from one voice to another within the largest piece; None where that
    holds a single voice."""
    is_distance_sampled: bool


def symmetric(
    first: NDArray[np.int64], second: NDArray[np.int64], weights: NDArray[np.float64], *, n: int
) -> sp.csr_matrix:
    """float64 (n, n): each weight in both directions; equal pairs add up."""
    half = sp.coo_matrix((weights, (first, second)), shape=(n, n))
    return (half + half.T).tocsr()


def network_of(replies: Replies, chosen: NDArray[np.bool_] | None = None) -> Network:
    """The network of all replies, or of the chosen ones."""
    senders, receivers = replies.senders, replies.receivers
    if chosen is not None:
        senders, receivers = senders[chosen], receivers[chosen]
    voices, rows = np.unique(np.concatenate((senders, receivers)), return_inverse=True)
    n = max(len(voices), 1)
    ways = rows[: len(senders)] * n + rows[len(senders) :]
    pairs, n_replies = np.unique(_undirected(ways, n), return_counts=True)
    _, n_ways = np.unique(_undirected(np.unique(ways), n), return_counts=True)
    first, second = pairs // n, pairs % n
    return Network(
        voices=voices.astype(np.int64),
        first=first.astype(np.int64),
        second=second.astype(np.int64),
        n_replies=n_replies.astype(np.int64),
        is_mutual=n_ways == 2,
        component=_components(first, second, len(voices)),
    )


def _undirected(ways: NDArray[Any], n: int) -> NDArray[Any]:
    """Pairs as one number each, the lower first."""
    one, other = ways // n, ways % n
    return np.asarray(np.minimum(one, other) * n + np.maximum(one, other))


def measures_of(network: Network, *, seed: int = 0) -> Measures:
    """The measures of a network; paths are sampled in a large one (see ``EFFORT``)."""
    n, n_ties = len(network), network.n_ties
    sizes = np.bincount(network.component)
    distance, is_sampled = _mean_distance(network, seed)
    return Measures(
        n_voices=n,
        n_ties=n_ties,
        n_replies=int(network.n_replies.sum()),
        density=2 * n_ties / (n * (n - 1)) if n > 1 else 0.0,
        mean_degree=2 * n_ties / n if n else 0.0,
        mutual_share=float(network.is_mutual.mean()) if n_ties else 0.0,
        n_components=len(sizes),
        largest_share=float(sizes[0] / n) if n else 0.0,
        distance=distance,
        is_distance_sampled=is_sampled,
    )


def betweenness_of(network: Network, *, seed: int = 0) -> NDArray[np.float64]:
    """(n,) 0..1: the share of shortest ways between others that lead through each voice.

    Brandes (2001); from a sample of voices in a large network (Brandes and Pich 2007).
    """
    import networkx as nx

    if len(network) < 3:
        return np.zeros(len(network))
    n_sources = _n_sources(len(network), network.n_ties)
    k = None if n_sources == len(network) else n_sources
    found: dict[int, float] = nx.betweenness_centrality(network.graph(), k=k, seed=seed)
    return np.array([found[row] for row in range(len(network))])


def _n_sources(n: int, n_ties: int) -> int:
    return min(n, max(FEWEST_SOURCES, EFFORT // max(n + n_ties, 1)))


def _components(first: NDArray[Any], second: NDArray[Any], n: int) -> NDArray[np.int64]:
    """(n,) number of the connected piece, the largest first."""
    if not n:
        return np.zeros(0, dtype=np.int64)
    ones = np.ones(len(first))
    graph = sp.coo_matrix((ones, (first, second)), shape=(n, n))
    _, labels = sp.csgraph.connected_components(graph, directed=False)
    return by_size(labels)


def by_size(labels: NDArray[Any]) -> NDArray[np.int64]:
    """The same parts numbered from the largest to the smallest, those met first before equals."""
    found, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    places = np.empty(len(found), dtype=np.int64)
    places[np.lexsort((first, -sizes))] = np.arange(len(found))
    return places[np.searchsorted(found, labels)]


def _mean_distance(network: Network, seed: int) -> tuple[float | None, bool]:
    members = np.flatnonzero(network.component == 0)
    n = len(members)
    if n < 2:
        return None, False
    graph = network.matrix()[members][:, members]
    n_sources = _n_sources(n, graph.nnz // 2)
    chance = np.random.default_rng(seed)
    sources = np.arange(n) if n_sources == n else np.sort(chance.choice(n, n_sources, False))
    steps = sp.csgraph.shortest_path(graph, unweighted=True, directed=False, indices=sources)
    return float(steps.sum() / (len(sources) * (n - 1))), n_sources < n
