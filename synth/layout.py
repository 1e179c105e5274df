"""Where each passage lies on the map: seeded positions in the unit square.

The neighbour graph is drawn by t-SNE (van der Maaten & Hinton 2008; openTSNE, Poličar et
al. 2019). Edges inside one idea pull harder than edges that leave it, and every passage starts
near its idea, so that ideas lie together and broader ideas hold their children.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.vectors import membership
from synth.records import IdeaTree

FEW = 12
"""Fewer passages are set around their idea directly: there is nothing to optimise."""
SAME_LEAF, SAME_TOP = 4.0, 2.0
"""How much harder an edge pulls inside one leaf idea, and inside one top idea."""
MARGIN = 0.03
STEPS_EARLY, STEPS_LATE, STEPS_AGAIN = 120, 300, 60
STEPS_AT_ONCE = 20
"""After so many the momentum begins anew."""
EXACT_TO = 400
"""Points up to which the gradient is worked out between all pairs: that takes less time than
loading a library that need not."""
FFT_FROM = 3_000
"""Points from which the interpolated gradient is faster than the tree."""
LONGEST = 5.0
"""Length of a gradient and of a step, at most: no passage shoots off."""
NEAREST = 3
"""A passage that was left out of the drawing is set between so many others."""
AMONG = 1_000
"""They are looked for among so many passages of its idea, evenly spread."""
AT_ONCE = 4_096
EXACT_AT_ONCE = 4_096
"""Passages whose vectors are held in double precision at a time."""


def lay_out(
    vectors: NDArray[np.float32],
    graph: sp.csr_array,
    tree: IdeaTree,
    *,
    seed: int = 0,
    initial: NDArray[np.float32] | None = None,
    effort: float = 1.0,
) -> NDArray[np.float32]:
    """Positions of the passages on the map, float32 (n, 2) within the unit square.

    ``vectors`` float32 (n, dim): centred unit rows; ``graph`` (n, n): their similarity
    graph; ``tree``: where they are placed. ``initial`` float32 (n, 2) holds the positions
    of an earlier run, NaN for passages that are new; the map then only settles and stays
    where it was. ``effort`` scales the number of steps.
    Deterministic for a given seed: one thread throughout. Raises ValueError when the arrays
    do not belong together.
    """
    n = len(vectors)
    if graph.shape != (n, n) or len(tree.leaf) != n or (initial is not None and len(initial) != n):
        raise ValueError(f"graph, tree or initial positions do not fit {n} vectors")
    if initial is not None and _is_new(initial).all():
        initial = None
    if n < FEW or graph.nnz == 0:
        if initial is None:
            return _in_unit_square(_on_rings(vectors, tree))
        return np.clip(_with_new_ones(initial, graph), 0.0, 1.0).astype(np.float32)
    affinities = _affinities(graph, tree)
    if initial is not None:
        start = (_with_new_ones(initial, graph) - 0.5) * np.sqrt(n)
        phases = [(round(effort * STEPS_AGAIN), 1.0)]
        return _aligned(_optimise(start, affinities, phases=phases, seed=seed), initial)
    start = _around_ideas(vectors, tree, np.random.default_rng(seed))
    start *= 1e-2 / max(float(start.std()), 1e-12)
    phases = [(round(effort * STEPS_EARLY), 12.0), (round(effort * STEPS_LATE), 1.0)]
    return _in_unit_square(_optimise(start, affinities, phases=phases, seed=seed))


def _on_rings(vectors: NDArray[np.float32], tree: IdeaTree) -> NDArray[np.float64]:
    """Positions for a handful of passages: leaves on a ring, their passages on small rings."""
    n = len(vectors)
    own_place = np.where(tree.leaf >= 0, tree.leaf, len(tree.parent) + np.arange(n))
    places, place = np.unique(own_place, return_inverse=True)
    if n == 1:
        return np.zeros((1, 2))

    def ring(number: NDArray[np.intp], count: NDArray[np.intp] | int) -> NDArray[np.float64]:
        angle = 2 * np.pi * number / np.maximum(count, 1)
        return np.column_stack([np.cos(angle), np.sin(angle)])

    order = np.array([int((place[:row] == place[row]).sum()) for row in range(n)])
    sizes = np.bincount(place)[place]
    inner = ring(order, sizes) * np.where(sizes > 1, 0.25, 0.0)[:, None]
    outer = ring(place, len(places)) * (1.0 if len(places) > 1 else 0.0)
    return np.asarray(outer + inner)


def _is_new(positions: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(n,) whether a passage has no position yet."""
    return np.asarray(np.isnan(positions).any(axis=1), dtype=np.bool_)


def _with_new_ones(initial: NDArray[np.float32], graph: sp.csr_array) -> NDArray[np.float64]:
    """Known positions, and new passages (NaN) at the mean of their placed neighbours."""
    positions = initial.astype(np.float64)
    unknown = _is_new(positions)
    middle = positions[~unknown].mean(axis=0)
    known = np.where(unknown[:, None], 0.0, positions)
    weight = np.asarray(graph @ (~unknown).astype(np.float64))
    around = graph @ known
    has_neighbours = weight > 0
    guess = np.where(
        has_neighbours[:, None], around / np.where(has_neighbours, weight, 1.0)[:, None], middle
    )
    return np.where(unknown[:, None], guess, positions)


def _tops(tree: IdeaTree) -> NDArray[np.int32]:
    """The top idea above each idea, int32 (n_ideas,)."""
    top = np.arange(len(tree.parent), dtype=np.int32)
    for idea, parent in enumerate(tree.parent.tolist()):
        if parent >= 0:
            top[idea] = top[parent]
    return top


def _affinities(graph: sp.csr_array, tree: IdeaTree) -> sp.csr_matrix:
    """Row-normalised, symmetrised pull between passages; sums to one."""
    edges = sp.coo_array(graph)
    leaf, tops = tree.leaf, _tops(tree)
    one, other = leaf[edges.row], leaf[edges.col]
    both = (one >= 0) & (other >= 0)
    pull = np.ones(edges.nnz)
    if len(tops):
        pull[both & (tops[np.maximum(one, 0)] == tops[np.maximum(other, 0)])] = SAME_TOP
    pull[both & (one == other)] = SAME_LEAF
    weighted = sp.csr_array((edges.data * pull, (edges.row, edges.col)), shape=graph.shape)
    degree = np.asarray(weighted.sum(axis=1)).ravel()
    inverse = np.divide(1.0, degree, out=np.zeros_like(degree), where=degree > 0)
    walk = sp.diags_array(inverse) @ weighted
    joint = walk + walk.T
    return sp.csr_matrix(joint / max(float(joint.sum()), 1e-12))


def _principal_plane(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Coordinates on the two main axes, (n, 2), with signs fixed so that runs agree."""
    middle = rows.mean(axis=0, dtype=np.float64)

    _, axes = np.linalg.eigh(sum((r - middle).T @ (r - middle) for r in _exact(rows)))
    plane = axes[:, ::-1][:, :2]
    plane = plane * np.where(plane[np.abs(plane).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    return np.concatenate([(r - middle) @ plane for r in _exact(rows)])


def _exact(rows: NDArray[np.floating]) -> Iterator[NDArray[np.float64]]:
    """The rows in double precision, some at a time."""
    for start in range(0, len(rows), EXACT_AT_ONCE):
        yield rows[start : start + EXACT_AT_ONCE].astype(np.float64)


def _around_ideas(
    vectors: NDArray[np.float32], tree: IdeaTree, random: np.random.Generator
) -> NDArray[np.float64]:
    """A start: ideas on the plane of their centroids, passages around their idea. (n, 2)"""
    n, dim = vectors.shape
    jitter = random.normal(scale=1e-2, size=(n, 2))
    if dim < 2 or n < 3:
        return jitter
    own = _principal_plane(vectors)
    placed = np.flatnonzero(tree.leaf >= 0)
    if len(np.unique(tree.leaf[placed])) < 3:
        return own + jitter * max(float(own.std()), 1.0)
    n_ideas = len(tree.parent)
    belongs = membership(tree.leaf, n_ideas, np.float64)
    sizes = np.asarray(belongs.sum(axis=1)).ravel()
    leaves = np.flatnonzero(sizes)
    sums = np.zeros((n_ideas, dim))
    for number, some in enumerate(_exact(vectors)):
        first = number * EXACT_AT_ONCE
        sums += belongs[:, first : first + len(some)] @ some
    centroids = sums[leaves] / sizes[leaves, None]
    anchors = np.zeros((n_ideas, 2))
    anchors[leaves] = _principal_plane(centroids)
    start = own.copy()
    start[placed] = anchors[tree.leaf[placed]] + 0.3 * (
        own[placed] - ((belongs @ own) / np.maximum(sizes, 1.0)[:, None])[tree.leaf[placed]]
    )
    return start + jitter * max(float(start.std()), 1e-6)


def _optimise(
    start: NDArray[np.float64],
    affinities: sp.csr_matrix,
    *,
    phases: Sequence[tuple[int, float]],
    seed: int,
) -> NDArray[np.float64]:
    """Run t-SNE from ``start`` through ``phases`` of (steps, exaggeration)."""
    n = len(start)
    if n <= EXACT_TO:
        return _optimise_exactly(start, affinities.toarray(), phases=phases)
    import openTSNE

    embedding: Any = openTSNE.TSNEEmbedding(
        start,
        SimpleNamespace(P=affinities),  # all that openTSNE reads of affinities
        negative_gradient_method="fft" if n >= FFT_FROM else "bh",
        learning_rate=max(n / 12.0, 20.0),
        n_jobs=1,
        random_state=seed,
    )
    for steps, exaggeration in phases:
        for done in range(0, steps, STEPS_AT_ONCE):
            embedding.optimize(
                n_iter=min(STEPS_AT_ONCE, steps - done),
                exaggeration=exaggeration,
                momentum=0.5 if exaggeration > 4 else 0.8,
                inplace=True,
                max_grad_norm=LONGEST,
            )
    return np.asarray(embedding, dtype=np.float64)


def _optimise_exactly(
    start: NDArray[np.float64], pull: NDArray[np.float64], *, phases: Sequence[tuple[int, float]]
) -> NDArray[np.float64]:
    """The same descent with the exact gradient; ``pull`` (n, n) are the affinities."""
    places = start.copy()
    rate = max(len(start) / 12.0, 20.0)
    move, gain = np.zeros_like(places), np.ones_like(places)
    for steps, exaggeration in phases:
        momentum = 0.5 if exaggeration > 4 else 0.8
        for _ in range(steps):
            square = (places**2).sum(axis=1)
            distance = np.maximum(square[:, None] + square - 2 * places @ places.T, 0.0)
            near = 1.0 / (1.0 + distance)
            np.fill_diagonal(near, 0.0)
            force = (exaggeration * pull - near / near.sum()) * near
            gradient = _at_most(force.sum(axis=1)[:, None] * places - force @ places)
            is_same = np.sign(move) == np.sign(gradient)
            gain = np.where(is_same, 0.8 * gain + 0.01, gain + 0.2)
            move = _at_most(momentum * move - rate * gain * gradient)
            places += move
            places -= places.mean(axis=0)
    return places


def _at_most(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows (n, 2) no longer than ``LONGEST``."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows * np.minimum(1.0, LONGEST / np.maximum(lengths, 1e-12)))


def _in_unit_square(positions: NDArray[np.float64]) -> NDArray[np.float32]:
    """Scaled alike in both directions and centred, with a margin; strays are held at the edge."""
    if len(positions) == 0:
        return np.empty((0, 2), dtype=np.float32)
    low, high = np.percentile(positions, [0.2, 99.8], axis=0)
    span = float(max(high - low)) or 1.0
    scaled = (positions - (low + high) / 2) / span * (1 - 2 * MARGIN) + 0.5
    return np.asarray(np.clip(scaled, 0.0, 1.0), dtype=np.float32)


def _aligned(positions: NDArray[np.float64], initial: NDArray[np.float32]) -> NDArray[np.float32]:
    """Moved and scaled as a whole so that the known passages lie as near their old places
    as they can (least squares, no turning needed)."""
    known = ~_is_new(initial)
    old = initial[known].astype(np.float64)
    new = positions[known]
    shift = new.mean(axis=0)
    spread = float(((new - shift) ** 2).sum())
    scale = float(((old - old.mean(axis=0)) * (new - shift)).sum()) / spread if spread else 1.0
    moved = (positions - shift) * max(scale, 1e-6) + old.mean(axis=0)
    return np.asarray(np.clip(moved, 0.0, 1.0), dtype=np.float32)


def lay_out_rest(
    vectors: NDArray[np.float32],
    leaf: NDArray[np.int32],
    *,
    drawn: NDArray[np.intp],
    positions: NDArray[np.float32],
    seed: int = 0,
) -> NDArray[np.float32]:
    """Positions of all passages, float32 (n, 2), where only some have been drawn.

    ``positions`` float32 (len(drawn), 2) are those of the rows ``drawn``. Every other passage
    is set between the `NEAREST` passages of its own idea that are most like it, a little
    aside so that nobody hides another. ``vectors`` float32 (n, dim): unit rows;
    ``leaf`` int32 (n,): the idea of each passage, -1 where unplaced.
    """
    places = np.zeros((len(vectors), 2), dtype=np.float32)
    places[drawn] = positions
    is_drawn = np.zeros(len(vectors), dtype=np.bool_)
    is_drawn[drawn] = True
    for idea in np.unique(leaf[~is_drawn]):
        inside = leaf == idea
        new = np.flatnonzero(inside & ~is_drawn)
        known = np.flatnonzero(inside & is_drawn)
        if not len(known):  # nobody unplaced was drawn: any neighbour will do
            known = drawn
        known = known[:: -(-len(known) // AMONG)]
        k = min(NEAREST, len(known))
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            alike = vectors[some] @ vectors[known].T
            near = np.argpartition(-alike, k - 1, axis=1)[:, :k]
            places[some] = places[known[near]].mean(axis=1)
    scatter = np.random.default_rng(seed).normal(scale=2e-3, size=places.shape)
    places[~is_drawn] += scatter[~is_drawn].astype(np.float32)
    return np.clip(places, 0.0, 1.0)
