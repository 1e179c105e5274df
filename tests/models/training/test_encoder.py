"""The encoder that is trained is the product's, and what it learned goes back to the product."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from models.adapter import write_adapter
from models.e5 import E5Embedder
from models.weights import read_model, sha256

torch = pytest.importorskip("torch", reason="no PyTorch here: training is left out")

TEXTS = ["the cat", "a dog, a cat", "bad", "abc def ghi"]


def test_before_training_it_is_the_product(tiny_model, own_cache) -> None:
    from models.training.encoder import TrainedEncoder

    product = E5Embedder(tiny_model.path, card=tiny_model.card, precision="float32")
    model = TrainedEncoder(read_model(tiny_model.path), rank=2, dropout=0.1).eval()
    with torch.no_grad():
        found = model(product.windows(TEXTS)).numpy()
    assert (found * product.encode(TEXTS)).sum(axis=1).min() > 0.999


def test_a_text_does_not_depend_on_its_batch(tiny_model, own_cache) -> None:
    from models.training.encoder import TrainedEncoder

    windows = E5Embedder(tiny_model.path, card=tiny_model.card).windows(TEXTS)
    model = TrainedEncoder(read_model(tiny_model.path), rank=2, dropout=0.1).eval()
    with torch.no_grad():
        together = model(windows).numpy()
        alone = np.concatenate([model([window]).numpy() for window in windows])
    assert (together * alone).sum(axis=1).min() > 0.999


def test_what_it_learns_the_product_computes(tiny_model, own_cache, tmp_path: Path) -> None:
    from models.training.encoder import TrainedEncoder

    product = E5Embedder(tiny_model.path, card=tiny_model.card, precision="float32")
    windows = product.windows(TEXTS)
    torch.manual_seed(0)
    model = TrainedEncoder(read_model(tiny_model.path), rank=2, dropout=0.0)
    matrices = dict(model.trained())
    assert len(matrices) == 2 * 6 * 2
    optimiser = torch.optim.Adam(matrices.values(), lr=0.05)
    for _ in range(10):
        optimiser.zero_grad()
        vectors = model(windows)
        torch.autograd.backward(-(vectors[0] @ vectors[1]))
        optimiser.step()
    path = tmp_path / "a.safetensors"
    write_adapter(model.adapter(), path)
    card = dataclasses.replace(tiny_model.card, adapter_sha256=sha256(path))
    learned = E5Embedder(tiny_model.path, card=card, precision="float32", adapter=path)
    with torch.no_grad():
        expected = model.eval()(windows).numpy()
    found, before = learned.encode(TEXTS), product.encode(TEXTS)
    assert (found * expected).sum(axis=1).min() > 0.998
    assert found[0] @ found[1] > before[0] @ before[1] + 0.01
