"""What was learned on top of a model's weights: low-rank changes of its matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PARTS = ("q", "k", "v", "ao", "fi", "fo")
"""The matrices of a layer, as packed files name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """For each matrix of ``n_out`` rows and ``n_in`` columns a product that is added to it.

    LoRA: Hu et al. 2021, arXiv:2106.09685. Keys are the names of packed files: ``l0.q.w``, …
    """

    up: Mapping[str, NDArray[np.float32]]
    """(n_out, rank)."""
    down: Mapping[str, NDArray[np.float32]]
    """(rank, n_in)."""

    def change(self, name: str) -> NDArray[np.float32]:
        """float32 (n_out, n_in), what is added to the matrix ``name``."""
        return self.up[name] @ self.down[name]


def read_adapter(path: Path) -> Adapter:
    """Read an adapter's file. Raises OSError or safetensors' error if it is not whole."""
    from safetensors.numpy import load_file

    tensors = {name: value.astype(np.float32) for name, value in load_file(path).items()}
    return Adapter(up=_ending(tensors, ".up"), down=_ending(tensors, ".down"))


def write_adapter(adapter: Adapter, path: Path) -> None:
    """Write an adapter in half precision."""
    from safetensors.numpy import save_file

    named = {f"{name}.up": value for name, value in adapter.up.items()}
    named |= {f"{name}.down": value for name, value in adapter.down.items()}
    save_file({name: value.astype(np.float16) for name, value in sorted(named.items())}, path)


def mean_of(adapters: Sequence[Adapter], *, rank: int, share: float = 1.0) -> Adapter:
    """The mean change of several adapters, brought back to ``rank`` by singular values.

    ``share`` under 1 stays nearer to the original weights (Wortsman et al. 2022,
    arXiv:2109.01903): a part of the change has most of its use and forgets less.
    """
    up, down = {}, {}
    for name in adapters[0].up:
        total = share * np.mean([adapter.change(name) for adapter in adapters], axis=0)
        left, sizes, right = np.linalg.svd(total, full_matrices=False)
        root = np.sqrt(sizes[:rank])
        up[name] = (left[:, :rank] * root).astype(np.float32)
        down[name] = (right[:rank] * root[:, None]).astype(np.float32)
    return Adapter(up=up, down=down)


def _ending(
    tensors: Mapping[str, NDArray[np.float32]], ending: str
) -> dict[str, NDArray[np.float32]]:
    return {n.removesuffix(ending): value for n, value in tensors.items() if n.endswith(ending)}
