"""Where groups and voices stand in a drawing of the network: seeded, the same every time.

Groups are discs, as large as they have voices, beside those they exchange most with. Inside, voices
are drawn to those they answer (Fruchterman and Reingold 1991; networkx), spread out over the disc,
and turned so that those who answer other groups stand on their side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.analytics.group.communities import Communities
from synth.analytics.group.connectors import Crossing
from synth.analytics.group.network import Network

FILLED = 0.42
"""Share of the frame that the discs cover, where they fit."""
GAP = 0.04
"""Between discs, and between them and the frame, as a share of the height."""
STEPS = 400
SHRINK = 0.93
"""Where discs do not find room, all become smaller by this."""
SPRING_STEPS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """The place of a group."""

    group: int
    x: float
    y: float
    radius: float


def discs_of(
    communities: Communities,
    crossing: Crossing,
    *,
    width: float,
    height: float,
    most: int,
    seed: int = 0,
) -> tuple[Disc, ...]:
    """Discs of the ``most`` largest groups within the frame; their area goes with their voices."""
    sizes = np.array(communities.sizes[:most], dtype=np.float64)
    if not len(sizes):
        return ()
    radii = np.sqrt(sizes)
    radii *= np.sqrt(FILLED * width * height / (np.pi * (radii**2).sum()))
    margin = GAP * height
    frame = np.array([width - 2 * margin, height - 2 * margin])
    radii *= min(1.0, frame[1] / (2 * radii.max()))
    start = _start(crossing.between[: len(sizes), : len(sizes)], seed) * frame
    for _ in range(60):
        places = _apart(start.copy(), radii, frame, margin)
        if places is not None:
            break
        radii *= SHRINK
    else:
        places = np.clip(start, radii[:, None], frame - radii[:, None])
    ends = (places - radii[:, None]).min(axis=0) + (places + radii[:, None]).max(axis=0)
    places += 0.5 * (frame - ends) + margin
    return tuple(
        Disc(group=group, x=float(x), y=float(y), radius=float(radius))
        for group, ((x, y), radius) in enumerate(zip(places, radii, strict=True))
    )


def places_of(
    network: Network, communities: Communities, discs: tuple[Disc, ...], *, seed: int = 0
) -> NDArray[np.float64]:
    """(n, 2) where each voice of a drawn group stands; NaN for the others."""
    found = np.full((len(network), 2), np.nan)
    centres = np.array([(disc.x, disc.y) for disc in discs]).reshape(len(discs), 2)
    for disc in discs:
        members = np.flatnonzero(communities.group == disc.group)
        inside = _spread(_springs(network, members, seed), disc.radius)
        turned = _turned(inside, members, network, communities.group, (disc.group, centres))
        found[members] = turned + np.array([disc.x, disc.y])
    return found


def _start(between: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """(n_groups, 2) in the unit square: near are those that exchange much."""
    import networkx as nx

    n = len(between)
    if n == 1:
        return np.full((1, 2), 0.5)
    graph = nx.from_numpy_array(np.log2(1.0 + between))
    found = nx.spring_layout(graph, seed=seed, iterations=SPRING_STEPS)
    places = np.array([found[row] for row in range(n)])
    return np.asarray(0.5 + 0.4 * places / max(float(np.abs(places).max()), 1e-9))


def _apart(
    places: NDArray[np.float64],
    radii: NDArray[np.float64],
    frame: NDArray[np.float64],
    gap: float,
) -> NDArray[np.float64] | None:
    """Push overlapping discs apart, within the frame; None where they do not find room."""
    wanted = radii[:, None] + radii[None, :] + gap
    np.fill_diagonal(wanted, 0.0)
    places = np.clip(places, radii[:, None], frame - radii[:, None])
    for _ in range(STEPS):
        off = places[:, None, :] - places[None, :, :]
        far = np.sqrt((off**2).sum(axis=2))
        lack = np.maximum(wanted - far, 0.0)
        if lack.max(initial=0.0) < gap / 4:
            return places
        # Two at one place are parted along the line of their numbers.
        way = np.where(far[..., None] > 1e-9, off / np.maximum(far, 1e-9)[..., None], 0.0)
        places += 0.5 * (way * lack[..., None]).sum(axis=1)
        places = np.clip(places, radii[:, None], frame - radii[:, None])
    return None


def _springs(network: Network, members: NDArray[np.intp], seed: int) -> NDArray[np.float64]:
    """(n_members, 2) around the origin."""
    import networkx as nx

    if len(members) == 1:
        return np.zeros((1, 2))
    graph = network.graph().subgraph(members.tolist())
    found = nx.spring_layout(graph, seed=seed, iterations=SPRING_STEPS)
    places = np.array([found[row] for row in members.tolist()])
    return np.asarray(places - places.mean(axis=0))


def _spread(places: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """The same directions, at distances that fill a disc evenly."""
    n = len(places)
    order = np.argsort(np.hypot(*places.T), kind="stable")
    ranks = np.empty(n)
    ranks[order] = (np.arange(n) + 0.5) / n
    angles = np.arctan2(places[:, 1], places[:, 0])
    reach = 0.9 * radius * np.sqrt(ranks)
    even = np.column_stack((reach * np.cos(angles), reach * np.sin(angles)))
    return _loosened(even, 0.9 * radius)


def _loosened(places: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """Dots that lie on one another moved apart, within the disc."""
    n = len(places)
    wanted = 1.25 * radius / np.sqrt(n)
    for _ in range(60):
        off = places[:, None, :] - places[None, :, :]
        far = np.sqrt((off**2).sum(axis=2))
        np.fill_diagonal(far, np.inf)
        lack = np.maximum(wanted - far, 0.0)
        if not lack.any():
            break
        places = places + 0.4 * (off / np.maximum(far, 1e-9)[..., None] * lack[..., None]).sum(1)
        reach = np.hypot(*places.T)
        places = places * np.minimum(1.0, radius / np.maximum(reach, 1e-9))[:, None]
    return places


def _turned(
    places: NDArray[np.float64],
    members: NDArray[np.intp],
    network: Network,
    group: NDArray[np.int64],
    where: tuple[int, NDArray[np.float64]],
) -> NDArray[np.float64]:
    """A group turned as a whole towards those it answers in other groups (Procrustes)."""
    own, centres = where
    row_of = np.full(len(network), -1)
    row_of[members] = np.arange(len(members))
    wish = 0j
    for one, other in ((network.first, network.second), (network.second, network.first)):
        ties = (group[one] == own) & (group[other] != own)
        ties &= (group[other] >= 0) & (group[other] < len(centres))
        ways = centres[group[other[ties]]] - centres[own]
        stands = places[row_of[one[ties]]]
        wish += ((stands[:, 0] - 1j * stands[:, 1]) * (ways[:, 0] + 1j * ways[:, 1])).sum()
    if not abs(wish):
        return places
    turned = (places[:, 0] + 1j * places[:, 1]) * wish / abs(wish)
    return np.column_stack((turned.real, turned.imag))
