"""Whether a point was said: the discussion's own scale, the evidence, and what it allows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from models.vectors import unit_rows
from synth.search.nearness import (
    LEAST_LETTERS,
    LEAST_SAMPLE,
    LEAST_UNSAID,
    RULES,
    Evidence,
    Nearness,
    NeighbourScale,
    language_of_point,
    nearness_of,
    scale_of,
)

N, DIM = 60, 24
USUAL = Evidence(
    standard=0.0,
    cosine=0.75,
    longer=0.0,
    letters=4.0,
    crosses=False,
)


def passages(shared: float = 1.0, seed: int = 0) -> NDArray[np.float32]:
    """float32 (N, DIM): unit rows in pairs that are near each other, with a shared part."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(rng.normal(0, 1, (N // 2, DIM)), 2, axis=0) + rng.normal(0, 0.4, (N, DIM))
    rows[:, 0] += shared * np.sqrt(DIM)
    return unit_rows(rows.astype(np.float32))


def scale(vectors: NDArray[np.float32], *, languages: list[str | None]) -> NeighbourScale:
    return scale_of(
        vectors,
        messages=np.arange(len(vectors), dtype=np.int64),
        letters=[60] * len(vectors),
        languages=languages,
        is_read=np.ones(len(vectors), dtype=np.bool_),
    )


def evidence(known: NeighbourScale, vectors: NDArray[np.float32], vector: NDArray[np.float32],
             *, rows: NDArray[np.intp] | None = None, letters: int = 60,
             language: str | None = "en") -> Evidence | None:  # fmt: skip
    every = np.arange(len(vectors)) if rows is None else rows
    return known.evidence(vector, vectors @ vector, rows=every, letters=letters, language=language)


def test_centred_cosines_are_those_of_vectors_without_what_all_share() -> None:
    vectors = passages()
    question = passages(seed=1)[0]
    away = unit_rows(vectors - vectors.mean(axis=0)) @ unit_rows(question - vectors.mean(axis=0))
    found = scale(vectors, languages=["en"] * N).centred(question, vectors @ question)
    assert np.allclose(found, away, atol=1e-5)


def test_the_usual_distance_is_that_to_another_message_and_copies_do_not_count() -> None:
    vectors = passages()
    away = unit_rows(vectors - vectors.mean(axis=0))
    cosines = away @ away.T
    np.fill_diagonal(cosines, -1)
    known = scale(vectors, languages=["en"] * N)
    assert known.usual is not None
    assert known.usual.mean == pytest.approx(cosines.max(axis=1).mean(), abs=1e-4)
    together = scale_of(
        vectors,
        messages=np.arange(N, dtype=np.int64) // 2,
        letters=[60] * N,
        languages=[None] * N,
        is_read=np.ones(N, dtype=np.bool_),
    )
    assert together.usual is not None
    assert together.usual.mean < known.usual.mean - 0.2
    copies = np.repeat(vectors[::2], 2, axis=0)
    copied = scale(copies, languages=["en"] * N)
    assert copied.usual is not None
    assert copied.usual.mean < known.usual.mean - 0.2


def test_a_copy_of_a_passage_is_nearer_than_usual_and_a_stranger_farther() -> None:
    vectors = passages()
    known = scale(vectors, languages=["en"] * N)
    same = evidence(known, vectors, vectors[7])
    stranger = unit_rows(-vectors.mean(axis=0) + passages(seed=2)[3] * 0.1)
    other = evidence(known, vectors, stranger)
    assert same is not None
    assert other is not None
    assert same.cosine == pytest.approx(1, abs=1e-4)
    assert same.standard > 1 > -1 > other.standard
    assert nearness_of(same) is Nearness.SEVERAL
    assert nearness_of(other) is Nearness.NOBODY


def test_only_the_passages_that_are_left_count() -> None:
    vectors = passages()
    known = scale(vectors, languages=["en"] * N)
    rest = np.flatnonzero(np.arange(N) // 2 != 3)
    with_it, without = evidence(known, vectors, vectors[7]), evidence(
        known, vectors, vectors[7], rows=rest
    )  # fmt: skip
    assert with_it is not None
    assert without is not None
    assert without.cosine < with_it.cosine
    assert RULES[0].odds(without) < RULES[0].odds(with_it)


def test_a_language_has_a_scale_of_its_own_and_crossing_is_told() -> None:
    vectors = passages()
    vectors[1 : N // 2 : 2] = passages(seed=5)[1 : N // 2 : 2]  # no pairs in the first half
    tags: list[str | None] = ["en"] * (N // 2) + ["fr"] * (N - N // 2)
    known = scale(vectors, languages=tags)
    assert known.of_language["en"].mean < known.of_language["fr"].mean
    asked = {tag: evidence(known, vectors, vectors[0], language=tag) for tag in ("en", "fr", None)}
    crossing = {tag: found.crosses for tag, found in asked.items() if found is not None}
    assert crossing == {"en": False, "fr": True, None: False}


def test_too_little_tells_nothing() -> None:
    vectors = passages()
    few = vectors[: LEAST_SAMPLE - 1]
    assert evidence(scale(few, languages=["en"] * len(few)), few, vectors[-1]) is None
    known = scale(vectors, languages=["en"] * N)
    assert evidence(known, vectors, vectors[0], letters=LEAST_LETTERS - 1) is None
    assert evidence(known, vectors, vectors[0], rows=np.arange(0)) is None
    nothing = np.zeros((0, DIM), dtype=np.float32)
    assert evidence(scale(nothing, languages=[]), nothing, vectors[0]) is None


@pytest.mark.parametrize("crosses", [False, True])
def test_nearer_is_likelier_said(crosses: bool) -> None:
    rule = RULES[int(crosses)]
    known = replace(USUAL, crosses=crosses)
    near = replace(known, standard=1.0, cosine=0.85)
    assert rule.odds(near) > rule.odds(known)
    assert rule.unsaid.odds < 0 < rule.said.odds
    assert rule.unsaid.standard < rule.said.standard


@pytest.mark.parametrize("crosses", [False, True])
def test_between_the_bounds_nothing_is_claimed(crosses: bool) -> None:
    rule = RULES[int(crosses)]

    def at(odds: float, standard: float) -> Nearness:
        known = replace(USUAL, crosses=crosses, standard=standard)
        moved = (odds - rule.odds(known)) / rule.weights[1]
        return nearness_of(replace(known, cosine=known.cosine + moved))

    low, high = rule.unsaid, rule.said
    assert at(low.odds - 0.1, low.standard - 0.1) is Nearness.NOBODY
    assert at(low.odds + 0.1, low.standard - 0.1) is Nearness.SOME
    assert at(low.odds - 0.1, low.standard + 0.1) is Nearness.SOME
    assert at(high.odds + 0.1, high.standard + 0.1) is Nearness.SEVERAL
    assert at(high.odds - 0.1, high.standard + 0.1) is Nearness.SOME
    assert at(high.odds + 0.1, high.standard - 0.1) is Nearness.SOME


def test_nobody_said_it_is_not_claimed_of_a_short_text() -> None:
    far = replace(USUAL, standard=-4.0, cosine=0.3)
    assert nearness_of(far) is Nearness.NOBODY
    short = replace(far, letters=float(np.log(LEAST_UNSAID - 1)))
    assert nearness_of(short) is Nearness.SOME


def test_a_word_or_two_do_not_tell_a_language() -> None:
    assert language_of_point("Fermez la rue aux voitures") == "fr"
    assert language_of_point("La rue") is None
    assert language_of_point("学校の前の道路は車を通行止めにすべきです") == "ja"
