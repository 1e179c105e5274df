"""Low-rank changes: what a file keeps, the mean of several, and what they change in vectors."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from models.adapter import PARTS, Adapter, mean_of, read_adapter, write_adapter
from models.e5 import ADAPTER, SAME_POINT_CARD, E5Embedder, open_session
from models.embedders import ModelMissing
from models.encoder_graph import build
from models.weights import Matrix, read_model, sha256

IDS = [0, 7, 8, 11, 15, 30, 9, 4, 12, 2]


def _adapter(model_path: Path, *, rank: int = 3, seed: int = 1, size: float = 0.1) -> Adapter:
    rng = np.random.default_rng(seed)
    shapes = {
        name: matrix.nibbles.shape
        for name, matrix in read_model(model_path).matrices.items()
        if name != "emb.word"
    }
    return Adapter(
        up={n: rng.normal(0, size, (rows, rank)).astype("f4") for n, (rows, _) in shapes.items()},
        down={n: rng.normal(0, 1, (rank, cols)).astype("f4") for n, (_, cols) in shapes.items()},
    )


def test_a_file_keeps_the_changes_in_half_precision(tiny_model, tmp_path: Path) -> None:
    adapter = _adapter(tiny_model.path)
    write_adapter(adapter, tmp_path / "a.safetensors")
    again = read_adapter(tmp_path / "a.safetensors")
    assert sorted(again.up) == sorted(adapter.up)
    np.testing.assert_allclose(again.change("l1.fo.w"), adapter.change("l1.fo.w"), atol=2e-3)
    write_adapter(again, tmp_path / "b.safetensors")
    assert sha256(tmp_path / "a.safetensors") == sha256(tmp_path / "b.safetensors")


def test_the_mean_is_the_mean_of_the_changes(tiny_model) -> None:
    one, other = _adapter(tiny_model.path), _adapter(tiny_model.path, seed=2)
    mean = mean_of([one, other], rank=6)
    for name in one.up:
        expected = (one.change(name) + other.change(name)) / 2
        np.testing.assert_allclose(mean.change(name), expected, atol=1e-5)
    half = mean_of([one, other], rank=6, share=0.5)
    np.testing.assert_allclose(half.change(name), expected / 2, atol=1e-5)
    assert mean_of([one, other], rank=2).up["l0.q.w"].shape[1] == 2


def test_the_graph_computes_with_the_changed_weights(tiny_model, reference, monkeypatch) -> None:
    adapter = _adapter(tiny_model.path)
    graph = build(read_model(tiny_model.path), precision="float32", adapter=adapter)
    (hidden,) = open_session(graph.SerializeToString()).run(None, {"ids": np.array([IDS])})
    before = reference(IDS)
    for name in adapter.up:
        changed = tiny_model.tensors[name] + adapter.change(name)
        monkeypatch.setitem(tiny_model.tensors, name, changed)
    np.testing.assert_allclose(hidden[0].mean(axis=0), reference(IDS), atol=5e-5)
    assert np.abs(before - reference(IDS)).max() > 0.01


def test_a_model_with_an_adapter_is_another_model(tiny_model, own_cache, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_adapter(_adapter(tiny_model.path), path)
    card = dataclasses.replace(tiny_model.card, adapter_sha256=sha256(path))
    plain = E5Embedder(tiny_model.path, card=tiny_model.card)
    adapted = E5Embedder(tiny_model.path, card=card, adapter=path)
    assert adapted.fingerprint != plain.fingerprint
    assert np.abs(adapted.encode(["the cat"]) - plain.encode(["the cat"])).max() > 1e-3
    assert len(list(own_cache.glob("*.onnx"))) == 2


def test_a_damaged_adapter_is_refused_in_one_line(tiny_model, own_cache, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_adapter(_adapter(tiny_model.path), path)
    card = dataclasses.replace(tiny_model.card, adapter_sha256=sha256(path))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelMissing, match=r"a\.safetensors is damaged.*pip install") as raised:
        E5Embedder(tiny_model.path, card=card, adapter=path).encode(["a"])
    assert "\n" not in str(raised.value)


def test_the_packaged_adapter_is_the_one_of_the_card_and_fits_the_weights() -> None:
    assert sha256(ADAPTER) == SAME_POINT_CARD.adapter_sha256
    assert ADAPTER.stat().st_size < 8 << 20
    adapter = read_adapter(ADAPTER)
    assert set(adapter.up) == {f"l{i}.{part}.w" for i in range(12) for part in PARTS}
    inner = Matrix(nibbles=np.zeros((1536, 384), "u1"), scales=np.zeros((1536, 12), "f2"))
    assert adapter.change("l11.fi.w").shape == inner.dequantised().shape
    assert 0 < np.abs(adapter.change("l11.fi.w")).max() < 1
