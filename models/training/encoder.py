"""The packed encoder in PyTorch with low-rank matrices to train beside its own (LoRA).

The product's ONNX graph in another form: the same weights, the same pooling. Rows of tokens are
kept without padding, so that nothing is multiplied that does not count; only attention is
padded. Everything runs in bfloat16 but the trained matrices and the pooling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray

from models.adapter import PARTS, Adapter
from models.e5 import Window
from models.weights import PackedModel


class LowRankLinear(torch.nn.Module):
    """A fixed matrix and beside it ``up @ down``, which is trained (Hu et al. 2021)."""

    weights: torch.Tensor
    bias: torch.Tensor

    def __init__(
        self,
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        *,
        rank: int,
        dropout: float,
    ) -> None:
        """``weights`` (n_out, n_in), ``bias`` (n_out,)."""
        super().__init__()
        n_out, n_in = weights.shape
        self.dropout = dropout
        self.register_buffer("weights", torch.from_numpy(weights).bfloat16())
        self.register_buffer("bias", torch.from_numpy(bias.copy()).bfloat16())
        self.down = torch.nn.Parameter(torch.randn(rank, n_in) / n_in**0.5)
        self.up = torch.nn.Parameter(torch.zeros(n_out, rank))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        own = F.linear(rows, self.weights, self.bias)
        few = F.linear(rows, self.down.bfloat16())
        few = F.dropout(few, self.dropout, self.training)
        return torch.addmm(own, few, self.up.bfloat16().t())


class Layer(torch.nn.Module):
    """One transformer layer with its norms after the residuals, as in BERT."""

    def __init__(self, model: PackedModel, number: int, *, rank: int, dropout: float) -> None:
        super().__init__()
        self.n_heads = model.sizes.n_heads
        for part in PARTS:
            name = f"l{number}.{part}"
            weights = model.matrices[f"{name}.w"].dequantised()
            bias = model.arrays[f"{name}.b"]
            self.add_module(part, LowRankLinear(weights, bias, rank=rank, dropout=dropout))
        for norm in ("aln", "oln"):
            self.add_module(norm, _norm(model, f"l{number}.{norm}"))

    def forward(self, rows: torch.Tensor, places: Places) -> torch.Tensor:
        query, key, value = (self._heads(part, rows, places) for part in "qkv")
        found = _attended(query, key, value, places.mask)
        context = found.transpose(1, 2).flatten(2)[places.text, places.position]
        rows = self.get_submodule("aln")(rows + self._part("ao", context))
        inner = F.gelu(self._part("fi", rows))
        normed: torch.Tensor = self.get_submodule("oln")(rows + self._part("fo", inner))
        return normed

    def _part(self, name: str, rows: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.get_submodule(name)(rows)
        return found

    def _heads(self, part: str, rows: torch.Tensor, places: Places) -> torch.Tensor:
        values = self._part(part, rows)
        n, longest = places.mask.shape
        padded = values.new_zeros(n, longest, values.shape[1])
        padded[places.text, places.position] = values
        return padded.view(n, longest, self.n_heads, -1).transpose(1, 2)


class Places:
    """Where each token of a batch stands: its text and its position in it."""

    def __init__(self, ids: Sequence[NDArray[np.int64]]) -> None:
        lengths = torch.tensor([len(one) for one in ids])
        self.text = torch.repeat_interleave(torch.arange(len(ids)), lengths)
        self.position = torch.cat([torch.arange(int(length)) for length in lengths])
        self.mask = torch.arange(int(lengths.max()))[None, :] < lengths[:, None]


class TrainedEncoder(torch.nn.Module):
    """Texts, as windows of the product's tokenizer, to unit vectors."""

    words: torch.Tensor
    positions: torch.Tensor

    def __init__(self, model: PackedModel, *, rank: int, dropout: float) -> None:
        super().__init__()
        dim = model.sizes.dimensions
        words = model.matrices["emb.word"].dequantised()
        positions = model.arrays["emb.pos"].reshape(-1, dim)
        types = model.arrays["emb.type"].reshape(-1, dim)
        self.register_buffer("words", torch.from_numpy(words))
        self.register_buffer("positions", torch.from_numpy(positions + types[0]))
        self.norm = _norm(model, "emb.ln")
        layers = [
            Layer(model, number, rank=rank, dropout=dropout)
            for number in range(model.sizes.n_layers)
        ]
        self.layers = torch.nn.ModuleList(layers)

    def forward(self, windows: Sequence[Window]) -> torch.Tensor:
        """(n, dim) unit rows, one for each window."""
        places = Places([window.ids for window in windows])
        weights = torch.from_numpy(np.concatenate([window.weights for window in windows]))
        weighted = self.states([window.ids for window in windows], places) * weights[:, None]
        sums = weighted.new_zeros(len(windows), weighted.shape[1])
        return F.normalize(sums.index_add(0, places.text, weighted), dim=-1)

    def states(self, ids: Sequence[NDArray[np.int64]], places: Places) -> torch.Tensor:
        """(n_tokens, dim) the states after the last layer, text after text."""
        joined = torch.from_numpy(np.concatenate(ids))
        with torch.no_grad():
            embedded = self.words[joined] + self.positions[places.position]
            rows: torch.Tensor = self.norm(embedded.bfloat16())
        for layer in self.layers:
            rows = layer(rows, places)
        return rows.float()

    def trained(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        """The low-rank matrices by name."""
        for name, parameter in self.named_parameters():
            if name.endswith((".up", ".down")):
                yield name, parameter

    def adapter(self) -> Adapter:
        """The low-rank matrices as they are now."""
        linears = dict(self._linears())
        return Adapter(
            up={name: linear.up.detach().numpy().copy() for name, linear in linears.items()},
            down={name: linear.down.detach().numpy().copy() for name, linear in linears.items()},
        )

    def put(self, adapter: Adapter) -> None:
        """Start from an adapter of the same rank."""
        with torch.no_grad():
            for name, linear in self._linears():
                linear.up.copy_(torch.from_numpy(adapter.up[name]))
                linear.down.copy_(torch.from_numpy(adapter.down[name]))

    def _linears(self) -> Iterator[tuple[str, LowRankLinear]]:
        for number, layer in enumerate(self.layers):
            for part in PARTS:
                linear = layer.get_submodule(part)
                assert isinstance(linear, LowRankLinear)
                yield f"l{number}.{part}.w", linear


def _attended(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """Attention written out: the fused one's way back takes five times as long on a CPU."""
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    scores = scores.masked_fill(~mask[:, None, None, :], -1e9)
    return torch.softmax(scores, dim=-1) @ value


def _norm(model: PackedModel, name: str) -> torch.nn.LayerNorm:
    norm = torch.nn.LayerNorm(model.sizes.dimensions, eps=model.sizes.epsilon)
    norm.weight = torch.nn.Parameter(torch.from_numpy(model.arrays[f"{name}.w"].copy()), False)
    norm.bias = torch.nn.Parameter(torch.from_numpy(model.arrays[f"{name}.b"].copy()), False)
    return norm.bfloat16()
