from __future__ import annotations

import pytest

from synth.pipeline import title_of


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("exports/town_hall.csv.gz", "town hall"),
        ("exports/2024/*.csv", "2024"),
        ("archive.mbox", "archive"),
    ],
)
def test_a_discussion_is_called_after_its_input(path: str, title: str) -> None:
    assert title_of(path) == title
