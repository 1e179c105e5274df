"""The same network by chance: what would be seen if nobody preferred anybody.

Two null models, because each leaves something out. Rewiring keeps with how many others everybody
exchanges replies (Maslov and Sneppen 2002), but not that people meet in threads: a thread alone
makes a knot of ties. Reassigning keeps every thread as it is, and how many threads everybody takes
part in, and draws anew who takes part in which (the configuration model of people and
threads; Newman, Strogatz and Watts 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synth.analytics.group.network import Network, symmetric
from synth.analytics.group.replies import Replies

ROUNDS_OF_TIES, ROUNDS_OF_PARTS = 20, 6
"""In each, every tie or part is offered one exchange. With more of them the modularity of the
shuffled networks no longer moves (``benchmarks/group.py``)."""
Ends = NDArray[np.int64]


def rewired(network: Network, chance: np.random.Generator) -> sp.csr_matrix:
    """The network with the other ends of its ties exchanged again and again.

    Everybody keeps the number of their ties, and a tie its strength; no tie is doubled and none
    leads back to where it comes from.
    """
    n = len(network)
    first, second = network.first.copy(), network.second.copy()
    for _ in range(ROUNDS_OF_TIES):
        one, other = _offers(len(first), chance)
        turned = chance.random(len(one)) < 0.5
        a, b = first[one], second[one]
        c = np.where(turned, second[other], first[other])
        d = np.where(turned, first[other], second[other])
        new, crossed = _pair(a, d, n), _pair(c, b, n)
        fits = (a != d) & (c != b) & (new != crossed)
        fits = _free(fits, new, crossed, _pair(first, second, n))
        one, other = one[fits], other[fits]
        first[one], second[one] = a[fits], d[fits]
        first[other], second[other] = c[fits], b[fits]
    return symmetric(first, second, network.strength, n=n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts that people play in threads: one for each person in each thread."""

    threads: NDArray[np.int64]
    people: NDArray[np.int64]
    is_opener: NDArray[np.bool_]
    """Parts of those who wrote the first message are exchanged among themselves only."""
    senders: NDArray[np.int64]
    """(n_replies,) the part that answers."""
    receivers: NDArray[np.int64]
    """(n_replies,) the part that is answered."""


def parts_of(replies: Replies, network: Network) -> Parts:
    """Who takes part in which thread; people by row of the network."""
    n = max(len(network), 1)
    senders = np.searchsorted(network.voices, replies.senders)
    receivers = np.searchsorted(network.voices, replies.receivers)
    exchanges = np.unique(replies.exchanges, return_inverse=True)[1].astype(np.int64)
    keys, rows = np.unique(
        np.concatenate((exchanges * n + senders, exchanges * n + receivers)), return_inverse=True
    )
    opens = np.zeros(len(keys), dtype=np.bool_)
    opens[rows[: len(senders)][replies.senders == replies.openers]] = True
    opens[rows[len(senders) :][replies.receivers == replies.openers]] = True
    return Parts(
        threads=keys // n,
        people=keys % n,
        is_opener=opens,
        senders=rows[: len(senders)],
        receivers=rows[len(senders) :],
    )


def reassigned(parts: Parts, chance: np.random.Generator, *, n: int) -> sp.csr_matrix:
    """The network of the same threads with other people in their parts, float64 (n, n).

    Everybody takes part in as many threads as before and opens as many; nobody has two parts in
    one thread.
    """
    people = parts.people.copy()
    classes = [np.flatnonzero(parts.is_opener), np.flatnonzero(~parts.is_opener)]
    for _ in range(ROUNDS_OF_PARTS):
        for rows in classes:
            one, other = (rows[side] for side in _offers(len(rows), chance))
            new = parts.threads[one] * n + people[other]
            crossed = parts.threads[other] * n + people[one]
            fits = (parts.threads[one] != parts.threads[other]) & (people[one] != people[other])
            fits = _free(fits, new, crossed, parts.threads * n + people)
            one, other = one[fits], other[fits]
            people[one], people[other] = people[other], people[one]
    return _met(people[parts.senders], people[parts.receivers], n)


def _met(senders: Ends, receivers: Ends, n: int) -> sp.csr_matrix:
    pairs, counts = np.unique(_pair(senders, receivers, n), return_counts=True)
    return symmetric(pairs // n, pairs % n, np.log2(1.0 + counts), n=n)


def _offers(n: int, chance: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Two by two at random; one is left where the number is odd."""
    order = chance.permutation(n)
    half = n // 2
    return order[:half], order[half : 2 * half]


def _pair(one: Ends, other: Ends, n: int) -> Ends:
    return np.minimum(one, other) * n + np.maximum(one, other)


def _free(fits: NDArray[np.bool_], new: Ends, crossed: Ends, there: Ends) -> NDArray[np.bool_]:
    """Those that fit, and lead to nothing that is there or that another one leads to."""
    taken = np.sort(there)
    fits = fits & ~_are_in(new, taken) & ~_are_in(crossed, taken)
    wanted = np.sort(np.concatenate((new[fits], crossed[fits])))
    twice = wanted[1:][wanted[1:] == wanted[:-1]]
    return np.asarray(fits & ~_are_in(new, twice) & ~_are_in(crossed, twice))


def _are_in(wanted: Ends, ascending: Ends) -> NDArray[np.bool_]:
    """As numpy's isin, which is slower by far for numbers that are sorted already."""
    if not len(ascending):
        return np.zeros(len(wanted), dtype=np.bool_)
    places = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return np.asarray(ascending[places] == wanted)
