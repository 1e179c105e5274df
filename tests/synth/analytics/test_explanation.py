"""Passages that are like one, by direction and by words."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np

from synth.analytics.explanation import (
    MapDirections,
    by_direction,
    by_words,
    nearest_ideas,
    shared_terms,
)

VECTORS = {
    7: np.array([1, 0, 1], dtype=np.float16).tobytes(),
    8: np.array([1, 0.1, 1], dtype=np.float16).tobytes(),
    9: np.array([0, 1, 1], dtype=np.float16).tobytes(),
}
MEAN = np.array([0, 0, 1], dtype=np.float32)


def test_the_nearest_passages_come_first_and_what_points_elsewhere_not_at_all() -> None:
    (found,) = by_direction(7, VECTORS, mean=MEAN, most=5)
    assert found.passage_id == 8
    assert found.likeness > 0.99
    assert by_direction(7, VECTORS, mean=MEAN, most=0) == []


def test_rare_words_count_more_than_common_ones() -> None:
    texts = {
        1: "the library opens on Sundays",
        2: "the market opens on Monday",
        3: "the school opens on Tuesday",
        4: "the pool opens on Friday",
    }
    found = by_words("A library, on a Sunday", texts, language="en", most=2)
    assert found[0].passage_id == 1
    assert by_words("!!", texts, language=None, most=2) == []


def test_terms_are_found_whatever_their_case_accents_and_number() -> None:
    text = "Les DONNÉES médicales, et la donnee du patient."
    spans = shared_terms(text, ("données du patient",), language="fr")
    assert [text[s.start : s.end] for s in spans] == ["DONNÉES", "donnee", "patient"]
    assert shared_terms("du pain", ("données du patient",), language="fr") == ()


def test_ideas_are_named_by_their_direction() -> None:
    directions = MapDirections(
        model="some",
        mean=MEAN,
        ideas=[4, 5],
        centroids=np.eye(2, dtype=np.float32),
        unplaced={
            1: np.array([0.6, 0.8], dtype=np.float32),
            2: np.array([-1, 0], dtype=np.float32),
        },
    )
    assert nearest_ideas(1, directions)[0][0] == 5
    assert nearest_ideas(2, directions) == []


def test_likeness_is_the_same_to_the_last_digit_in_every_process() -> None:
    """Words are kept in sets, which another process walks through in another order."""
    program = (
        "from synth.analytics.explanation import by_words\n"
        "words = [f'w{chr(97 + i % 26)}{chr(97 + i // 26)}xyz' for i in range(400)]\n"
        "texts = {n: ' '.join(words[n : n + 60 + 7 * n]) for n in range(1, 30)}\n"
        "found = by_words(' '.join(words[:200]), texts, language='en', most=29)\n"
        "print([(one.passage_id, one.likeness) for one in found])\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
    assert b"(1, " in told.pop()
