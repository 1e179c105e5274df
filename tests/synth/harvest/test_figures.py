"""The figures of docs/harvest.md hold on the real threads, and the benchmark runs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from synth.harvest import score_sentences


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = Path(__file__).resolve().parents[3] / "benchmarks" / "harvest.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_harvest", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_readers_choose_what_scores_high(benchmark: ModuleType, shared_data: Path) -> None:
    judged = benchmark.read_bc3(shared_data / "bc3-dev")
    score = score_sentences(judged.sentences).score
    length = np.array([len(row.text.split()) for row in judged.sentences])
    own, precision = benchmark.agreement(judged, score, with_quoted=False)
    assert own > 0.88
    assert precision > 0.65
    assert own > benchmark.agreement(judged, length, with_quoted=False)[0] + 0.08
    assert benchmark.agreement(judged, score, with_quoted=True)[0] > 0.90


def test_positions_are_told_from_premises(benchmark: ModuleType, shared_data: Path) -> None:
    sentences, codes = benchmark.read_cimt(shared_data / "cimt-de")
    kept = [k for k, code in enumerate(codes) if code in ("mpos", "premise")][:3000]
    natures = score_sentences([sentences[k] for k in kept]).nature
    hits = [(natures[n] == "solution") == (codes[k] == "mpos") for n, k in enumerate(kept)]
    assert np.mean(hits) > 0.72
