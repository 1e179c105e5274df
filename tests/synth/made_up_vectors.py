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
