"""The load benchmark walks through pages that there are."""

from __future__ import annotations

import random
from itertools import islice

from flask.testing import FlaskClient

from benchmarks.web.load import Waits, percentile, table
from benchmarks.web.walks import Places, walk

PLACES = Places(
    slug="the-market-square", ideas=(1, 2, 3), threads=(1, 5), passages=(1, 2), words=("stalls",)
)


def test_every_step_of_a_reader_leads_to_a_page(client: FlaskClient) -> None:
    steps = dict(islice(walk(PLACES, random.Random(1)), 400))
    assert {"front", "discussion", "points", "idea", "thread", "search"} <= set(steps)
    for kind, path in steps.items():
        assert client.get(path).status_code == 200, kind


def test_waits_are_told_by_kind_of_page() -> None:
    assert [percentile([n / 1000 for n in range(100)], p) for p in (0.5, 0.95)] == [0.05, 0.095]
    waits = Waits(seconds=2.0, by_kind={"idea": [0.01] * 10, "front": [0.02] * 10})
    told = table({"later readers": waits})
    assert "| idea | 10 / 10 / 10 |" in told
    assert "| answers a second | 10 |" in told
