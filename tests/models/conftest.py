"""A tiny packed model in the format of the real one, with random weights."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.e5 import CARD
from models.embedders import ModelCard

DIM, LAYERS, HEADS, INNER, MAX_TOKENS = 64, 2, 2, 96, 24
LETTERS = "abcdefghijklmnopqrstuvwxyzé"
PIECES = ["<s>", "<pad>", "</s>", "<unk>", ",", ".", "▁", "▁query", ":", "▁the", "th", *LETTERS]


@dataclasses.dataclass(frozen=True, slots=True)
class TinyModel:
    """A packed file and the float32 tensors it stands for."""

    path: Path
    card: ModelCard
    tensors: dict[str, NDArray[np.float32]]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> TinyModel:
    path = tmp_path_factory.mktemp("weights") / "tiny.bin"
    rng = np.random.default_rng(5)
    tensors: dict[str, NDArray[np.float32]] = {}
    blobs: dict[str, tuple[int, bytes]] = {}
    for name, shape in _shapes().items():
        if len(shape) == 2:
            blob, tensors[name] = _packed(rng, *shape)
            blobs[name] = (1, blob)
        else:
            centre = 1.0 if name.endswith("ln.w") else 0.0
            values = (centre + 0.1 * rng.standard_normal(shape)).astype("<f4")
            tensors[name] = values
            blobs[name] = (0, values.tobytes())
    data = _file(blobs)
    path.write_bytes(data)
    card = dataclasses.replace(
        CARD,
        name="tiny",
        dimensions=DIM,
        max_tokens=MAX_TOKENS,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    return TinyModel(path, card, tensors)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder for one test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SYNTH_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def reference(tiny_model: TinyModel) -> Callable[..., NDArray[np.float32]]:
    """The (weighted) mean hidden state of token ids, computed step by step in NumPy."""

    def mean_state(ids: list[int], weights: list[float] | None = None) -> NDArray[np.float32]:
        return np.average(_forward(tiny_model.tensors, ids), axis=0, weights=weights)

    return mean_state


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES), DIM),
        "emb.pos": (MAX_TOKENS * DIM,),
        "emb.type": (2 * DIM,),
        "emb.ln.w": (DIM,),
        "emb.ln.b": (DIM,),
    }
    for layer in range(LAYERS):
        for part, n_out, n_in in (
            *((part, DIM, DIM) for part in ("q", "k", "v", "ao")),
            ("fi", INNER, DIM),
            ("fo", DIM, INNER),
        ):
            shapes[f"l{layer}.{part}.w"] = (n_out, n_in)
            shapes[f"l{layer}.{part}.b"] = (n_out,)
        for norm in ("aln", "oln"):
            shapes[f"l{layer}.{norm}.w"] = (DIM,)
            shapes[f"l{layer}.{norm}.b"] = (DIM,)
    return shapes


def _packed(rng: np.random.Generator, n_out: int, n_in: int) -> tuple[bytes, NDArray[np.float32]]:
    """A matrix in 4-bit blocks, and its values."""
    nibbles = rng.integers(0, 16, (n_out, n_in // 32, 32), dtype=np.uint8)
    scales = rng.uniform(0.01, 0.05, (n_out, n_in // 32)).astype("<f2")
    halves = nibbles[:, :, :16] | (nibbles[:, :, 16:] << 4)
    blob = b"".join(
        scales[row, block].tobytes() + halves[row, block].tobytes()
        for row in range(n_out)
        for block in range(n_in // 32)
    )
    values = (nibbles.astype(np.float32) - 8) * scales[:, :, None].astype(np.float32)
    return blob, values.reshape(n_out, n_in)


def _file(blobs: dict[str, tuple[int, bytes]]) -> bytes:
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4")
    scores = np.array([0.0] * 4 + [-2.0 - 0.1 * i for i in range(len(PIECES) - 4)], "<f4")
    mapping = struct.pack("<IB1I", ord("\n"), 1, ord(" ")) + struct.pack("<IB0I", 1, 0)
    head = b"E5S1" + struct.pack(
        "<8ifi", 1, DIM, LAYERS, HEADS, INNER, len(PIECES), MAX_TOKENS, 2, 1e-12, 32
    )
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, texts)))
    head += offsets.tobytes() + scores.tobytes() + b"".join(texts)
    head += struct.pack("<iI", 2, len(mapping)) + mapping
    n_directory = 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in blobs)
    at = len(head) + n_directory
    directory = struct.pack("<i", len(blobs))
    for name, (kind, blob) in blobs.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, 0, at, len(blob))
        at += len(blob)
    return head + directory + b"".join(blob for _, blob in blobs.values())


def _forward(tensors: dict[str, NDArray[np.float32]], ids: list[int]) -> NDArray[np.float32]:
    from scipy.special import erf, softmax

    def norm(rows: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        centred = rows - rows.mean(axis=1, keepdims=True)
        spread = np.sqrt(centred.var(axis=1, keepdims=True) + 1e-12)
        return centred / spread * tensors[f"{name}.w"] + tensors[f"{name}.b"]

    def dense(rows: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        return rows @ tensors[f"{name}.w"].T + tensors[f"{name}.b"]

    positions = tensors["emb.pos"].reshape(-1, DIM)[: len(ids)]
    state = norm(tensors["emb.word"][ids] + positions + tensors["emb.type"][:DIM], "emb.ln")
    for layer in range(LAYERS):
        name = f"l{layer}"
        query, key, value = (
            dense(state, f"{name}.{part}").reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
            for part in "qkv"
        )
        weights = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(DIM / HEADS), axis=-1)
        context = (weights @ value).transpose(1, 0, 2).reshape(len(ids), DIM)
        state = norm(state + dense(context, f"{name}.ao"), f"{name}.aln")
        inner = dense(state, f"{name}.fi")
        inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
        state = norm(state + dense(inner, f"{name}.fo"), f"{name}.oln")
    return state.astype(np.float32)
