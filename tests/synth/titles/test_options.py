"""What an idea could be called, and in which order."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from synth.titles.candidates import TitleCandidate
from synth.titles.options import TitleOptions
from synth.titles.wording import side_by_side

DETAIL = "Tree pits store storm water"


def options(fit: float, *, cosine: float, n_letters: int) -> list[str]:
    """Those of an idea with one clause, whose four passages have this mean cosine with it."""
    clause = TitleCandidate(title=DETAIL, words=frozenset(), row=0, quality=1.0)
    groups = SimpleNamespace(
        centrality=lambda idea: np.full(4, cosine), languages=["en"], members=[np.arange(4)]
    )
    corpus = SimpleNamespace(passages=[SimpleNamespace(text="w" * n_letters)] * 4)
    topics = SimpleNamespace(
        of_broad=lambda idea: (),
        of_phrases=lambda idea, names: map(side_by_side, combinations(names, 2)),
    )
    of_market: dict[str, Any] = {
        "material": SimpleNamespace(groups=groups, corpus=corpus, representatives=[()]),
        "candidates": [[(clause, fit)]],
        "keyphrases": [[("flood", "flood"), ("drain", "drains"), ("river", "river")]],
        "headings": {},
        "topics": topics,
        "sure": 0.45,
    }
    return list(TitleOptions(**of_market).of(0))


@pytest.mark.parametrize(
    ("fit", "cosine", "n_letters", "first"),
    [
        (0.3, 0.4, 200, "Flood · Drains"),
        (0.3, 0.6, 200, DETAIL),
        (0.5, 0.4, 200, DETAIL),
        (0.3, 0.4, 60, DETAIL),
    ],
)
def test_a_detail_of_a_loose_idea_stands_behind_what_people_speak_of(
    fit: float, cosine: float, n_letters: int, first: str
) -> None:
    found = options(fit, cosine=cosine, n_letters=n_letters)
    assert found[0] == first
    assert {DETAIL, "Flood · Drains", "Flood", "River"} <= set(found)
