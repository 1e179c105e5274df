"""The ONNX graph against the same encoder written out in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from models.e5 import open_session
from models.encoder_graph import build
from models.weights import read_model

IDS = [0, 7, 8, 11, 15, 30, 9, 4, 12, 2]


def _means(tiny_model, precision: str, batch: np.ndarray) -> np.ndarray:
    model = build(read_model(tiny_model.path), precision=precision)
    (hidden,) = open_session(model.SerializeToString()).run(None, {"ids": batch})
    return hidden.mean(axis=1)


def test_float32_is_the_encoder(tiny_model, reference) -> None:
    (found,) = _means(tiny_model, "float32", np.array([IDS]))
    np.testing.assert_allclose(found, reference(IDS), atol=2e-5)


def test_int8_points_the_same_way(tiny_model, reference) -> None:
    (found,) = _means(tiny_model, "int8", np.array([IDS]))
    expected = reference(IDS)
    cosine = found @ expected / np.linalg.norm(found) / np.linalg.norm(expected)
    assert cosine == pytest.approx(1.0, abs=2e-3)


def test_the_order_of_tokens_matters(tiny_model) -> None:
    first, second = _means(tiny_model, "int8", np.array([IDS, [0, *IDS[-2:0:-1], 2]]))
    assert np.abs(first - second).max() > 0.01
