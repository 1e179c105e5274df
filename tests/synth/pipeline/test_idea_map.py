from __future__ import annotations

from dataclasses import replace

import pytest

from synth.pipeline import build, idea_map
from synth.pipeline.idea_map import EFFORTS, first_said
from synth.records import Passage
from synth.settings import Settings
from synth.store import Store

ONE = 1


def passages(*n_by_message: int) -> list[Passage]:
    return [
        Passage(id=0, message_id=message, start=10 * i, end=10 * i + 9, text="words")
        for message, n in enumerate(n_by_message)
        for i in range(n)
    ]


def test_first_passages_come_before_second_ones_and_the_rest_evenly() -> None:
    some = passages(3, 1, 4, 2)
    assert first_said(some, None).tolist() == list(range(10))
    assert first_said(some, 10).tolist() == list(range(10))
    assert first_said(some, 4).tolist() == [0, 3, 4, 8]
    assert first_said(some, 7).tolist() == [0, 1, 3, 4, 5, 8, 9]
    assert first_said(some, 6).tolist() == [0, 1, 3, 4, 8, 9]


def test_what_was_not_clustered_is_placed_under_the_ideas_found(
    built: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = len(built.passages.all(ONE))
    few = replace(EFFORTS["draft"], n_clustered=2 * n // 3)
    monkeypatch.setattr(idea_map, "EFFORTS", {"draft": few})
    report = build(built, ONE, Settings(quality="draft"), force=True)
    assert report.n_passages == n
    assert report.n_ideas > 1
    assert report.share_placed > 0.7
    assert all(0 <= x <= 1 for place in built.passages.positions(ONE) for x in place)
    placed = {p.passage_id for p in built.ideas.placements(ONE) if p.idea_id is not None}
    assert len(placed) > 2 * n // 3
    idea_of = {p.passage_id: p.idea_id for p in built.ideas.placements(ONE)}
    leaves = set(idea_of.values()) - {None}
    for idea, spoken in built.ideas.representatives(ONE).items():
        if idea in leaves:
            assert spoken
            assert {idea_of[passage] for passage in spoken} == {idea}
