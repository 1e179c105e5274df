"""Vectors of made-up discussions whose ideas are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def made_up(
    n: int, *, n_ideas: int, seed: int = 0, spread: float = 0.8, dim: int = 48
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Unit vectors float32 (n, dim) around ``n_ideas`` directions, and the idea of each."""
    random = np.random.default_rng(seed)
    directions = random.normal(size=(n_ideas, dim))
    idea = np.arange(n) % n_ideas
    rows = directions[idea] + spread * random.normal(size=(n, dim))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), idea


def two_grains(
    n_topics: int, n_points: int, n_each: int
) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.intp]]:
    """Vectors of topics that hold points, near each other; the topic and the point of each."""
    random = np.random.default_rng(5)
    topics = random.normal(size=(n_topics, 48))
    points = np.repeat(topics, n_points, axis=0) + 0.8 * random.normal(
        size=(n_topics * n_points, 48)
    )
    point = np.repeat(np.arange(len(points)), n_each)
    rows = points[point] + 0.5 * random.normal(size=(len(point), 48))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), point // n_points, point
