from __future__ import annotations

from pathlib import Path

import pytest

from synth.pipeline import bring_in, build, suggesting
from synth.settings import Settings
from synth.store import open_store


def suggested(db: Path, export: Path) -> list[tuple[int, int, int]]:
    with open_store(db) as store:
        discussion, _ = bring_in(store, [export])
        build(store, discussion.id, Settings(quality="draft"))
        texts = {m.id: m.text for m in store.messages.all(discussion.id)}
        extracts = store.extracts.all(discussion.id)
        assert all(texts[e.message_id][e.start : e.end] == e.quote for e in extracts)
        return [(e.message_id, e.start, e.end) for e in extracts]


def test_the_quick_cut_of_a_large_discussion_suggests_mostly_the_same_whole_sentences(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = suggested(tmp_path / "exact.db", samples / "velo_ecole.csv")
    monkeypatch.setattr(suggesting, "LARGE", 0)
    quick = suggested(tmp_path / "quick.db", samples / "velo_ecole.csv")
    assert len(quick) == len(set(quick))
    assert len(set(exact) & set(quick)) >= 0.7 * len(exact)
